import type { ChooseEngine, Engine, EnginePreference } from '../model/engine.ts';
import type { Certifier } from '../model/separability/certifier.ts';
import { type SweepSpec, workloadOf } from '../model/spec.ts';
import type { Rows } from '../model/trajectory.ts';
import type { ResultTable } from '../results/table.ts';
import type { Keeper } from '../store/keeper.ts';
import type { RunInfo, RunStore } from '../store/runs.ts';
import type { View } from '../sweep/cells.ts';
import { Certification } from '../sweep/certification.ts';
import { SweepPlan } from '../sweep/plan.ts';
import { Sweep, type SweepStart, tableFor } from '../sweep/sweep.ts';
import type { CertifyRequest } from './certificates.ts';
import { EngineOwner } from './engine-owner.ts';
import type { LabView } from './lab-view.ts';
import { type Origin, originOfRun } from './origin.ts';
import { Shelf } from './shelf.ts';

/** Part of a sweep that makes its coarse map: every fourth column and row. */
const COARSE = 1 / 16;

/** Results at hand, and where they come from if not from an engine of this page. */
export interface Held {
  readonly table: ResultTable;
  readonly origin?: Origin | undefined;
}

/** What a sweep begins with, and where that comes from if not from the engine it runs on. */
type Begun = SweepStart & Pick<Held, 'origin'>;

/**
 * What a sweep begins with: nothing, what is kept of its spec or of a run, or results at hand. A passing one
 * goes on with what is kept of it, but is not kept itself.
 */
export type From = 'nothing' | 'passing' | 'kept' | RunInfo | Held;

/** A sweep that is asked for. */
export interface RunRequest {
  readonly spec: SweepSpec;
  /** How it is shown; absent: as the last one. */
  readonly view?: LabView | undefined;
  readonly from: From;
}

/** A sweep that takes the place of the last. */
export interface Shown {
  readonly sweep: Sweep;
  /** Of results that the engine of the sweep has not computed. */
  readonly origin: Origin | undefined;
  readonly request: RunRequest;
}

/**
 * What runs in the laboratory: one sweep at a time on one engine, kept on the shelf, and certificates of its
 * datasets. It knows nothing of how they are shown.
 */
export class Runner {
  /** A sweep or a certification has come on. */
  onchange: () => void = () => {};
  /** There is another engine, or a certification has begun. */
  onstate: () => void = () => {};
  /** A sweep has begun, and is to be shown. */
  onshow: (shown: Shown) => void = () => {};
  /** A sweep has ended. */
  onend: () => void = () => {};
  /** An engine cannot be had; why, in words. */
  onproblem: (problem: string) => void = () => {};

  readonly shelf = new Shelf();
  owner: EngineOwner | undefined;
  /** Of the sweep that is shown: the one that goes on, or the last; and what keeps that sweep. */
  certification: Certification | undefined;
  keeper: Keeper | undefined;
  #chooseEngine: ChooseEngine | undefined;
  /** The run that goes on, or the last one; the next begins when it has ended. */
  #run: Promise<void> = Promise.resolve();
  /** Counts the runs asked for: of several that wait, the newest begins. */
  #asked = 0;
  /** The sweep that runs or ran last; one in passing is shown once its coarse map is there. */
  #running: Sweep | undefined;
  #unseen = false;
  /** Sweeps of one replica that run beside it. */
  readonly #beside = new Set<Sweep>();

  /** Whether the last sweep asked for is shown: the next one in passing waits for it. */
  get seen(): boolean {
    return !this.#unseen;
  }

  /** Has engines from now on, and a store if there is one. */
  begin(chooseEngine: ChooseEngine, openStore: (() => Promise<RunStore>) | undefined): void {
    const before = this.owner;
    this.#chooseEngine = chooseEngine;
    this.owner = new EngineOwner(chooseEngine);
    this.owner.onchange = () => this.onstate();
    this.shelf.onchange = () => this.onchange();
    this.#run = this.#run.then(async () => {
      before?.dispose();
      if (openStore) await this.shelf.open(openStore);
    });
  }

  /** Stops all there is and frees the engine. */
  close(): void {
    this.#stop();
    for (const sweep of this.#beside) sweep.stop();
    this.#asked++;
    this.#run = this.#run.then(async () => {
      this.owner?.dispose();
      await this.shelf.close();
    });
  }

  /**
   * Runs a spec once what ran before, which is stopped, has ended: an engine runs one at a time.
   * @param only the one replica of it that is run, and not kept
   */
  start(request: RunRequest, only?: (plan: SweepPlan) => number): void {
    this.#stop();
    this.#unseen = request.from === 'passing';
    const asked = ++this.#asked;
    this.#run = this.#run.then(() => this.#sweep(request, only, asked));
  }

  #stop(): void {
    this.owner?.cancel();
    this.#running?.stop();
    this.certification?.stop();
  }

  async #sweep(
    request: RunRequest,
    only: ((plan: SweepPlan) => number) | undefined,
    asked: number,
  ): Promise<void> {
    const engine = asked === this.#asked ? await this.#engine(request.spec) : undefined;
    // Another run may have been asked for while the engine started, or while it was checked.
    if (!engine || asked !== this.#asked) return;
    const plan = new SweepPlan(request.spec);
    const { origin, ...start } = only
      ? await this.#startOfOne(only(plan))
      : await this.#startOf(plan, engine, request.from);
    if (asked !== this.#asked) return;
    const sweep = new Sweep(plan, engine, start);
    this.#running = sweep;
    const { keeper } = this.shelf;
    let hidden = this.#unseen;
    const show = (): void => {
      hidden = false;
      this.#unseen = false;
      this.certification?.stop();
      this.certification = undefined;
      this.keeper = keeper;
      this.onshow({ sweep, origin, request });
    };
    sweep.onchange = () => {
      if (hidden) {
        const telling = sweep.state === 'failed' || sweep.table.done >= COARSE * plan.size;
        if (asked !== this.#asked || !telling) return;
        show();
      }
      this.onchange();
    };
    sweep.onresults = (trajectories) => {
      if (this.shelf.keeper === keeper) keeper?.add(trajectories);
    };
    if (!hidden) show();
    await sweep.run();
    this.onend();
    this.shelf.settle();
  }

  async #startOfOne(index: number): Promise<Begun> {
    await this.shelf.release();
    return { only: [index] };
  }

  /** The table that a sweep goes on with, which is kept from now on. */
  async #startOf(plan: SweepPlan, { info }: Engine, from: From): Promise<Begun> {
    // What a file lacks is not run: it would be another engine's.
    if (typeof from === 'object' && 'table' in from && from.origin) {
      await this.shelf.release();
      return { ...from, only: [] };
    }
    const kept =
      typeof from === 'string' && from !== 'nothing' ? this.shelf.find(plan, info) : from;
    if (typeof kept === 'object' && 'id' in kept) {
      const table = await this.shelf.resume(plan, kept);
      if (kept.engine.kind === info.kind) return { table };
      // One record, one engine: what is missing is not run on another one.
      return { table, only: [], origin: originOfRun(kept) };
    }
    if (from === 'passing') {
      await this.shelf.release();
      return {};
    }
    const table = typeof kept === 'object' ? kept.table : tableFor(plan);
    await this.shelf.begin(plan, info, table);
    return { table };
  }

  /** The engine of the present preference for a spec; undefined, and said why, if it cannot be had. */
  async #engine(spec: SweepSpec): Promise<Engine | undefined> {
    try {
      return await this.owner?.engine(workloadOf(spec));
    } catch (error) {
      this.onproblem(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  /** The next run has an engine of another preference. */
  prefer(preference: EnginePreference): void {
    if (this.owner) this.owner.preference = preference;
  }

  /** Trains the one replica of a spec beside the sweep, on the processor: its record, or why there is none. */
  readonly trainOne = async (spec: SweepSpec): Promise<Rows | string> => {
    try {
      const choice = await (this.#chooseEngine as ChooseEngine)('wasm', workloadOf(spec));
      const sweep = new Sweep(new SweepPlan(spec), choice.engine);
      this.#beside.add(sweep);
      await sweep.run();
      this.#beside.delete(sweep);
      choice.engine.dispose();
      const rows = sweep.table.record(0);
      if (sweep.table.failures.has(0)) return sweep.table.failures.get(0) ?? '';
      return rows ?? (sweep.message || 'it was stopped');
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };

  /** Certifies datasets of the sweep, while it runs or after; one certification at a time. */
  certify({ plan, table }: View, certifier: Certifier, request: CertifyRequest): void {
    if (this.certification?.state === 'running') return;
    const certification = new Certification(plan, table, certifier, request);
    certification.onchange = () => this.onchange();
    // Another run may be kept by then, or this one no more.
    const { keeper } = this;
    certification.onresults = (certified) => {
      if (this.shelf.keeper === keeper) keeper?.add([], certified);
    };
    this.certification = certification;
    certification.run();
    this.onstate();
  }
}
