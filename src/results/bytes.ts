/** Bytes of a file under construction, all numbers little-endian. */

const ENCODER = new TextEncoder();

/** Bytes that grow. */
export class ByteSink {
  length = 0;
  #bytes: Uint8Array;
  #view: DataView;

  constructor(capacity = 1024) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  uint8(value: number): void {
    const at = this.#take(1);
    this.#view.setUint8(at, value);
  }

  uint16(value: number): void {
    const at = this.#take(2);
    this.#view.setUint16(at, value, true);
  }

  uint32(value: number): void {
    const at = this.#take(4);
    this.#view.setUint32(at, value, true);
  }

  float64(value: number): void {
    const at = this.#take(8);
    this.#view.setFloat64(at, value, true);
  }

  bytes(bytes: Uint8Array): void {
    const at = this.#take(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** UTF-8. */
  text(text: string): void {
    this.bytes(ENCODER.encode(text));
  }

  /** What has been written, as a view that further writing may leave behind. */
  done(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#bytes.buffer as ArrayBuffer, 0, this.length);
  }

  /** Room for some more bytes; returns where it is. It may put another view in place. */
  #take(count: number): number {
    const at = this.length;
    this.length += count;
    if (this.length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.length, 2 * this.#bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}

/** Whether two runs of bytes are the same. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** A piece of a file: the next bytes, or bytes at a place of their own. */
export type Piece = string | Uint8Array | { readonly at: number; readonly bytes: Uint8Array };

/** All of a file at once, for one that fits into memory. */
export function gather(pieces: Iterable<Piece>): Uint8Array<ArrayBuffer> {
  const next = new ByteSink(1 << 16);
  const placed: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  for (const piece of pieces) {
    if (typeof piece === 'string') next.text(piece);
    else if (piece instanceof Uint8Array) next.bytes(piece);
    else placed.push(piece);
  }
  const end = Math.max(next.length, ...placed.map(({ at, bytes }) => at + bytes.length));
  const all = new Uint8Array(end);
  all.set(next.done());
  for (const { at, bytes } of placed) all.set(bytes, at);
  return all;
}
