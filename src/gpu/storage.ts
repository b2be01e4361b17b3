/** What replicas and their data take in the buffers of a device. */

import type { Method } from './machine.ts';

/**
 * Vectors of a replica, what each has beside the d columns, and what comes after the last, both in
 * vec4<f32>: see state.wgsl of the method. Vectors of parameters have the bias; a descent has up to sixteen
 * thresholds.
 */
const PLACES = {
  flow: { vectors: 7, beside: 0, after: 0 },
  flowInTime: { vectors: 9, beside: 1, after: 0 },
  descent: { vectors: 10, beside: 1, after: 4 },
} as const;

/** Numbers that a replica has for each sample. */
export const SAMPLE_ARRAYS = 2;

/** vec4<f32> of a vector. */
export function quadsOf(method: Method, octets: number): number {
  return 2 * octets + PLACES[method].beside;
}

/** vec4<f32> of all vectors of a replica. */
export function vectorQuads(method: Method, dimensions: number): number {
  const { vectors, after } = PLACES[method];
  return vectors * quadsOf(method, octetsOf(dimensions)) + after;
}

/** Bytes of all vectors of a replica. */
export function vectorBytes(method: Method, dimensions: number): number {
  return 16 * vectorQuads(method, dimensions);
}

/** Eights of columns: halves are stored, and read, in 16 bytes. */
export function octetsOf(dimensions: number): number {
  return Math.ceil(dimensions / 8);
}

/** Bytes of a dataset. */
export function datasetBytes(samples: number, dimensions: number): number {
  return 16 * samples * octetsOf(dimensions);
}
