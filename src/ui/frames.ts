/** Work for a frame that is asked for more often than it is done. */
export class FrameWork {
  #frame = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When it was last done, in the time of `performance.now()`. */
  #last = Number.NEGATIVE_INFINITY;

  /** @param interval milliseconds between two times, at least; work may set it for its next time */
  constructor(
    readonly work: () => void,
    public interval: number,
  ) {}

  /**
   * Does it in the next frame, unless the last time is not long enough ago. Until then no frame is asked
   * for: the browser spends milliseconds on one in which nothing changes.
   * @param urgent whether the interval does not count
   */
  ask(urgent = false): void {
    if (this.#frame) return;
    const wait = urgent ? 0 : this.#last + this.interval - performance.now();
    if (wait > 0) {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.ask(true);
      }, wait);
      return;
    }
    this.cancel();
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#last = performance.now();
      this.work();
    });
  }

  cancel(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

const waiting: (() => void)[] = [];

/**
 * Does the work when the next frame has been shown, each in a task of its own: whoever clicks sees the first
 * answer meanwhile, and a further click does not wait for all of it.
 */
export function afterFrame(work: () => void): void {
  waiting.push(work);
  if (waiting.length === 1) requestAnimationFrame(() => setTimeout(workOff));
}

function workOff(): void {
  try {
    waiting[0]?.();
  } finally {
    waiting.shift();
    if (waiting.length > 0) setTimeout(workOff);
  }
}
