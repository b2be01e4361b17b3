/** What could be told of a replica's grokking time in advance, beside what was measured. */
import { isTraining } from '../model/spec.ts';
import { isInTime } from '../model/trajectory.ts';
import { predictFromCertificate, predictFromPlace, predictFromRun } from '../results/prediction.ts';
import type { Crossing } from '../results/times.ts';
import type { View } from '../sweep/cells.ts';
import { endOf, quantileText, time } from './format.ts';

/** log10 of the time at which the run is looked at. */
const LOOK = 2;

/**
 * Names and values: by λ alone, by the run at t = 100, by the certificate if there is one. Empty where the theory of
 * gradient flow on data that are alike in all directions says nothing.
 */
export function predictionFacts(
  { plan, table, accuracy }: View,
  index: number,
): [string, string][] {
  const { spec } = plan;
  const rows = table.record(index);
  const other = isTraining(spec) || spec.dynamics.kind !== 'flow' || spec.ensemble === 'twoPoint';
  if (other || accuracy <= 0.5 || !rows || isInTime(rows)) return [];
  const { sigma, horizon, dimensions, samples } = plan.cellOf(index);
  const question = { sigma, accuracy, horizon };
  const separability = table.separability(index);
  const told: [string, Crossing | undefined][] = [
    ['predicted by λ alone', predictFromPlace(dimensions / samples, question)],
    [`predicted by the run at t = ${time(LOOK)}`, predictFromRun(rows, LOOK, question)?.time],
    [
      'predicted by the certificate',
      separability ? predictFromCertificate(separability, question) : undefined,
    ],
  ];
  return told.flatMap(([name, crossing]) =>
    crossing ? [[name, quantileText(crossing, endOf(spec))]] : [],
  );
}
