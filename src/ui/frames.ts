/** Work for a frame that is asked for more often than it is done. */
export class FrameWork {
  #frame = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param work does it, at the time of the frame */
  constructor(readonly work: (now: number) => void) {}

  /**
   * Does it in the next frame, or in the first one after `due`, a time of `performance.now()`. Until then
   * no frame is asked for: the browser spends milliseconds on one in which nothing changes.
   */
  ask(due = 0): void {
    if (this.#frame) return;
    const wait = due - performance.now();
    if (wait > 0) {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.ask();
      }, wait);
      return;
    }
    this.cancel();
    this.#frame = requestAnimationFrame((now) => {
      this.#frame = 0;
      this.work(now);
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
