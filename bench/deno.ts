/** Entry under Deno, whose WebGPU is wgpu: prints the benchmark of the cases in its first argument. */
import { bench } from '../src/bench/bench.ts';
import { readCases } from '../src/bench/cases.ts';
import { engineChooser } from '../src/engines.ts';

declare const Deno: {
  readonly args: string[];
  readonly version: { readonly deno: string };
  readonly build: { readonly os: string; readonly arch: string };
};

const gpuOptions = { roundMilliseconds: 50 };
const choose = engineChooser({
  findGpu: async () => navigator.gpu ?? 'This Deno offers no WebGPU.',
  gpuOptions,
  spawnWorker: () => {
    throw new Error('only WebGPU is timed here');
  },
  workers: 1,
  memory: 0,
});
const { cases, ...effort } = readCases(Deno.args[0] as string);
const surroundings = {
  machine: {
    runtime: `Deno ${Deno.version.deno} ${Deno.build.os} ${Deno.build.arch}`,
    processor: 'unknown',
    processors: navigator.hardwareConcurrency,
    memoryBytes: null,
  },
  choose: () => choose('webgpu'),
  gpu: async () => navigator.gpu,
  gpuOptions,
  copyMemory: () => Promise.reject(new Error('only WebGPU is timed here')),
};
console.log(JSON.stringify(await bench(cases, effort, surroundings, new AbortController().signal)));
