/** What a run consists of besides gradients, measured by itself. */
import { CpuEngine } from '../cpu/engine.ts';
import { FLOAT64 } from '../cpu/flow.ts';
import { kernelOf, type Simd } from '../cpu/simd.ts';
import { float32 } from '../cpu/wasm-gradient.ts';
import type { WebGpuOptions } from '../gpu/engine.ts';
import type { Gauge } from '../gpu/gauge.ts';
import type { Engine } from '../model/engine.ts';
import type { Replica } from '../model/replica.ts';
import type { Parts } from './result.ts';

/** Milliseconds over which datasets are made, if one takes less. */
const LEAST_TIME = 30;

/** Seconds that the module of a thread took to compile, the first time. */
const compiled = new Map<Simd, number>();

/** On the CPU, in this thread: a worker does the same. */
export function cpuParts({ simd }: CpuEngine, replica: Replica): Parts {
  if (simd && !compiled.has(simd)) {
    const begun = performance.now();
    kernelOf(simd);
    compiled.set(simd, (performance.now() - begun) / 1000);
  }
  const maker = simd ? float32(simd) : FLOAT64;
  // What a thread makes once: the table of quantiles.
  maker.make({ ...replica, samples: 1, dimensions: 1 });
  const begun = performance.now();
  let datasets = 0;
  do {
    maker.make(replica);
    datasets++;
  } while (performance.now() - begun < LEAST_TIME);
  return {
    compileSeconds: (simd && compiled.get(simd)) ?? null,
    generateSeconds: (performance.now() - begun) / 1000,
    generatedEntries: datasets * replica.samples * replica.dimensions,
    generateHow: 'one thread, with the layout that the gradient reads',
    readBackSeconds: null,
    readBackBytes: null,
  };
}

/** On a GPU, by kernels of a device of its own. */
export async function gpuParts(
  gauge: Gauge,
  replicas: Iterable<Replica>,
  options: WebGpuOptions | undefined,
): Promise<Parts> {
  const parts = await gauge.parts(replicas, options);
  return {
    compileSeconds: parts.compile,
    generateSeconds: parts.generate,
    generatedEntries: parts.generatedEntries,
    generateHow: 'on the device, the datasets that are in flight first',
    readBackSeconds: parts.readBack,
    readBackBytes: parts.readBackBytes,
  };
}

export function isCpu(engine: Engine): engine is CpuEngine {
  return engine instanceof CpuEngine;
}
