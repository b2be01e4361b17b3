import { Random } from '../../src/model/statistics.ts';
import type { DivergenceColumn } from '../../src/results/divergence.ts';
import type { Crossing } from '../../src/results/times.ts';

/** Crossings with Gaussian ln t of given mean, which is the median too, and deviation. */
export function gaussianCrossings(
  mean: number,
  deviation: number,
  seeds: number,
  random: Random,
  horizon = Infinity,
): Crossing[] {
  return Array.from({ length: seeds }, () => {
    const log10t = (mean + deviation * random.normal()) / Math.LN10;
    return log10t <= horizon ? { state: 'crossed', log10t } : { state: 'notBy' };
  });
}

/** Columns whose ln t follows a law of ε, with a deviation of 1.5 over seeds. */
export function columnsOf(
  law: (distance: number) => number,
  distances: readonly number[],
  repetition: number,
  { seeds = 50, horizon = Infinity, deviation = 1.5 } = {},
): DivergenceColumn[] {
  return distances.map((distance, index) => ({
    distance,
    crossings: gaussianCrossings(
      law(distance),
      deviation,
      seeds,
      // Streams that the bootstrap of the same seed does not use.
      new Random(1000 + repetition, 10_000 + index),
      horizon,
    ),
  }));
}

/** Values from `first` to `last`, evenly spaced in their logarithms. */
export function geometric(first: number, last: number, count: number): number[] {
  return Array.from({ length: count }, (_, k) => first * (last / first) ** (k / (count - 1)));
}
