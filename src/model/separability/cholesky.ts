/** Cholesky factors as lists of rows, row k with k + 1 entries. */

/** Solves L Lᵀ x = b. */
export function solveFactored(rows: readonly Float64Array[], b: Float64Array): Float64Array {
  const x = b.slice();
  for (const [k, row] of rows.entries()) {
    let sum = x[k] as number;
    for (let j = 0; j < k; j++) sum -= (row[j] as number) * (x[j] as number);
    x[k] = sum / (row[k] as number);
  }
  for (let k = rows.length - 1; k >= 0; k--) {
    const row = rows[k] as Float64Array;
    const value = (x[k] as number) / (row[k] as number);
    x[k] = value;
    for (let j = 0; j < k; j++) x[j] = (x[j] as number) - value * (row[j] as number);
  }
  return x;
}

/** Replaces a lower triangle by its factor; false if the matrix is not positive definite. */
export function factorise(rows: readonly Float64Array[]): boolean {
  for (const [k, row] of rows.entries()) {
    for (let j = 0; j < k; j++) {
      const other = rows[j] as Float64Array;
      let sum = row[j] as number;
      for (let m = 0; m < j; m++) sum -= (row[m] as number) * (other[m] as number);
      row[j] = sum / (other[j] as number);
    }
    let left = row[k] as number;
    for (let m = 0; m < k; m++) left -= (row[m] as number) ** 2;
    if (!(left > 0)) return false;
    row[k] = Math.sqrt(left);
  }
  return true;
}
