/** `grokscope run --shard`: a part of a sweep, which may be killed and run again. */
import { certifierOf, engineChooser } from '../engines.ts';
import { ENGINE_NAMES, type Engine, EngineLostError } from '../model/engine.ts';
import type { Replica } from '../model/replica.ts';
import type { Certifier } from '../model/separability/certifier.ts';
import { parseSpecText, workloadOf } from '../model/spec.ts';
import { replicaJson } from '../results/codec.ts';
import { encodeLine, Line } from '../results/journal.ts';
import { outcomeOf } from '../results/table.ts';
import { datasetName } from '../sweep/certification.ts';
import { checkDevice } from '../sweep/device-check.ts';
import { placesIn, specIdentity } from '../sweep/grid.ts';
import { SweepPlan } from '../sweep/plan.ts';
import { replicasOf, type Shard } from '../sweep/shard.ts';
import { count, duration } from '../ui/format.ts';
import type { Command } from './arguments.ts';
import { eachLine, type Grid, JournalWriter, joinGrid, journalsOf } from './directory.ts';
import { readText } from './files.ts';
import { Bar } from './progress.ts';
import { provenanceHere } from './run.ts';
import { nodeSurroundings } from './surroundings.ts';
import { ExitCode } from './usage.ts';

type ShardCommand = Extract<Command, { kind: 'shard' }>;

/** Milliseconds between two lines of progress. */
const PROGRESS_INTERVAL = 1000;

/** What is there of a shard: 1 at the index of a replica. */
interface Present {
  readonly replicas: Uint8Array;
  readonly certificates: Uint8Array;
}

/** `grokscope run --shard`; returns the exit code. */
export async function runShard(command: ShardCommand): Promise<number> {
  const stop = new AbortController();
  let code: number = ExitCode.done;
  for (const [signal, ends] of [
    ['SIGTERM', ExitCode.stopped],
    ['SIGINT', ExitCode.interrupted],
  ] as const) {
    // Not once: a scheduler may send it to the step and to its process.
    process.on(signal, () => {
      code = ends;
      stop.abort();
    });
  }
  const { shard } = command;
  const spec = parseSpecText(await readText(command.spec, 'SPEC.json'));
  const grid = await joinGrid(command.out, spec, command.extend);
  const plan = new SweepPlan(spec);
  const own = replicasOf(plan, shard);
  const present = await presentIn(grid, plan, shard);
  const missing = own.filter((index) => present.replicas[index] !== 1);
  const uncertified = command.certify
    ? own.filter((index) => present.certificates[index] !== 1)
    : new Uint32Array();
  const name = `Shard ${shard.i} of ${shard.n}`;
  if (missing.length === 0 && uncertified.length === 0) {
    if (!command.quiet) console.error(`${name}: all ${count(own.length)} replicas are there.`);
    return code;
  }
  if (!command.quiet) {
    const there = own.length - missing.length;
    console.error(`${name}: ${count(own.length)} replicas, ${count(there)} are there already.`);
  }
  const surroundings = nodeSurroundings(command);
  const { engine, why } = await engineChooser(surroundings)(command.engine, workloadOf(plan.spec));
  const { kind, device, precision } = engine.info;
  if (!command.quiet) console.error(`${ENGINE_NAMES[kind]}, ${device}, ${precision}. ${why}`);
  const deviceCheck = await checkDevice(engine, stop.signal);
  if (stop.signal.aborted) return code;
  const method = await engine.plan(largestFirst(plan, missing));
  if (!command.quiet) for (const line of [deviceCheck.message, ...method]) console.error(line);
  const journal = new JournalWriter(grid, shard, {
    ...provenanceHere(),
    engine: { ...engine.info, why },
    deviceCheck,
  });
  const part = new Part(plan, journal, stop.signal, command.quiet);
  try {
    await part.train(engine, missing);
    if (!stop.signal.aborted) await part.certify(certifierOf(surroundings), uncertified);
  } finally {
    journal.close();
    engine.dispose();
  }
  const done = `${count(part.trained)} of ${count(missing.length)} replicas in ${duration(part.seconds)}`;
  const failed = part.failed === 0 ? '' : `, ${count(part.failed)} failed`;
  if (stop.signal.aborted) {
    console.error(
      `${name}: stopped after ${done}${failed}; they are saved. Run it again to go on.`,
    );
  } else if (!command.quiet) {
    console.error(`${name}: ${done}${failed}.`);
  }
  return code;
}

/** What an engine is asked about, before it trains: it refuses a dataset that does not fit. */
function* largestFirst(plan: SweepPlan, indices: Uint32Array): Generator<Replica> {
  const entries = (index: number): number => {
    const { samples, dimensions } = plan.cellOf(index);
    return samples * dimensions;
  };
  let largest = indices[0];
  for (const index of indices) if (entries(index) > entries(largest as number)) largest = index;
  if (largest !== undefined) yield plan.replica(largest);
  for (const index of indices) if (index !== largest) yield plan.replica(index);
}

/** What journals hold of a shard: those of the same shard, and those of grids cut otherwise. */
async function presentIn(grid: Grid, plan: SweepPlan, { i, n }: Shard): Promise<Present> {
  const present = {
    replicas: new Uint8Array(plan.size),
    certificates: new Uint8Array(plan.size),
  };
  const identity = specIdentity(grid.spec);
  for (const { path, head } of await journalsOf(grid)) {
    const cutAlike = head.shard.n === n && specIdentity(head.spec) === identity;
    if (cutAlike && head.shard.i !== i) continue;
    const place = placesIn(plan, new SweepPlan(head.spec));
    eachLine(path, ({ kind, index }) => {
      if (kind === Line.replica || kind === Line.failure) present.replicas[place(index)] = 1;
      if (kind === Line.certificate) present.certificates[place(index)] = 1;
      return true;
    });
  }
  return present;
}

/** Replicas on their way into a journal. */
class Part {
  trained = 0;
  failed = 0;
  readonly #begun = performance.now();
  #noted = 0;
  readonly #bar = new Bar(process.stderr);

  constructor(
    readonly plan: SweepPlan,
    readonly journal: JournalWriter,
    readonly signal: AbortSignal,
    readonly quiet: boolean,
  ) {}

  get seconds(): number {
    return (performance.now() - this.#begun) / 1000;
  }

  /**
   * Trains replicas, each into the journal as it ends. A device that is lost is tried again as long as
   * replicas came back since.
   */
  async train(engine: Engine, indices: Uint32Array): Promise<void> {
    const back = new Set<number>();
    for (;;) {
      const before = back.size;
      try {
        const rest = function* (plan: SweepPlan): Generator<Replica> {
          for (const index of indices) if (!back.has(index)) yield plan.replica(index);
        };
        for await (const { trajectories } of engine.run(rest(this.plan), this.signal)) {
          let lines = '';
          for (const trajectory of trajectories) {
            const { index, failure } = trajectory;
            const replica = this.plan.replica(index);
            const outcome = outcomeOf(trajectory, this.plan.spec, replica);
            const kind = failure === null ? Line.replica : Line.failure;
            const json = replicaJson(this.plan.spec, replica, { index, outcome });
            lines += encodeLine(kind, index, json);
            back.add(index);
            this.trained++;
            if (failure !== null) this.failed++;
          }
          this.#append(lines, back.size / indices.length, 'replicas');
          if (this.signal.aborted) break;
        }
        return this.#end();
      } catch (error) {
        if (this.signal.aborted) return this.#end();
        if (!(error instanceof EngineLostError) || back.size === before) throw error;
        console.error(`${error.message} Going on with the replicas that had not come back.`);
      }
    }
  }

  /** Certifies the datasets of replicas, each dataset once. */
  async certify(certifier: Certifier, indices: Uint32Array): Promise<void> {
    const sharing = new Map<string, number[]>();
    for (const index of indices) {
      const name = datasetName(this.plan.replica(index));
      const list = sharing.get(name);
      if (list) list.push(index);
      else sharing.set(name, [index]);
    }
    const first = function* (plan: SweepPlan): Generator<Replica> {
      for (const [index] of sharing.values()) yield plan.replica(index as number);
    };
    let done = 0;
    for await (const batch of certifier.run(first(this.plan), this.signal)) {
      let lines = '';
      for (const { index, separability } of batch) {
        done++;
        for (const each of sharing.get(datasetName(this.plan.replica(index))) ?? []) {
          lines += encodeLine(Line.certificate, each, separability);
        }
      }
      this.#append(lines, done / sharing.size, 'datasets certified');
      if (this.signal.aborted) break;
    }
    this.#end();
  }

  #append(lines: string, share: number, what: string): void {
    const now = performance.now();
    const note = lines !== '' && now - this.#noted > PROGRESS_INTERVAL;
    if (note) this.#noted = now;
    if (lines !== '') this.journal.append(note ? lines + this.#progress() : lines);
    if (!this.quiet) this.#bar.draw(share, `${(100 * share).toFixed(1)} % of ${what}`);
  }

  #progress(): string {
    return encodeLine(Line.progress, 0, { seconds: Number(this.seconds.toFixed(3)) });
  }

  #end(): void {
    this.journal.append(this.#progress());
    this.#bar.clear();
  }
}
