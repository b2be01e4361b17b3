/** What datasets take in memory, in words for a reader. */

/** Bytes of a dataset with N `samples` and d `dimensions`. */
export type BytesOf = (samples: number, dimensions: number) => number;

/** A dataset does not fit; the message names the largest N that does. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError';
}

/**
 * The error for a dataset that takes more than the `memory` there is, in bytes.
 * @param otherwise what helps, in words
 */
export function tooLarge(
  samples: number,
  dimensions: number,
  bytesOf: BytesOf,
  memory: number,
  otherwise = '',
): TooLargeError {
  const lambda = dimensions / samples;
  const most = largestSamples(lambda, samples, bytesOf, memory);
  const help = otherwise && `; ${otherwise}`;
  return new TooLargeError(
    `A dataset of ${samples} × ${dimensions} takes ${inBytes(bytesOf(samples, dimensions))} and ` +
      `${inBytes(memory)} are there: at this λ the largest N is ${most}${help}.`,
  );
}

/** The largest N up to `limit` whose dataset with d = λN takes at most `memory` bytes. */
export function largestSamples(
  lambda: number,
  limit: number,
  bytesOf: BytesOf,
  memory: number,
): number {
  let [fits, exceeds] = [0, limit + 1];
  while (exceeds - fits > 1) {
    const middle = Math.floor((fits + exceeds) / 2);
    const dimensions = Math.max(1, Math.round(lambda * middle));
    if (bytesOf(middle, dimensions) <= memory) fits = middle;
    else exceeds = middle;
  }
  return fits;
}

/** A number of bytes in words. */
export function inBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const k = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(bytes) / 10)));
  return `${Number((bytes / 2 ** (10 * k)).toPrecision(3))} ${units[k]}`;
}
