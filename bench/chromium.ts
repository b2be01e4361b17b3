/** Entry in a page: the engines as the laboratory's page has them. */
import { bench } from '../src/bench/bench.ts';
import { readCases } from '../src/bench/cases.ts';
import { type Bandwidth, type BenchResult, spreadOf } from '../src/bench/result.ts';
import { browserSurroundings } from '../src/browser.ts';
import { engineChooser } from '../src/engines.ts';
import type { EnginePreference } from '../src/model/engine.ts';

const COPY_BYTES = 2 ** 27;
const COPIES = 5;

async function benchmark(engine: EnginePreference, text: string): Promise<BenchResult> {
  const surroundings = browserSurroundings(
    () => new Worker(new URL('../src/cpu/worker.web.ts', import.meta.url), { type: 'module' }),
  );
  const choose = engineChooser(surroundings);
  const { cases, ...effort } = readCases(text);
  return bench(
    cases,
    effort,
    {
      machine: {
        runtime: navigator.userAgent,
        processor: 'unknown',
        processors: navigator.hardwareConcurrency,
        memoryBytes: null,
      },
      choose: () => choose(engine),
      gpu: async () => navigator.gpu,
      gpuOptions: surroundings.gpuOptions,
      copyMemory,
    },
    new AbortController().signal,
  );
}

/** In this thread: a page has one processor less than there are, often a single one, for workers. */
async function copyMemory(): Promise<Bandwidth> {
  const source = new Float64Array(COPY_BYTES / 8).fill(1);
  const copied = new Float64Array(COPY_BYTES / 8).fill(0);
  const rates = Array.from({ length: COPIES }, () => {
    const begun = performance.now();
    copied.set(source);
    return (2 * COPY_BYTES * 1000) / (performance.now() - begun);
  });
  return {
    how: `memcpy of ${COPY_BYTES / 2 ** 20} MiB in one thread`,
    bytesPerSecond: spreadOf(rates),
  };
}

Object.assign(globalThis, { benchmark });
