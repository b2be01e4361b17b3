import type { Arithmetic } from './device-check.ts';
import type { Precision, Replica, Trajectory } from './replica.ts';

/** The engines: WebGPU, WebAssembly SIMD (both float32) and the float64 reference. */
export type EngineKind = 'webgpu' | 'wasm' | 'cpu';

/** What runs the replicas, in words for the page and for files. */
export interface EngineInfo {
  readonly kind: EngineKind;
  /** The adapter's name, or the number of workers and their SIMD. */
  readonly device: string;
  readonly precision: Precision;
}

/** What an engine has done since the batch before. */
export interface Batch {
  /** Replicas that ended, in the order in which they did. */
  readonly trajectories: readonly Trajectory[];
  /** Gradient evaluations, of replicas that still run as well. */
  readonly gradients: number;
}

/**
 * Trains replicas. Batches come at short intervals, with or without trajectories in them; an engine
 * works ahead by a bounded amount only while nobody asks for the next batch, which is how a sweep
 * pauses it. One run at a time.
 */
export interface Engine {
  readonly info: EngineInfo;
  /**
   * Draws replicas from the iterable as room comes free and yields what became of them. Ends when
   * all are done; when `signal` aborts, ends at once and drops replicas in flight.
   * @throws EngineLostError if the device goes away; the run can be started again with the replicas
   * that have not come back.
   */
  run(replicas: Iterable<Replica>, signal: AbortSignal): AsyncIterable<Batch>;
  /**
   * How the replicas would be trained, in sentences; looks at the first few thousand of them.
   * @throws TooLargeError if a dataset does not fit
   * @throws EngineLostError if the device goes away
   */
  plan(replicas: Iterable<Replica>): Promise<readonly string[]>;
  /**
   * Looks into the arithmetic of a GPU, while nothing runs; null on the CPU, where IEEE 754 holds and
   * the only choice is whether a·b + c is rounded once.
   * @throws EngineLostError if the device goes away
   */
  probe(): Promise<Arithmetic | null>;
  /** Frees the device or the workers. The engine cannot run afterwards. */
  dispose(): void;
}

/** The device or a worker went away in the middle of a run. The message says so to a reader. */
export class EngineLostError extends Error {
  override readonly name = 'EngineLostError';
}

/**
 * Which engine a user asks for; `auto` is WebGPU on a real GPU, else WebAssembly, else the float64
 * reference. `webgpu-regenerating` stores no data: they are made anew for every gradient, so that
 * any N goes.
 */
export const ENGINE_PREFERENCES = ['auto', 'webgpu', 'webgpu-regenerating', 'wasm', 'cpu'] as const;
export type EnginePreference = (typeof ENGINE_PREFERENCES)[number];

/** Whether a user asks for WebGPU and nothing else. */
export function asksForGpu(preference: EnginePreference): boolean {
  return preference === 'webgpu' || preference === 'webgpu-regenerating';
}

/** Names of the engines. */
export const ENGINE_NAMES: Readonly<Record<EngineKind, string>> = {
  webgpu: 'WebGPU',
  wasm: 'WebAssembly',
  cpu: 'CPU',
};

/** The engine that was chosen, and in words why this one and not the other. */
export interface EngineChoice {
  readonly engine: Engine;
  readonly why: string;
}

/**
 * What is to be trained, as far as not every engine does: gradient flow from S = 0 on data that are alike in
 * all directions; steps of a fixed length; or gradient flow with decay, from random weights, or on data with
 * a covariance or a mean, which goes in time and not in the clock.
 */
export type Workload = 'flow' | 'steps' | 'flowInTime';

/**
 * Chooses and starts an engine.
 * @param workload default: flow
 * @throws Error with a sentence for the reader if the one asked for cannot be had
 */
export type ChooseEngine = (
  preference: EnginePreference,
  workload?: Workload,
) => Promise<EngineChoice>;
