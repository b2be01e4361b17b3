/** A range of an arena, in elements. */
export interface Block {
  readonly offset: number;
  readonly size: number;
}

/** Hands out ranges of a buffer, first fit, and merges what comes back. */
export class Arena {
  /** Free ranges in ascending order, never adjacent. */
  #free: Block[];

  constructor(readonly size: number) {
    this.#free = [{ offset: 0, size }];
  }

  /** A range of `size` elements, or undefined if none is free. */
  take(size: number): Block | undefined {
    const k = this.#free.findIndex((block) => block.size >= size);
    const found = this.#free[k];
    if (found === undefined) return undefined;
    const rest = { offset: found.offset + size, size: found.size - size };
    this.#free.splice(k, 1, ...(rest.size > 0 ? [rest] : []));
    return { offset: found.offset, size };
  }

  /** Gives a range back that `take` handed out. */
  give(block: Block): void {
    const free = [...this.#free, block].sort((a, b) => a.offset - b.offset);
    this.#free = [];
    for (const next of free) {
      const last = this.#free.at(-1);
      if (last && last.offset + last.size === next.offset) {
        this.#free[this.#free.length - 1] = { offset: last.offset, size: last.size + next.size };
      } else {
        this.#free.push(next);
      }
    }
  }
}
