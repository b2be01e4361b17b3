import type { ChooseEngine, Engine, EnginePreference, Workload } from '../model/engine.ts';
import { EngineOwner } from './engine-owner.ts';

/**
 * One engine for all elements of a page: they take turns. It is started by the first that runs and freed
 * when the last user has gone.
 */
export class EngineShare {
  #owner: EngineOwner | undefined;
  #users = 0;
  #turn: Promise<void> = Promise.resolve();

  constructor(readonly choose: ChooseEngine) {}

  /** Engines that are held now: 0 or 1. */
  get engines(): number {
    return this.#owner?.choice ? 1 : 0;
  }

  join(): void {
    this.#users++;
  }

  /** Frees the engine after the last user, once nothing runs. */
  leave(): void {
    this.#users--;
    this.#turn = this.#turn.then(() => {
      if (this.#users > 0) return;
      this.#owner?.dispose();
      this.#owner = undefined;
    });
  }

  /**
   * Waits for the engine and works with it; others wait meanwhile.
   * @param wanted asked when the turn comes: whoever no longer wants it lets the next one
   * @param workload see ChooseEngine
   * @throws Error with a sentence if the engine cannot be had, and what `work` throws
   */
  use(
    preference: EnginePreference,
    wanted: () => boolean,
    workload: Workload,
    work: (engine: Engine, owner: EngineOwner) => Promise<void>,
  ): Promise<void> {
    const turn = this.#turn.then(async () => {
      if (!wanted()) return;
      this.#owner ??= new EngineOwner(this.choose);
      this.#owner.preference = preference;
      const engine = await this.#owner.engine(workload);
      if (wanted()) await work(engine, this.#owner);
    });
    this.#turn = turn.catch(() => {});
    return turn;
  }
}
