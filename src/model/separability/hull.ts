/** The point of the convex hull of a dataset that is nearest to the origin. */

import { ActiveFactor } from './active-factor.ts';
import { accumulate, norm, type Points, product, project } from './points.ts';

/** What the search found: bounds on the distance of the hull from the origin, and what proves them. */
export interface HullPoint {
  /** p: non-negative, sums to 1; at most d + 1 are not zero. */
  readonly weights: Float64Array;
  /** ‖Σ p_i g_i‖: the hull is no further from the origin. */
  readonly upper: number;
  /** A unit vector w along Σ p_i g_i, but closer to equal heights g_i·w over the support. */
  readonly direction: Float64Array;
  /** min_i g_i·w: if positive, the hull is no nearer. */
  readonly lower: number;
}

/** Relative gap between the bounds at which the search is over. */
const GAP = 1e-10;

/** Distance, relative to the length of the points, below which the hull contains the origin. */
const ZERO = 1e-11;

/** Points taken in after one pass over the data, at most. */
const BATCH = 12;

/** Passes without a visible gain, at most. */
const MOST_IDLE = 50;

/**
 * Minimum-norm point of the hull as a non-negative least-squares problem,
 * min ‖Σ p_i g_i‖² + (1 − Σ p_i)² over p ≥ 0, whose solution is that point up to scale: the dual of
 * least-distance programming (Lawson & Hanson, "Solving Least Squares Problems", 1974, chapter 23).
 * An active set with an updated Cholesky factor; several violated points enter after each pass over
 * the data, one alone after a pass that brought nothing. About N·d²/4 + d³ operations.
 */
export function nearestHullPoint(points: Points): HullPoint {
  const search = new HullSearch(points);
  // Each pass adds a point at least; far fewer than this are needed.
  for (let pass = 0; pass < 20 * (points.dimensions + 10) && search.improve(); pass++);
  return search.result();
}

class HullSearch {
  readonly #points: Points;
  /** Points with p_i > 0, in the order of the factor, and their weights. */
  #active: number[] = [];
  #weights: number[] = [];
  readonly #isActive: Uint8Array;
  /** Cholesky factor of (1 + g_i·g_k) over the active points. */
  readonly #factor: ActiveFactor;
  /** Σ p_i g_i and 1 − Σ p_i. */
  readonly #v: Float64Array;
  #slack = 1;
  /** g_i·v for every i, from the last pass. */
  readonly #heights: Float64Array;
  readonly #scale: number;
  #batch = BATCH;
  /** Passes since the objective last fell by more than its rounding. */
  #idle = 0;

  constructor(points: Points) {
    const { samples, dimensions } = points;
    this.#points = points;
    this.#isActive = new Uint8Array(samples);
    this.#factor = new ActiveFactor(Math.min(samples, dimensions + 1));
    this.#v = new Float64Array(dimensions);
    this.#heights = new Float64Array(samples);
    let square = 0;
    for (let i = 0; i < samples; i++) square += product(points, i, i);
    this.#scale = Math.sqrt(square / samples) || 1;
  }

  /** One pass; false at the solution, or as near as float64 comes to it. */
  improve(): boolean {
    let lowest = Infinity;
    for (let i = 0; i < this.#points.samples; i++) {
      const height = project(this.#points, i, this.#v);
      this.#heights[i] = height;
      if (height < lowest) lowest = height;
    }
    const length = norm(this.#v);
    const total = 1 - this.#slack;
    if (total > 0) {
      if (length / total <= ZERO * this.#scale) return false;
      if (length / total - lowest / length <= (GAP * length) / total) return false;
    }
    const before = length * length + this.#slack * this.#slack;
    const entered = this.#enter();
    if (entered.length === 0) return false;
    this.#solve();
    const after = norm(this.#v) ** 2 + this.#slack * this.#slack;
    if (after < before * (1 - 1e-13)) {
      this.#batch = BATCH;
      this.#idle = 0;
      return true;
    }
    // The gain is below the rounding of the objective, to which a violation contributes its square.
    // One point after the other still goes on, as long as it stays, but not for ever.
    if (this.#batch === 1 && !this.#isActive[entered[0] as number]) return false;
    this.#batch = 1;
    return ++this.#idle < MOST_IDLE;
  }

  /** Takes in the points that violate optimality most, slack − g_i·v > 0. */
  #enter(): number[] {
    const candidates: number[] = [];
    const gain = (i: number): number => this.#slack - (this.#heights[i] as number);
    for (let i = 0; i < this.#points.samples; i++) {
      if (this.#isActive[i] || gain(i) <= 0) continue;
      let at = candidates.length;
      while (at > 0 && gain(candidates[at - 1] as number) < gain(i)) at--;
      if (at < this.#batch) {
        candidates.splice(at, 0, i);
        if (candidates.length > this.#batch) candidates.pop();
      }
    }
    const entered: number[] = [];
    for (const i of candidates) if (this.#append(i, 0)) entered.push(i);
    const [best] = candidates;
    // All of them depend on the active points: one of those has to make room.
    if (entered.length === 0 && best !== undefined && this.#exchange(best)) entered.push(best);
    return entered;
  }

  /** Makes a point active; false if it depends on the active ones, to rounding. */
  #append(i: number, weight: number): boolean {
    if (!this.#factor.append(this.#productsWith(i), 1 + product(this.#points, i, i))) return false;
    this.#active.push(i);
    this.#weights.push(weight);
    this.#isActive[i] = 1;
    return true;
  }

  #productsWith(i: number): number[] {
    return this.#active.map((k) => 1 + product(this.#points, i, k));
  }

  /**
   * Takes in a point that is a combination Σ c_k of the active ones, to rounding, for the one among
   * them whose weight comes to zero first when weight moves along that combination. Nothing but the
   * weights changes by it, so what the point still has to gain is not lost to the rounding.
   */
  #exchange(i: number): boolean {
    const c = this.#factor.solve(Float64Array.from(this.#productsWith(i)));
    let leaving = -1;
    let share = Infinity;
    for (const [k, weight] of this.#weights.entries()) {
      const ratio = weight / (c[k] as number);
      if ((c[k] as number) > 0 && ratio < share) [share, leaving] = [ratio, k];
    }
    if (leaving < 0) return false;
    this.#weights = this.#weights.map((weight, k) =>
      Math.max(0, weight - share * (c[k] as number)),
    );
    this.#leave(leaving, this.#weights);
    return this.#append(i, share);
  }

  /** Solves over the active points; those whose weight would be negative leave. */
  #solve(): void {
    while (this.#active.length > 0) {
      const target = this.#factor.solveOnes();
      this.#refine(target);
      let step = 1;
      for (const [k, weight] of this.#weights.entries()) {
        const to = target[k] as number;
        if (to <= 0) step = Math.min(step, weight / (weight - to));
      }
      if (!Number.isFinite(step)) step = 0;
      const kept = this.#weights.map(
        (weight, k) => weight + step * ((target[k] as number) - weight),
      );
      if (step === 1) {
        this.#weights = kept;
        break;
      }
      for (let k = kept.length - 1; k >= 0; k--) {
        const blocked = (target[k] as number) <= 0 && (kept[k] as number) <= 1e-15;
        if (blocked) this.#leave(k, kept);
      }
      this.#weights = kept;
    }
    this.#v.fill(0);
    this.#slack = 1;
    for (const [k, i] of this.#active.entries()) {
      accumulate(this.#points, i, this.#weights[k] as number, this.#v);
      this.#slack -= this.#weights[k] as number;
    }
  }

  #leave(k: number, weights: number[]): void {
    this.#isActive[this.#active[k] as number] = 0;
    this.#active.splice(k, 1);
    weights.splice(k, 1);
    this.#factor.remove(k);
  }

  /** One step of iterative refinement, the residual taken from the data. */
  #refine(weights: Float64Array): void {
    const v = this.#v.fill(0);
    let slack = 1;
    for (const [k, i] of this.#active.entries()) {
      accumulate(this.#points, i, weights[k] as number, v);
      slack -= weights[k] as number;
    }
    const residual = Float64Array.from(this.#active, (i) => slack - project(this.#points, i, v));
    const correction = this.#factor.solve(residual);
    for (let k = 0; k < weights.length; k++) {
      weights[k] = (weights[k] as number) + (correction[k] as number);
    }
  }

  result(): HullPoint {
    const total = this.#weights.reduce((sum, weight) => sum + weight, 0);
    const weights = new Float64Array(this.#points.samples);
    const point = new Float64Array(this.#points.dimensions);
    for (const [k, i] of this.#active.entries()) {
      weights[i] = (this.#weights[k] as number) / total;
      accumulate(this.#points, i, weights[i] as number, point);
    }
    const upper = norm(point);
    const direction = this.#level(point);
    let lower = Infinity;
    for (let i = 0; i < this.#points.samples; i++) {
      lower = Math.min(lower, project(this.#points, i, direction));
    }
    return { weights, upper, direction, lower };
  }

  /**
   * A unit vector near v over which the active points have equal heights. v itself is a sum of terms
   * far larger than it is where the margin is small, and has their rounding: corrections are added to
   * it that do not.
   */
  #level(v: Float64Array): Float64Array {
    const w = v.slice();
    for (let round = 0; round < 2; round++) {
      const heights = this.#active.map((i) => project(this.#points, i, w));
      const mean = heights.reduce((sum, height) => sum + height, 0) / heights.length;
      // K c = mean − heights, K = 1 + G Gᵀ: the heights become mean − Σ c, all the same.
      const c = this.#factor.solve(Float64Array.from(heights, (height) => mean - height));
      for (const [k, i] of this.#active.entries()) accumulate(this.#points, i, c[k] as number, w);
    }
    const length = norm(w) || 1;
    return w.map((x) => x / length);
  }
}
