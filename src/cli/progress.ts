import type { Sweep } from '../sweep/sweep.ts';
import { count, duration } from '../ui/format.ts';

/** Milliseconds between two drawings of the bar. */
const INTERVAL = 100;
const BAR = 24;

/** A progress bar on a terminal; nothing elsewhere. */
export class ProgressBar {
  #drawnAt = 0;

  constructor(readonly stream: NodeJS.WriteStream) {}

  draw(sweep: Sweep): void {
    const now = performance.now();
    if (!this.stream.isTTY || now - this.#drawnAt < INTERVAL) return;
    this.#drawnAt = now;
    const { done, total, gradientsPerSecond, secondsLeft } = sweep.progress;
    const filled = Math.round((BAR * done) / total);
    const left = secondsLeft === undefined ? '' : `  ${duration(secondsLeft)} left`;
    const bar = '█'.repeat(filled) + '░'.repeat(BAR - filled);
    const text = `${bar} ${count(done)}/${count(total)}  ${count(gradientsPerSecond)} gradients/s${left}`;
    this.stream.write(`\r\x1b[2K${text.slice(0, (this.stream.columns ?? 80) - 1)}`);
  }

  /** Takes the bar away. */
  clear(): void {
    if (this.stream.isTTY) this.stream.write('\r\x1b[2K');
  }
}
