import { solveFactored } from './cholesky.ts';

/**
 * The Cholesky factor L of a Gram matrix K = L Lᵀ that grows by a row at its end and loses rows
 * anywhere.
 */
export class ActiveFactor {
  #rows: Float64Array[] = [];

  constructor(readonly capacity: number) {}

  /**
   * Adds a row: its products with the rows that are there, and with itself.
   * @returns false, and nothing changes, if it depends on them to rounding or there is no room
   */
  append(products: readonly number[], square: number): boolean {
    const n = this.#rows.length;
    if (n >= this.capacity) return false;
    const row = new Float64Array(n + 1);
    let left = square;
    for (let k = 0; k < n; k++) {
      const other = this.#rows[k] as Float64Array;
      let sum = products[k] as number;
      for (let j = 0; j < k; j++) sum -= (row[j] as number) * (other[j] as number);
      const value = sum / (other[k] as number);
      row[k] = value;
      left -= value * value;
    }
    if (!(left > 1e-13 * square)) return false;
    row[n] = Math.sqrt(left);
    this.#rows.push(row);
    return true;
  }

  /** Removes a row; Givens rotations make the rest triangular again. */
  remove(at: number): void {
    const rows = this.#rows;
    rows.splice(at, 1);
    for (let k = at; k < rows.length; k++) {
      const pivot = rows[k] as Float64Array;
      const a = pivot[k] as number;
      const b = pivot[k + 1] as number;
      const length = Math.hypot(a, b);
      const [cosine, sine] = [a / length, b / length];
      for (let i = k; i < rows.length; i++) {
        const row = rows[i] as Float64Array;
        const [x, y] = [row[k] as number, row[k + 1] as number];
        row[k] = cosine * x + sine * y;
        row[k + 1] = cosine * y - sine * x;
      }
      rows[k] = pivot.slice(0, k + 1);
    }
  }

  /** Solves K x = b. */
  solve(b: Float64Array): Float64Array {
    return solveFactored(this.#rows, b);
  }

  solveOnes(): Float64Array {
    return this.solve(new Float64Array(this.#rows.length).fill(1));
  }
}
