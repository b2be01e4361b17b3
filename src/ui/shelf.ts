import type { EngineInfo } from '../model/engine.ts';
import type { Trajectory } from '../model/replica.ts';
import type { Certified } from '../model/separability/certifier.ts';
import { parseSpec, specToJson } from '../model/spec.ts';
import type { ResultTable } from '../results/table.ts';
import { Keeper, problemText } from '../store/keeper.ts';
import type { RunInfo, RunStore } from '../store/runs.ts';
import type { SweepPlan } from '../sweep/plan.ts';
import { tableFor } from '../sweep/sweep.ts';

/** The runs that the browser keeps, and the one that is being kept. */
export class Shelf {
  runs: readonly RunInfo[] = [];
  /** Why nothing is kept, in words; empty while all goes well. */
  problem = '';
  /** Of the run on the page; undefined while none is kept. */
  keeper: Keeper | undefined;
  /** Called after every change. */
  onchange: () => void = () => {};
  #store: RunStore | undefined;

  /** Opens the store; without one, everything works and nothing is kept. */
  async open(openStore: () => Promise<RunStore>): Promise<void> {
    try {
      this.#store = await openStore();
      await this.refresh();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The newest kept run of a plan on an engine. */
  find({ spec }: SweepPlan, { kind }: EngineInfo): RunInfo | undefined {
    const wanted = JSON.stringify(spec);
    return this.runs.find(({ spec: kept, engine }) => {
      if (engine.kind !== kind) return false;
      try {
        return JSON.stringify(parseSpec(kept)) === wanted;
      } catch {
        return false; // of a version that knew other specs
      }
    });
  }

  /** What is kept of a run, from now on kept by this page if no other one does it. */
  async resume(plan: SweepPlan, info: RunInfo): Promise<ResultTable> {
    const table = tableFor(plan);
    await this.release();
    try {
      await this.#use(await this.#keeperOf((await this.#store?.get(info.id)) ?? info));
      await this.#store?.load(info.id, table);
    } catch (error) {
      this.#fail(error);
    }
    return table;
  }

  /** Another run's results, to compare with. */
  async read(plan: SweepPlan, info: RunInfo): Promise<ResultTable> {
    const table = tableFor(plan);
    await this.#store?.load(info.id, table);
    return table;
  }

  /** Begins to keep a new run, with what its table has already. */
  async begin(plan: SweepPlan, engine: EngineInfo, table: ResultTable): Promise<void> {
    await this.#use(undefined);
    if (!this.#store) return;
    const now = Date.now();
    const info: RunInfo = {
      // crypto.randomUUID is only there on pages that are served securely.
      id: `${now.toString(36)}-${Math.random().toString(36).slice(2)}`,
      name: '',
      created: now,
      updated: now,
      spec: specToJson(plan.spec),
      engine,
      done: 0,
      total: plan.size,
    };
    try {
      await this.#store.create(info);
      await this.#use(await this.#keeperOf(info));
      const [trajectories, certified] = contentsOf(table);
      this.keeper?.add(trajectories, certified);
      await this.refresh();
    } catch (error) {
      this.#fail(error);
    }
  }

  async rename(id: string, name: string): Promise<void> {
    await this.#try(() => this.#store?.rename(id, name));
    // What has a name is meant to stay.
    if (name !== '') await navigator.storage?.persist?.();
  }

  async delete(id: string): Promise<void> {
    if (this.keeper?.info.id === id) await this.#use(undefined);
    await this.#try(() => this.#store?.delete(id));
  }

  async refresh(): Promise<void> {
    if (!this.#store) return;
    this.runs = await this.#store.list();
    this.onchange();
  }

  /** Waits until what has come in is kept, and counts anew. */
  async settle(): Promise<void> {
    await this.keeper?.settled();
    await this.refresh();
  }

  /** Keeps nothing of what is on the page from now on. */
  release(): Promise<void> {
    return this.#use(undefined);
  }

  /** Stops keeping, after what has come in. */
  async close(): Promise<void> {
    await this.#use(undefined);
    this.#store?.close();
    this.#store = undefined;
  }

  async #keeperOf(info: RunInfo): Promise<Keeper | undefined> {
    if (!this.#store) return undefined;
    const keeper = await Keeper.of(this.#store, info);
    if (!keeper) this.problem = 'Not kept: another tab keeps this run.';
    return keeper;
  }

  async #use(keeper: Keeper | undefined): Promise<void> {
    await this.keeper?.close();
    this.keeper = keeper;
    if (!keeper) return;
    this.problem = '';
    keeper.onchange = () => {
      if (keeper.problem !== '') this.problem = keeper.problem;
      this.onchange();
    };
  }

  async #try(act: () => Promise<void> | undefined): Promise<void> {
    try {
      await act();
      await this.refresh();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.problem = problemText(error);
    this.onchange();
  }
}

/** Everything that a table has, as it comes in. */
function contentsOf(table: ResultTable): [Trajectory[], Certified[]] {
  const trajectories: Trajectory[] = [];
  const certified: Certified[] = [];
  for (let index = 0; index < table.size; index++) {
    const rows = table.record(index);
    const separability = table.separability(index);
    if (separability) certified.push({ index, separability });
    if (!table.has(index) || !rows) continue;
    const failure = table.failures.get(index) ?? null;
    trajectories.push({ index, rows, gradients: table.gradients(index), failure });
  }
  return [trajectories, certified];
}
