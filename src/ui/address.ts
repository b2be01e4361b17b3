import { afterFrame } from './frames.ts';

/** Milliseconds after which a change that goes on is in the address. */
const REPLACE_DELAY = 400;

/**
 * The link to what is shown, in the address of the page. A link that waits to be put there gives way to the
 * next one, which says all that it said.
 */
export class Address {
  /** Waits for the next frame. */
  #step: string | undefined;
  #replacing: ReturnType<typeof setTimeout> | undefined;

  /** A step of its own, to which the way back leads. */
  push(hash: string): void {
    this.forget();
    if (hash !== location.hash) history.pushState(null, '', hash);
  }

  /** The same when the next frame has been shown: the browser takes milliseconds for it. */
  pushSoon(hash: string): void {
    clearTimeout(this.#replacing);
    const asked = this.#step !== undefined;
    this.#step = hash;
    if (asked) return;
    afterFrame(() => {
      if (this.#step !== undefined) this.push(this.#step);
    });
  }

  /** In place of the last step: browsers allow a hundred changes in half a minute, and a drag has more. */
  replaceSoon(hash: string): void {
    if (this.#step !== undefined) {
      this.#step = hash;
      return;
    }
    clearTimeout(this.#replacing);
    this.#replacing = setTimeout(() => history.replaceState(null, '', hash), REPLACE_DELAY);
  }

  /** In place of the last step, at once. */
  replace(hash: string): void {
    this.forget();
    history.replaceState(null, '', hash);
  }

  /** Puts nothing there that waits. */
  forget(): void {
    this.#step = undefined;
    clearTimeout(this.#replacing);
  }
}
