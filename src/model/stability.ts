/** Where steps of a fixed length stop being stable, from the spectrum of the Hessian at S = 0, b = 0. */
import { type DatasetId, datasetValues } from './dataset.ts';
import type { Dynamics } from './dynamics.ts';

/** Relative change of the estimate at which the power iteration ends, and the most iterations. */
const ENOUGH = 1e-6;
const MAX_ITERATIONS = 500;

/**
 * Largest eigenvalue of the Hessian of the mean loss at the start, ¼ (1/N) Σ y yᵀ with y = (σg_i, 1), by
 * power iteration.
 */
export function startCurvature(id: DatasetId, sigma: number): number {
  const { samples, dimensions } = id;
  const data = datasetValues(id);
  let v = Float64Array.from({ length: dimensions + 1 }, (_, j) => 1 + (j % 7) / 7);
  let curvature = 0;
  for (let k = 0; k < MAX_ITERATIONS; k++) {
    const length = Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
    const next = new Float64Array(dimensions + 1);
    for (let i = 0; i < samples; i++) {
      const at = i * dimensions;
      let z = (v[dimensions] as number) / length;
      for (let j = 0; j < dimensions; j++) {
        z += (sigma * (data[at + j] as number) * (v[j] as number)) / length;
      }
      const w = z / (4 * samples);
      for (let j = 0; j < dimensions; j++) {
        next[j] = (next[j] as number) + w * sigma * (data[at + j] as number);
      }
      next[dimensions] = (next[dimensions] as number) + w;
    }
    const norm = Math.sqrt(next.reduce((sum, x) => sum + x * x, 0));
    v = next;
    if (Math.abs(norm - curvature) <= ENOUGH * norm) return norm;
    curvature = norm;
  }
  return curvature;
}

/** The same for N → ∞, σ²(1 + √λ)²/4; with the bias, whose own is ¼, at least that. */
export function limitCurvature(lambda: number, sigma: number): number {
  return Math.max(0.25, (sigma * sigma * (1 + Math.sqrt(lambda)) ** 2) / 4);
}

/**
 * The largest stable learning rate for a curvature: 2/λ for gradient descent, on minibatches too, where it is
 * that of all data; 2(1 + β)/λ for heavy ball (Polyak 1964); 2(1 + β)/((1 + 2β)λ) for Nesterov's momentum.
 * ℓ2 regularisation and weight decay add to λ. Undefined for Adam, whose steps do not go with the gradient,
 * and for flows.
 */
export function stableLearningRate(dynamics: Dynamics, curvature: number): number | undefined {
  const { kind, momentum = 0, l2 = 0, weightDecay = 0 } = dynamics;
  const total = curvature + l2 + weightDecay;
  switch (kind) {
    case 'gd':
    case 'sgd':
      return 2 / total;
    case 'heavyBall':
      return (2 * (1 + momentum)) / total;
    case 'nesterov':
      return (2 * (1 + momentum)) / ((1 + 2 * momentum) * total);
    default:
      return undefined;
  }
}
