/** Runs of claims one after the other: an engine runs one thing at a time. */
import { ResultTable } from '../results/table.ts';
import { SweepPlan } from '../sweep/plan.ts';
import type { Claim, Size, SweepResult, Verdict } from './claim.ts';
import { type ClaimProgress, type Means, runClaim } from './run.ts';

export type RunState = 'idle' | 'waiting' | 'running' | 'stopped' | 'failed' | 'done';

/** What the verdicts of a run come to; undefined while there are none. */
export function outcomeOf({ state, verdicts }: ClaimRun): 'holds' | 'fails' | undefined {
  if (state !== 'done') return undefined;
  return verdicts.length > 0 && verdicts.every(({ passed }) => passed) ? 'holds' : 'fails';
}

/** Replicas of a claim's sweeps. */
export function replicaCount(claim: Claim, size: Size): number {
  return claim.sweeps(size).reduce((sum, { spec }) => sum + new SweepPlan(spec).size, 0);
}

/** A claim, and what has become of it on this device. The queue changes it. */
export class ClaimRun {
  state: RunState = 'idle';
  /** Of the results. */
  size: Size = 'small';
  /** Of the run that waits. */
  asked: Size = 'small';
  /** Done of all work, 0 … 1, and what is left at the pace so far. */
  share = 0;
  secondsLeft: number | undefined;
  /** Running time. */
  seconds = 0;
  /** What it ran on, in words. */
  device = '';
  /** One for each sweep; those to come are empty. */
  results: readonly SweepResult[];
  verdicts: readonly Verdict[] = [];
  /** Why it failed, in a sentence. */
  message = '';
  /** Counts the changes. */
  revision = 0;

  constructor(readonly claim: Claim) {
    this.results = blankResults(claim, this.size);
  }

  get active(): boolean {
    return this.state === 'waiting' || this.state === 'running';
  }
}

/** What a claim is run with, and its name for the reader. */
export interface NamedMeans extends Means {
  readonly device: string;
}

/** A run for each claim. Throws nothing: what goes wrong is in the run. */
export class ClaimQueue {
  readonly runs: readonly ClaimRun[];
  /** Called after every change of a run. */
  onchange: () => void = () => {};
  #last: Promise<void> = Promise.resolve();
  /** How to stop each run that is active. */
  readonly #stops = new Map<ClaimRun, () => void>();

  /** @param means called before each run; throws an Error with a sentence if there are none */
  constructor(
    claims: readonly Claim[],
    readonly means: () => Promise<NamedMeans>,
  ) {
    this.runs = claims.map((claim) => new ClaimRun(claim));
  }

  /** The run that goes on. */
  get running(): ClaimRun | undefined {
    return this.runs.find(({ state }) => state === 'running');
  }

  /** Runs a claim once all that was asked for before has ended. */
  ask(run: ClaimRun, size: Size): void {
    if (run.active) return;
    const abort = new AbortController();
    const { state } = run;
    this.#stops.set(run, () => {
      // What a run left unfinished stays; one that only waited leaves all as it was.
      const ended = run.state === 'waiting' ? state : 'stopped';
      abort.abort();
      this.#change(run, { state: ended });
    });
    this.#change(run, { state: 'waiting', asked: size });
    this.after(() => this.#run(run, size, abort.signal));
  }

  /** Does something between two runs. */
  after(work: () => Promise<void>): void {
    this.#last = this.#last.then(work);
  }

  /** Ends a run, or its wait. */
  stop(run: ClaimRun): void {
    if (run.active) this.#stops.get(run)?.();
  }

  async #run(run: ClaimRun, size: Size, signal: AbortSignal): Promise<void> {
    // After a stop the run belongs to whoever asks next.
    const change = (to: Partial<ClaimRun>): void => {
      if (!signal.aborted) this.#change(run, to);
    };
    const { claim } = run;
    if (signal.aborted) return;
    const blank = blankResults(claim, size);
    change({ ...NOTHING, state: 'running', size, results: blank });
    try {
      const { device, ...means } = await this.means();
      const begun = performance.now();
      const seconds = (): number => (performance.now() - begun) / 1000;
      change({ device });
      const { results, verdicts } = await runClaim(claim, size, means, signal, (progress, soFar) =>
        change({ ...paceOf(progress, seconds()), results: filled(blank, soFar) }),
      );
      change({
        state: 'done',
        seconds: seconds(),
        results: filled(blank, results),
        verdicts,
      });
    } catch (error) {
      change({ state: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  }

  #change(run: ClaimRun, change: Partial<ClaimRun>): void {
    Object.assign(run, change);
    run.revision++;
    this.onchange();
  }
}

/** What a run begins with. */
const NOTHING = {
  share: 0,
  secondsLeft: undefined,
  seconds: 0,
  device: '',
  verdicts: [],
  message: '',
} satisfies Partial<ClaimRun>;

function paceOf({ done, total }: ClaimProgress, seconds: number): Partial<ClaimRun> {
  const secondsLeft = done > 0 ? (seconds / done) * (total - done) : undefined;
  return { share: done / total, seconds, secondsLeft };
}

/** Sweeps that nothing has come in from. */
function blankResults(claim: Claim, size: Size): SweepResult[] {
  return claim.sweeps(size).map(({ spec }) => {
    const plan = new SweepPlan(spec);
    return { plan, table: new ResultTable(spec, plan.size, (k) => plan.cellOf(k)) };
  });
}

/** Results with those of the first sweeps in their place. */
function filled(
  blank: readonly SweepResult[],
  results: readonly SweepResult[],
): readonly SweepResult[] {
  return blank.map((empty, k) => results[k] ?? empty);
}
