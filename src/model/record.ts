/** What training in steps records, and when it has failed: the same on every engine. */

/** Rows of a record for every factor of ten in the number of steps. */
const ROWS_PER_DECADE = 24;

/** A training loss above this many times that of the start has diverged. */
export const DIVERGED = 1000;

/** The step after `step` at which a row is recorded whatever happens: a rounded 10^{k/24}. */
export function nextRecord(step: number): number {
  let k = Math.round(Math.log10(step) * ROWS_PER_DECADE);
  let next: number;
  do next = Math.round(10 ** (++k / ROWS_PER_DECADE));
  while (next <= step);
  return next;
}

/** What has gone wrong, for `divergence`. */
export const NOT_A_NUMBER = 'a parameter is not a number';
export const lossOf = (loss: number): string => `the training loss is ${loss.toPrecision(3)}`;

/** Why a run has failed, in words. */
export function divergence(what: string, step: number): string {
  return `it diverged: ${what} after step ${step}`;
}
