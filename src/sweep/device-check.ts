import {
  type Arithmetic,
  CHECKED_ACCURACY,
  type DeviceCheck,
  judge,
  REFERENCES,
} from '../model/device-check.ts';
import { type Engine, EngineLostError } from '../model/engine.ts';
import { testQuantile } from '../model/observables.ts';
import type { Replica } from '../model/replica.ts';
import { testTime } from '../results/times.ts';

/** Milliseconds after which a check gives up; most of them would be spent compiling shaders. */
const DEADLINE = 30_000;

/** Milliseconds that an engine gets to end what a check has given up, before others use it. */
const GRACE = 1000;

/** log10 t_end of the reference runs. */
const HORIZON = 30;

/** What a check has found so far. */
interface Findings {
  arithmetic: Arithmetic | null;
  readonly measured: (number | null)[];
  readonly troubles: string[];
}

/**
 * Checks an engine before its first sweep: probes its arithmetic and trains three replicas whose
 * times are known. Throws nothing and ends by the deadline, whatever the engine does: it says in
 * words what went wrong.
 * @param signal ends the check at once; what it returns then is of no use
 * @param deadline milliseconds
 */
export async function checkDevice(
  engine: Engine,
  signal: AbortSignal,
  deadline = DEADLINE,
): Promise<DeviceCheck> {
  const findings: Findings = {
    arithmetic: null,
    measured: REFERENCES.map(() => null),
    troubles: [],
  };
  const abort = new AbortController();
  const late = new Waiting(deadline, signal);
  const work = examine(engine, abort.signal, findings);
  const done = await Promise.race([work, late.over]);
  late.stop();
  abort.abort();
  if (!done) {
    findings.troubles.push(
      signal.aborted ? 'it was stopped' : `it did not end within ${deadline / 1000} s`,
    );
    const grace = new Waiting(GRACE);
    await Promise.race([work, grace.over]);
    grace.stop();
  }
  const { arithmetic, measured, troubles } = findings;
  const replicas = REFERENCES.map((each, k) => ({ ...each, measured: measured[k] ?? null }));
  return judge(engine.info.precision, arithmetic, replicas, troubles);
}

/** Both parts of a check, the second one whatever became of the first; true at the end. */
async function examine(engine: Engine, signal: AbortSignal, findings: Findings): Promise<true> {
  const { troubles } = findings;
  await attempt(troubles, 'the probe of its arithmetic', signal, async () => {
    findings.arithmetic = await engine.probe();
  });
  await attempt(troubles, 'the reference runs', signal, () => train(engine, signal, findings));
  return true;
}

/** Does one part, once more if the device is lost; a failure becomes a clause in words. */
async function attempt(
  troubles: string[],
  what: string,
  signal: AbortSignal,
  work: () => Promise<void>,
): Promise<void> {
  for (let retries = 1; !signal.aborted; retries--) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof EngineLostError && retries > 0) continue;
      if (signal.aborted) return;
      const reason = error instanceof Error ? error.message : String(error);
      troubles.push(`${what} ended with “${reason}”`);
      return;
    }
  }
}

/** Trains the reference replicas, as far as they have not come back. */
async function train(engine: Engine, signal: AbortSignal, findings: Findings): Promise<void> {
  const { measured, troubles } = findings;
  const replicas = referenceReplicas().filter(({ index }) => measured[index] === null);
  for await (const { trajectories } of engine.run(replicas, signal)) {
    for (const { index, rows, failure } of trajectories) {
      if (failure !== null) {
        troubles.push(`a reference run failed: ${failure}`);
        continue;
      }
      const time = testTime(rows, CHECKED_ACCURACY, HORIZON);
      if (time.state !== 'crossed' || !Number.isFinite(time.log10t)) continue;
      if (index in measured) measured[index] = time.log10t;
    }
  }
}

/** The replicas of known time, run until they cross. */
function referenceReplicas(): Replica[] {
  return REFERENCES.map(({ samples, dimensions, sigma, seed }, index) => ({
    index,
    seed,
    samples,
    dimensions,
    sigma,
    ensemble: 'independent',
    dynamics: 'flow',
    tolerance: 'default',
    horizon: HORIZON,
    goal: { testQuantile: testQuantile(CHECKED_ACCURACY), trainErrors: samples },
  }));
}

/** The time up to a deadline or a signal, which nothing waits for once it is stopped. */
class Waiting {
  readonly over: Promise<false>;
  stop: () => void = () => {};

  constructor(milliseconds: number, signal?: AbortSignal) {
    this.over = new Promise((resolve) => {
      const end = (): void => resolve(false);
      const timer = setTimeout(end, milliseconds);
      signal?.addEventListener('abort', end);
      if (signal?.aborted) end();
      this.stop = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
      };
    });
  }
}
