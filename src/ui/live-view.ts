import { afterFrame, FrameWork } from './frames.ts';

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
 * right after an answer, when the next one is not asked for yet.
 */
const QUIET = 250;
const LONGEST_QUIET = 2000;

/** What is shown of something that runs. Pictures resolve when they are made. */
export interface Shown {
  readonly isRunning: () => boolean;
  readonly note: () => void;
  readonly paint: () => Promise<unknown>;
  /** What sums the picture up. */
  readonly sum: () => Promise<unknown>;
}

/** Shows something that runs: figures and pictures in frames that leave time for answers to the reader. */
export class LiveView {
  readonly #frames = new FrameWork(() => this.#note(), NOTE_INTERVAL);
  /** Earliest time of the next painting; infinite during one. */
  #nextPaint = 0;
  #lastInput = Number.NEGATIVE_INFINITY;

  constructor(private readonly shown: Shown) {}

  /** To be called whenever something has come in: shown soon, or at once where nothing runs any more. */
  ask(): void {
    this.#frames.ask(!this.shown.isRunning());
  }

  /** To be called whenever the reader points or types. */
  noteInput(): void {
    this.#lastInput = performance.now();
    if (!this.shown.isRunning() || this.#lastInput < this.#nextPaint + LONGEST_QUIET) return;
    afterFrame(() => {
      const now = performance.now();
      if (now >= this.#nextPaint) this.#paint(now);
    });
  }

  cancel(): void {
    this.#frames.cancel();
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

  /** In two frames: whoever clicks in between waits for one of them. */
  async #paint(now: number): Promise<void> {
    this.#nextPaint = Infinity;
    let cost = 0;
    try {
      await this.shown.paint();
      cost += performance.now() - now;
      const then = await new Promise<number>(requestAnimationFrame);
      await this.shown.sum();
      cost += performance.now() - then;
    } finally {
      this.#nextPaint = performance.now() + Math.max(PAINT_INTERVAL, PAINT_SHARE * cost);
    }
  }
}
