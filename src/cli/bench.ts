import { cpus, totalmem } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type BenchSurroundings, bench } from '../bench/bench.ts';
import { benchText } from '../bench/report.ts';
import { type Bandwidth, spreadOf } from '../bench/result.ts';
import { engineChooser } from '../engines.ts';
import type { Command } from './arguments.ts';
import { checkWritable, writeAtomically } from './files.ts';
import { nodeSurroundings } from './surroundings.ts';
import { ExitCode } from './usage.ts';

type BenchCommand = Extract<Command, { kind: 'bench' }>;

/** Bytes that a worker copies, from one place to another, and how often it is timed. */
const COPY_BYTES = 2 ** 27;
const COPIES = 5;

/** `grokscope bench`; returns the exit code. */
export async function benchmark(command: BenchCommand): Promise<number> {
  const { cases, effort, out, quiet } = command;
  if (out !== undefined) await checkWritable(out);
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  let measured = 0;
  try {
    const surroundings = benchSurroundings(command);
    const result = await bench(cases, effort, surroundings, interrupt.signal, async (soFar) => {
      // Cases take minutes: whatever ends this one, those before it are in the file.
      if (out !== undefined) await writeAtomically(out, [`${JSON.stringify(soFar, null, 1)}\n`]);
      if (!quiet) console.error(`${soFar.cases.at(-1)?.name} is done.`);
      measured = soFar.cases.length;
    });
    if (!quiet) process.stdout.write(benchText(result));
    return result.cases.some((each) => 'failure' in each) ? ExitCode.failed : ExitCode.done;
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    const written = out === undefined ? 0 : measured;
    console.error(
      written === 0
        ? 'Interrupted; nothing was written.'
        : `Interrupted; ${out} has ${written} of ${cases.length} cases.`,
    );
    return ExitCode.interrupted;
  }
}

function benchSurroundings(command: BenchCommand): BenchSurroundings {
  const { engine } = command;
  const surroundings = nodeSurroundings(command);
  const regenerate = engine === 'webgpu-regenerating';
  const [processor] = cpus();
  return {
    machine: {
      runtime: `node ${process.version} ${process.platform} ${process.arch}`,
      processor: processor?.model ?? 'unknown',
      processors: cpus().length,
      memoryBytes: totalmem(),
    },
    cpuSeconds: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    },
    choose: () => engineChooser(surroundings)(engine),
    gpu: async () => {
      const gpu = await surroundings.findGpu();
      if (typeof gpu === 'string') throw new Error(gpu);
      return gpu;
    },
    gpuOptions: { ...surroundings.gpuOptions, regenerate },
    copyMemory: () => copyMemory(surroundings.workers),
  };
}

/** Copies within each of two buffers; what a worker runs. */
const COPIER = `
const { parentPort } = require('node:worker_threads');
const source = new Float64Array(${COPY_BYTES / 8}).fill(1);
const copied = new Float64Array(${COPY_BYTES / 8}).fill(0);
parentPort.on('message', () => {
  copied.set(source);
  parentPort.postMessage('copied');
});
parentPort.postMessage('ready');
`;

/** Copies large buffers in as many workers as the engine has, all at once. */
async function copyMemory(count: number): Promise<Bandwidth> {
  const workers = Array.from({ length: count }, () => new Worker(COPIER, { eval: true }));
  const answers = (): Promise<unknown> =>
    Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))));
  await answers();
  const rates: number[] = [];
  for (let k = 0; k < COPIES; k++) {
    const begun = performance.now();
    const done = answers();
    for (const worker of workers) worker.postMessage('copy');
    await done;
    rates.push((2 * count * COPY_BYTES * 1000) / (performance.now() - begun));
  }
  await Promise.all(workers.map((worker) => worker.terminate()));
  return {
    how: `memcpy of ${COPY_BYTES / 2 ** 20} MiB in ${count === 1 ? 'one worker' : `each of ${count} workers`}`,
    bytesPerSecond: spreadOf(rates),
  };
}
