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
    if (entered === 0) return false;
    this.#solve();
    const after = norm(this.#v) ** 2 + this.#slack * this.#slack;
    if (after < before * (1 - 1e-13)) {
      this.#batch = BATCH;
      return true;
    }
    // Nothing was gained: rounding has the last word once a single point brings nothing either.
    if (this.#batch === 1) return false;
    this.#batch = 1;
    return true;
  }

  /** Takes in the points that violate optimality most, slack − g_i·v > 0. */
  #enter(): number {
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
    let entered = 0;
    for (const i of candidates) {
      const products = this.#active.map((k) => 1 + product(this.#points, i, k));
      // A point in the span of the active ones brings nothing, and a singular factor.
      if (!this.#factor.append(products, 1 + product(this.#points, i, i))) continue;
      this.#active.push(i);
      this.#weights.push(0);
      this.#isActive[i] = 1;
      entered++;
    }
    return entered;
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
