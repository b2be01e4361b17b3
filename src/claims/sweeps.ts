import { parseSpec } from '../model/spec.ts';
import type { ClaimSweep } from './claim.ts';

/**
 * A sweep over some λ and the seeds 1, 2, …, trained and, unless told otherwise, certified.
 * @param more further fields of the spec
 */
export function overSeeds(
  lambdas: readonly number[],
  { samples, seeds }: { readonly samples: number; readonly seeds: number },
  more: Readonly<Record<string, unknown>>,
  certified = true,
): ClaimSweep {
  const spec = parseSpec({
    samples,
    x: { over: 'lambda', values: lambdas },
    y: { over: 'seed', from: 1, to: seeds, step: 1 },
    ...more,
  });
  return { spec, trained: true, certified };
}
