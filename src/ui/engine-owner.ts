import type { DeviceCheck } from '../model/device-check.ts';
import type {
  ChooseEngine,
  Engine,
  EngineChoice,
  EnginePreference,
  Workload,
} from '../model/engine.ts';
import { checkDevice } from '../sweep/device-check.ts';

/** Owns an engine: chooses it by the reader's preference, checks it before its first run. */
export class EngineOwner {
  choice: EngineChoice | undefined;
  /** Of that engine; undefined until it has been made. */
  check: DeviceCheck | undefined;
  /** Called after every change. */
  onchange: () => void = () => {};
  #preference: EnginePreference = 'auto';
  /** The preference that the engine was chosen for, and what it was to train. */
  #chosenFor: EnginePreference | undefined;
  #workload: Workload = 'flow';
  /** Ends a check that goes on. */
  #abort: AbortController | undefined;

  constructor(readonly choose: ChooseEngine) {}

  get preference(): EnginePreference {
    return this.#preference;
  }

  /** Another preference holds from the next call of `engine` on. */
  set preference(preference: EnginePreference) {
    this.#preference = preference;
    this.onchange();
  }

  /** Whether the engine there is was chosen for another preference. */
  get stale(): boolean {
    return this.choice !== undefined && this.#chosenFor !== this.#preference;
  }

  /**
   * The engine of the present preference, while none runs.
   * @param workload see ChooseEngine
   * @throws Error with a sentence if it cannot be had
   */
  async engine(workload: Workload = 'flow'): Promise<Engine> {
    if (this.stale || workload !== this.#workload) this.#free();
    const preference = this.#preference;
    this.choice ??= await this.choose(preference, workload);
    this.#chosenFor = preference;
    this.#workload = workload;
    this.onchange();
    const { engine } = this.choice;
    if (!this.check) {
      this.#abort = new AbortController();
      const { signal } = this.#abort;
      const check = await checkDevice(engine, signal);
      if (!signal.aborted) this.check = check;
      this.onchange();
    }
    return engine;
  }

  /** Ends a check that goes on; the next call of `engine` makes another. */
  cancel(): void {
    this.#abort?.abort();
  }

  /** Frees the engine, while none runs. */
  dispose(): void {
    this.cancel();
    this.#free();
  }

  #free(): void {
    this.choice?.engine.dispose();
    this.choice = undefined;
    this.check = undefined;
  }
}
