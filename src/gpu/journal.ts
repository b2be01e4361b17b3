/** Reads what a round has appended to the journal; see shaders/shared/journal.wgsl. */
import { shaderConstant } from './wgsl.ts';
import { JOURNAL_HEADER, type Workspace } from './workspace.ts';

const ENTRY_WORDS = shaderConstant('ENTRY_WORDS');

/** What came of a round. */
export interface Journal {
  readonly gradients: number;
  /** Entries, ENTRY_WORDS each; until the reader is encoded again. */
  readonly words: Uint32Array;
}

/** Reads the journal of one round at a time. Its memory is used again: rounds are many, and entries in them few. */
export class JournalReader {
  readonly #staging: GPUBuffer;
  readonly #words: Uint32Array;

  constructor(readonly workspace: Workspace) {
    const { device, journalBytes } = workspace;
    this.#staging = device.gpu.createBuffer({
      label: 'journal reader',
      size: journalBytes,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    this.#words = new Uint32Array((journalBytes - JOURNAL_HEADER) / 4);
  }

  encode(encoder: GPUCommandEncoder): void {
    const { journal, journalBytes } = this.workspace;
    encoder.copyBufferToBuffer(journal, 0, this.#staging, 0, journalBytes);
  }

  /** @throws Error if the journal is damaged */
  async read(): Promise<Journal> {
    const staging = this.#staging;
    await staging.mapAsync(GPUMapMode.READ);
    try {
      const [count, gradients] = new Uint32Array(
        staging.getMappedRange(0, JOURNAL_HEADER),
      ) as unknown as [number, number];
      const length = count * ENTRY_WORDS;
      if (length > this.#words.length) throw new Error(`the journal overflowed: ${count}`);
      if (length > 0)
        this.#words.set(new Uint32Array(staging.getMappedRange(JOURNAL_HEADER, 4 * length)));
      return { gradients, words: this.#words.subarray(0, length) };
    } finally {
      staging.unmap();
    }
  }

  destroy(): void {
    this.#staging.destroy();
  }
}

/** Milliseconds that a round without work takes. */
export async function emptyRound(reader: JournalReader): Promise<number> {
  const { device } = reader.workspace;
  const encoder = device.gpu.createCommandEncoder();
  reader.encode(encoder);
  const submittedAt = performance.now();
  device.gpu.queue.submit([encoder.finish()]);
  await device.settle(reader.read());
  return performance.now() - submittedAt;
}
