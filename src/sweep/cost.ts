/** What a replica is expected to cost, before it has run. */
import type { Replica } from '../model/replica.ts';

/**
 * Gradients that a run takes to its thresholds or to t_end = 10³⁰, mean over seeds, measured at N = 256
 * (float32). Rows are σ, columns λ.
 */
const LAMBDAS = [0, 0.2, 0.4, 0.46, 0.48, 0.5, 0.54, 0.6, 0.8, 1.5];
const SIGMAS = [1, 5, 20];
const GRADIENTS = [
  [258, 108, 77, 78, 83, 81, 87, 91, 125, 205],
  [141, 160, 251, 307, 488, 501, 681, 620, 432, 247],
  [290, 372, 752, 1018, 1902, 1975, 1905, 1092, 511, 286],
];

/** From here on runs go on to t_end, and their cost grows as the square root of log10 t_end. */
const LATE_LAMBDA = 0.47;

/**
 * Expected cost in gradients times N·d. Only ratios matter, and these roughly: shards get an equal
 * share of every cost. Made of + − × ÷ √ alone, which give the same bits on every machine.
 */
export function expectedCost(replica: Replica): number {
  const { samples, dimensions, sigma, horizon, tolerance } = replica;
  const lambda = dimensions / samples;
  const row = GRADIENTS.map((values) => interpolate(LAMBDAS, values, lambda));
  const late = lambda < LATE_LAMBDA ? 1 : Math.sqrt(Math.max(1, horizon) / 30);
  const fine = tolerance === 'fine' ? 2 : 1;
  return interpolate(SIGMAS, row, sigma) * late * fine * samples * dimensions;
}

/** Piecewise linear, constant beyond the ends. */
function interpolate(places: readonly number[], values: readonly number[], at: number): number {
  const after = places.findIndex((place) => place >= at);
  if (after === 0) return values[0] as number;
  if (after < 0) return values.at(-1) as number;
  const [x0, x1] = [places[after - 1] as number, places[after] as number];
  const [y0, y1] = [values[after - 1] as number, values[after] as number];
  return y0 + ((y1 - y0) * (at - x0)) / (x1 - x0);
}
