import type { Certification } from '../sweep/certification.ts';
import type { Sweep } from '../sweep/sweep.ts';
import { count, duration } from '../ui/format.ts';

/** Milliseconds between two drawings of the bar. */
const INTERVAL = 100;
const BAR = 24;

/** A progress bar on a terminal; nothing elsewhere. */
export class Bar {
  #drawnAt = 0;

  constructor(readonly stream: NodeJS.WriteStream) {}

  /** @param share done, 0 … 1 */
  draw(share: number, text: string): void {
    const now = performance.now();
    if (!this.stream.isTTY || now - this.#drawnAt < INTERVAL) return;
    this.#drawnAt = now;
    const filled = Math.round(BAR * share);
    const line = `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)} ${text}`;
    this.stream.write(`\r\x1b[2K${line.slice(0, (this.stream.columns ?? 80) - 1)}`);
  }

  /** Takes the bar away. */
  clear(): void {
    if (this.stream.isTTY) this.stream.write('\r\x1b[2K');
  }
}

/** How far a sweep has come, for the bar. */
export function sweepText(sweep: Sweep): string {
  const { done, total, gradientsPerSecond, secondsLeft } = sweep.progress;
  const left = secondsLeft === undefined ? '' : `  ${duration(secondsLeft)} left`;
  return `${count(done)}/${count(total)}  ${count(gradientsPerSecond)} gradients/s${left}`;
}

/** How far a certification has come. */
export function certificationText({ done, total, secondsLeft }: Certification): string {
  const left = secondsLeft === undefined ? '' : `  ${duration(secondsLeft)} left`;
  return `${count(done)}/${count(total)} datasets certified${left}`;
}
