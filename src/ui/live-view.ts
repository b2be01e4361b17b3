import { FrameWork } from './frames.ts';

/**
 * Milliseconds between two figures of the progress of what runs: as many as can be read. Each is a frame
 * that the browser lays out and paints, on processors that train.
 */
const NOTE_INTERVAL = 200;
/** The same while a reader points or types, who waits for other frames. */
const ASIDE_INTERVAL = 600;
/** Milliseconds between two paintings of it, and how many times their own cost. */
const PAINT_INTERVAL = 120;
const PAINT_SHARE = 8;
/**
 * For so long after a pointer or a key moved nothing is painted; who goes on for longer than the second gets it
 * in a pause of the third: not right after an answer, since a press follows a pointer that moved at once. Who makes
 * no pause for as long again gets it all the same.
 */
const QUIET = 250;
const LONGEST_QUIET = 2000;
const PAUSE = 40;

/** What is shown of something that runs. */
export interface Shown {
  readonly isRunning: () => boolean;
  /** Figures. */
  readonly note: () => void;
  /** Pictures, in the order in which they are painted; they resolve when they are made. */
  readonly pictures: readonly (() => Promise<unknown>)[];
}

/** Shows something that runs: figures and pictures in frames that leave time for answers to the reader. */
export class LiveView {
  readonly #frames = new FrameWork(() => this.#note(), NOTE_INTERVAL);
  /** Earliest time of the next painting; infinite during one. */
  #nextPaint = 0;
  #lastInput = Number.NEGATIVE_INFINITY;
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly shown: Shown) {}

  /** To be called whenever something has come in: shown soon, or at once where nothing runs any more. */
  ask(): void {
    this.#frames.ask(!this.shown.isRunning());
  }

  /** To be called whenever the reader points or types. */
  noteInput(): void {
    this.#lastInput = performance.now();
    clearTimeout(this.#pause);
    if (!this.shown.isRunning() || this.#lastInput < this.#nextPaint + LONGEST_QUIET) return;
    const pauses = this.#lastInput < this.#nextPaint + 2 * LONGEST_QUIET;
    this.#pause = setTimeout(
      () => {
        const now = performance.now();
        if (now >= this.#nextPaint) this.#paint(now);
      },
      pauses ? PAUSE : 0,
    );
  }

  cancel(): void {
    this.#frames.cancel();
    clearTimeout(this.#pause);
  }

  #note(): void {
    const now = performance.now();
    this.shown.note();
    const isStill = now > this.#lastInput + QUIET;
    this.#frames.interval = isStill ? NOTE_INTERVAL : ASIDE_INTERVAL;
    if (!this.shown.isRunning() || (isStill && now >= this.#nextPaint)) this.#paint(now);
    // What comes too early is painted later, whether anything follows or not.
    else this.ask();
  }

  /** The next frame that is not the answer to an input, or soon after it; at the latest the first after `end`. */
  async #freeFrame(end: number): Promise<number> {
    for (;;) {
      const at = await new Promise<number>(requestAnimationFrame);
      const now = performance.now();
      const wait = this.#lastInput + PAUSE - now;
      if (wait <= 0 || now > end || !this.shown.isRunning()) return at;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  /** A frame for each picture: whoever clicks in between waits for one of them. */
  async #paint(now: number): Promise<void> {
    this.#nextPaint = Infinity;
    let cost = 0;
    try {
      let from = now;
      for (const [k, paint] of this.shown.pictures.entries()) {
        if (k > 0) from = await this.#freeFrame(now + LONGEST_QUIET);
        await paint();
        cost += performance.now() - from;
      }
    } finally {
      this.#nextPaint = performance.now() + Math.max(PAINT_INTERVAL, PAINT_SHARE * cost);
    }
  }
}
