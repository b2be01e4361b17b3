import { CpuEngine, type WorkerPort } from './cpu/engine.ts';
import type { EngineChoice, EnginePreference } from './model/engine.ts';

/** What the surroundings offer: a browser's page or node fill it in. */
export interface Surroundings {
  /** Entry to WebGPU; undefined with the reason in `noGpu`. */
  readonly gpu: GPU | undefined;
  readonly noGpu: string;
  readonly spawnWorker: () => WorkerPort;
  readonly workers: number;
}

/** Chooses an engine and says why. */
export async function chooseEngine(
  { spawnWorker, workers, noGpu }: Surroundings,
  _preference: EnginePreference,
): Promise<EngineChoice> {
  return { engine: new CpuEngine(spawnWorker, workers), why: noGpu };
}
