import type { Trajectory } from '../model/replica.ts';
import type { Certified } from '../model/separability/certifier.ts';
import type { RunInfo, RunStore } from './runs.ts';

/**
 * Milliseconds between two writings: what comes in meanwhile is lost if the browser is killed. Each takes the page
 * milliseconds, however little there is to write.
 */
const INTERVAL = 1000;

/** Writes one run as it goes, one transaction at a time. */
export class Keeper {
  /** Replicas kept. */
  kept: number;
  /** Why nothing more is kept, in words; empty while all goes well. */
  problem = '';
  /** Called after every change. */
  onchange: () => void = () => {};
  #trajectories: Trajectory[] = [];
  #certified: Certified[] = [];
  #writing: Promise<void> | undefined;
  /** Whether all is to be written at once, and what ends a wait. */
  #hurried = false;
  #endWait: () => void = () => {};
  #release: () => void = () => {};

  private constructor(
    private readonly store: RunStore,
    readonly info: RunInfo,
  ) {
    this.kept = info.done;
  }

  /** A keeper of the run; undefined while another tab keeps it. */
  static async of(store: RunStore, info: RunInfo): Promise<Keeper | undefined> {
    const keeper = new Keeper(store, info);
    const locked = await new Promise<boolean>((resolve) => {
      // Without locks, as on pages that are not served securely, there is one tab by assumption.
      if (!navigator.locks) return resolve(true);
      navigator.locks.request(`grokscope ${info.id}`, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock === null
          ? undefined
          : new Promise<void>((release) => {
              keeper.#release = release;
            });
      });
    });
    return locked ? keeper : undefined;
  }

  add(trajectories: readonly Trajectory[], certified: readonly Certified[] = []): void {
    if (this.problem !== '' || trajectories.length + certified.length === 0) return;
    this.#trajectories.push(...trajectories);
    this.#certified.push(...certified);
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  /** Writes all that has come in; resolves once it is kept, or cannot be. */
  async settled(): Promise<void> {
    this.#hurried = true;
    this.#endWait();
    while (this.#writing) await this.#writing;
    this.#hurried = false;
  }

  /** Writes what is left and lets another tab have the run. */
  async close(): Promise<void> {
    await this.settled();
    this.#release();
  }

  async #write(): Promise<void> {
    while (this.problem === '' && this.#trajectories.length + this.#certified.length > 0) {
      const [trajectories, certified] = [this.#trajectories, this.#certified];
      [this.#trajectories, this.#certified] = [[], []];
      try {
        await this.store.append(this.info.id, trajectories, certified);
        this.kept += trajectories.length;
      } catch (error) {
        this.problem = problemText(error);
        [this.#trajectories, this.#certified] = [[], []];
      }
      this.onchange();
      if (!this.#hurried) await this.#wait();
    }
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, INTERVAL);
      this.#endWait = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Why a run is not kept, for a reader. */
export function problemText(error: unknown): string {
  const { name = '', message = String(error) } = error instanceof Object ? (error as Error) : {};
  const reason =
    name === 'QuotaExceededError'
      ? 'the storage of this browser is full. Delete kept runs to make room.'
      : message || name;
  return `Not kept any further: ${reason} Nothing on this page is lost while it stays open.`;
}
