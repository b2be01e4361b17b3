import type { Engine } from '../model/engine.ts';
import type { Certifier } from '../model/separability/certifier.ts';
import { isTraining } from '../model/spec.ts';
import { ResultTable } from '../results/table.ts';
import { Certification } from '../sweep/certification.ts';
import { SweepPlan } from '../sweep/plan.ts';
import { Sweep } from '../sweep/sweep.ts';
import type { Claim, Size, SweepResult, Verdict } from './claim.ts';

/** What a claim is run with. */
export interface Means {
  readonly engine: Engine;
  /** Trains in steps, where the engine does not. */
  readonly trainer?: Engine;
  readonly certifier: Certifier;
}

/** How far the run of a claim has come: replicas trained and datasets certified, of all. */
export interface ClaimProgress {
  readonly done: number;
  readonly total: number;
}

/** The end of a claim's run. */
export interface ClaimOutcome {
  readonly results: readonly SweepResult[];
  /** Empty if it was stopped. */
  readonly verdicts: readonly Verdict[];
}

/**
 * Runs a claim: its sweeps one after the other on the engine, then the certificates of each.
 *
 * @param onprogress called after every change, with the results as far as they have come
 * @throws Error with a sentence if a sweep or a certification fails, or a replica does
 */
export async function runClaim(
  claim: Claim,
  size: Size,
  { engine, trainer, certifier }: Means,
  signal: AbortSignal,
  onprogress: (progress: ClaimProgress, results: readonly SweepResult[]) => void = () => {},
): Promise<ClaimOutcome> {
  const sweeps = claim.sweeps(size).map((sweep) => ({ ...sweep, plan: new SweepPlan(sweep.spec) }));
  const total = sweeps.reduce(
    (sum, { plan, trained, certified }) => sum + plan.size * (Number(trained) + Number(certified)),
    0,
  );
  const results: SweepResult[] = [];
  let before = 0;
  for (const { plan, trained, certified } of sweeps) {
    const sweep = new Sweep(plan, isTraining(plan.spec) ? (trainer ?? engine) : engine);
    const table = trained
      ? sweep.table
      : new ResultTable(plan.spec, plan.size, (k) => plan.cellOf(k));
    results.push({ plan, table });
    const report = (): void =>
      onprogress({ done: before + table.done + table.certified, total }, results);
    const stop = (): void => sweep.stop();
    signal.addEventListener('abort', stop);
    sweep.onchange = report;
    if (trained && !signal.aborted) await sweep.run();
    signal.removeEventListener('abort', stop);
    if (sweep.state === 'failed') throw new Error(sweep.message);
    const [failure] = table.failures.values();
    if (failure !== undefined) throw new Error(`A replica failed: ${failure}.`);
    if (certified && !signal.aborted) await certifyAll(plan, table, certifier, signal, report);
    if (signal.aborted) return { results, verdicts: [] };
    before += plan.size * (Number(trained) + Number(certified));
  }
  return { results, verdicts: claim.verdicts(results) };
}

async function certifyAll(
  plan: SweepPlan,
  table: ResultTable,
  certifier: Certifier,
  signal: AbortSignal,
  report: () => void,
): Promise<void> {
  const certification = new Certification(plan, table, certifier);
  const stop = (): void => certification.stop();
  signal.addEventListener('abort', stop);
  certification.onchange = report;
  await certification.run();
  signal.removeEventListener('abort', stop);
  if (certification.state === 'failed') throw new Error(certification.message);
}
