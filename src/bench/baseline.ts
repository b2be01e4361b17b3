/** The straightforward kernel next to the engine, on the same adapter. */
import { Gradient } from '../cpu/gradient.ts';
import { Baseline, type BaselineSetting, baselineBytes } from '../gpu/baseline.ts';
import type { Gauge } from '../gpu/gauge.ts';
import { datasetValues } from '../model/dataset.ts';
import { type BenchCase, middleShape } from './cases.ts';

/** Most bytes of data: more would not be faster. */
const MOST_BYTES = 2 ** 28;
const MOST_REPLICAS = 64;

/** Milliseconds that a measurement takes, if one gradient takes less. */
const LEAST_TIME = 100;
const MOST_GRADIENTS = 256;

/** Largest error of F, of its norm: float32 sums of thousands of terms one after the other. */
const TOLERANCE = 1e-4;

/** Ready to be measured as often as wanted. */
export interface BaselineGauge {
  readonly dimensions: number;
  readonly replicas: number;
  /** Largest error of F, of its norm. */
  readonly error: number;
  /** Gradients per second of all replicas together, once more. */
  measure(): Promise<number>;
  destroy(): void;
}

/**
 * The baseline in the shape of the middle of a case's map; null where its data have no room in one
 * buffer.
 * @throws Error if its gradient is not that of the float64 twin
 */
export async function baselineFor(gauge: Gauge, each: BenchCase): Promise<BaselineGauge | null> {
  const { samples, dimensions } = middleShape(each);
  const bytes = baselineBytes(samples, dimensions);
  const { maxStorageBufferBindingSize, maxBufferSize } = gauge.device.gpu.limits;
  const most = Math.min(maxStorageBufferBindingSize, maxBufferSize, MOST_BYTES);
  const replicas = Math.min(each.plan.size, MOST_REPLICAS, Math.floor(most / bytes));
  if (replicas === 0) return null;
  const setting: BaselineSetting = {
    dataset: { seed: 1, samples, dimensions, ensemble: 'independent' },
    replicas,
    sigma: each.plan.spec.sigma,
    u: Float32Array.from({ length: dimensions }, (_, j) => 0.05 * Math.sin(j + 1)),
    clock: 3,
    step: 1e-6, // the point moves, so that no gradient can be left out
  };
  const baseline = await Baseline.create(gauge.device, setting);
  await baseline.evaluate(1);
  const error = slopeError(setting, await baseline.slope(replicas - 1));
  if (!(error <= TOLERANCE)) {
    baseline.destroy();
    throw new Error(`the baseline's gradient is off by ${error} of its norm`);
  }
  let gradients = 1;
  while (gradients < MOST_GRADIENTS && (await baseline.evaluate(gradients)) < LEAST_TIME) {
    gradients *= 2;
  }
  return {
    dimensions,
    replicas,
    error,
    measure: async () => (1000 * gradients * replicas) / (await baseline.evaluate(gradients)),
    destroy: () => baseline.destroy(),
  };
}

/** Largest error of F at the setting's point, of ‖F‖, against float64. */
export function slopeError(
  { dataset, sigma, u, clock }: BaselineSetting,
  slope: Float32Array,
): number {
  const { samples, dimensions } = dataset;
  const expected = new Float64Array(dimensions);
  const twin = new Gradient(datasetValues(dataset), samples, dimensions, sigma, 'flow');
  twin.evaluate(Float64Array.from(u), clock, expected);
  const norm = Math.hypot(...expected);
  return Math.max(...expected.map((value, j) => Math.abs(value - (slope[j] as number)) / norm));
}
