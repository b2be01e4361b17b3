/**
 * `npm run bench`: the engines of Grokscope and other ways to do the same job, in turns in one run, so
 * that whatever else the machine does meets all of them. Prints ratios; writes everything to
 * bench/results/NAME.json.
 *
 *     node bench/run.js [--rounds 3] [--name NAME] [--only peers|webgpu|scaling|engines]
 *
 * `engines`, the standard cases and the paper's size on every engine, takes hours and runs only when it is named.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  commandLine,
  commit,
  deno,
  inChromium,
  orMissing,
  plainJavaScript,
  python,
  tensorFlow,
} from './runtimes.js';

/**
 * @typedef {import('../src/bench/result.ts').BenchResult} BenchResult
 * @typedef {import('./runtimes.js').PeerResult} PeerResult
 * @typedef {import('./runtimes.js').Missing} Missing
 * @typedef {{ job: string, contestant: string, round: number, result: BenchResult | PeerResult | Missing }} Entry
 */

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    name: { type: 'string', default: new Date().toISOString().slice(0, 10) },
    only: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error(`--rounds: got "${values.rounds}"; expected a whole number from 1`);
  process.exit(2);
}
const PARTS = ['peers', 'webgpu', 'scaling', 'engines'];
if (values.only !== undefined && !PARTS.includes(values.only)) {
  console.error(`--only: got "${values.only}"; expected one of ${PARTS.join(', ')}`);
  process.exit(2);
}
/** @param {string} part */
const wanted = (part) => values.only === undefined || values.only === part;

/** @type {Entry[]} */
const entries = [];

const folder = join(import.meta.dirname, 'results');
const path = join(folder, `${values.name}.json`);

/** Writes what there is; called after every measurement, since they take long. */
async function save() {
  await mkdir(folder, { recursive: true });
  const [processor] = cpus();
  const file = {
    format: 'grokscope-bench-run',
    version: 1,
    created: new Date().toISOString(),
    commit: commit(),
    machine: {
      processor: processor?.model ?? 'unknown',
      processors: cpus().length,
      memoryBytes: totalmem(),
      loadAverage: loadavg(),
    },
    ratios: ratios(),
    entries,
  };
  await writeFile(path, `${JSON.stringify(file, null, 1)}\n`);
}

/**
 * Measures contestants in turns.
 * @param {string} job
 * @param {number} times
 * @param {Record<string, () => Promise<BenchResult | PeerResult>>} contestants
 */
async function compare(job, times, contestants) {
  for (let round = 0; round < times; round++) {
    for (const [contestant, measure] of Object.entries(contestants)) {
      // What is missing once is missing every time.
      const missing = entries.some(
        (each) => each.job === job && each.contestant === contestant && 'missing' in each.result,
      );
      if (missing) continue;
      const result = await orMissing(measure);
      entries.push({ job, contestant, round, result });
      await save();
      const said =
        'missing' in result
          ? `not measured: ${result.missing}`
          : `${short(rate(result))} gradients/s`;
      console.log(`${job}, round ${round + 1}, ${contestant}: ${said}`);
    }
  }
}

/** @param {number} n */
const seeds = (n) => Array.from({ length: n }, (_, k) => k + 1);

if (wanted('peers')) {
  const name = 'N512d235R64t8';
  const shape = { samples: 512, dimensions: 235, sigma: 5, horizon: 8 };
  const job = { ...shape, seeds: seeds(64) };
  const fewer = { ...shape, seeds: seeds(16) };
  await compare(name, rounds, {
    wasm: () => commandLine('wasm', name),
    'numpy batched': () => python('numpy_batched.py', job),
    'LSODA in t': () => python('scipy_lsoda.py', { ...job, variable: 't' }),
    'LSODA in log t': () => python('scipy_lsoda.py', { ...job, variable: 'log' }),
    cpu: () => commandLine('cpu', name),
    'plain JavaScript': () => plainJavaScript(fewer),
    PyTorch: () => python('torch_batched.py', job),
    JAX: () => python('jax_batched.py', job),
  });
  const smaller = 'N256d128R64t8';
  const small = { samples: 256, dimensions: 128, sigma: 5, horizon: 8, seeds: seeds(64) };
  await compare(smaller, rounds, {
    wasm: () => commandLine('wasm', smaller),
    'numpy batched': () => python('numpy_batched.py', small),
    cpu: () => commandLine('cpu', smaller),
    'plain JavaScript': () => plainJavaScript(small),
  });
}

if (wanted('webgpu')) {
  const cases = 'N256d118R8t2,N1024d471R2t2';
  await compare(cases, 1, {
    'webgpu, Deno with wgpu': () => deno(cases),
    'webgpu, node with Dawn': () => commandLine('webgpu', cases),
    'webgpu, Chromium': () => inChromium('webgpu', cases),
    'wasm, Chromium': () => inChromium('wasm', cases),
    'wasm, node': () => commandLine('wasm', cases),
  });
  const batch = { samples: 256, dimensions: 118, sigma: 5, horizon: 3, seeds: seeds(16) };
  await compare('N256d118R16t3', 1, {
    'webgpu, Chromium': () => inChromium('webgpu', 'N256d118R16t3'),
    'TensorFlow.js, Chromium': () => tensorFlow(batch),
  });
}

if (wanted('scaling')) {
  const sizes = [64, 128, 256, 512, 1024].map((samples) => `N${samples}R64t8`).join(',');
  const counts = [4, 16, 64, 256].map((count) => `N128R${count}t8`).join(',');
  const horizons = [1, 2, 4, 8, 16, 32, 64, 128, 256].map((t) => `N128R16t${t}`).join(',');
  await compare('size', 1, { wasm: () => commandLine('wasm', sizes) });
  await compare('replicas', 1, { wasm: () => commandLine('wasm', counts) });
  await compare('horizon', 1, { wasm: () => commandLine('wasm', horizons) });
}

if (values.only === 'engines') {
  // The paper's size to t = 1 only: its 106 gradients take minutes on GPUs in software.
  for (const cases of ['standard', 'N40000d19200R1t0']) {
    await compare(cases, 1, {
      'wasm, node': () => commandLine('wasm', cases),
      'wasm, Chromium': () => inChromium('wasm', cases),
      'cpu, node': () => commandLine('cpu', cases),
      'webgpu, Deno with wgpu': () => deno(cases),
      'webgpu, node with Dawn': () => commandLine('webgpu', cases),
      'webgpu, Chromium': () => inChromium('webgpu', cases),
    });
  }
}

/**
 * Gradients per second, of the first case.
 * @param {BenchResult | PeerResult} result
 */
function rate(result) {
  if ('gradientsPerSecond' in result) return result.gradientsPerSecond;
  const [first] = result.cases;
  return first && !('failure' in first) ? first.gradientsPerSecond.median : Number.NaN;
}

/**
 * Seconds per replica of the whole job, data included, of the first case.
 * @param {BenchResult | PeerResult} result
 */
function perReplica(result) {
  if ('secondsPerReplica' in result) {
    return (result.seconds + result.generateSeconds) / result.replicas.length;
  }
  const [first] = result.cases;
  return first && !('failure' in first) ? first.secondsPerCell.median : Number.NaN;
}

/**
 * Processor seconds per replica of the first case, those of a peer without its data.
 * @param {BenchResult | PeerResult} result
 */
function cpuPerReplica(result) {
  if ('replicas' in result) return (result.cpuSeconds ?? Number.NaN) / result.replicas.length;
  const [first] = result.cases;
  if (!first || 'failure' in first) return Number.NaN;
  const warm = first.runs.filter(({ cold }) => !cold).slice(-3);
  return median(warm.map((run) => (run.cpuSeconds ?? Number.NaN) / run.replicas));
}

/** @param {number} value */
function short(value) {
  return value >= 1000 ? `${(value / 1000).toPrecision(3)} k` : value.toPrecision(3);
}

/** @param {number[]} list */
function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [low, high] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
}

/** Ratios to WebAssembly, round by round. */
function ratios() {
  /** @type {{ job: string, than: string, perReplica: number, cpu: number, gradients: number, rounds: number }[]} */
  const found = [];
  for (const job of new Set(entries.map((each) => each.job))) {
    /** @param {string} contestant @param {number} round */
    const of = (contestant, round) => {
      const entry = entries.find(
        (each) => each.job === job && each.contestant === contestant && each.round === round,
      );
      return entry && !('missing' in entry.result) ? entry.result : undefined;
    };
    const names = new Set(
      entries.filter((each) => each.job === job).map((each) => each.contestant),
    );
    for (const than of names) {
      if (than === 'wasm' || !names.has('wasm')) continue;
      const pairs = Array.from({ length: rounds }, (_, round) => [
        of('wasm', round),
        of(than, round),
      ]).flatMap(([ours, theirs]) => (ours && theirs ? [{ ours, theirs }] : []));
      if (pairs.length === 0) continue;
      found.push({
        job,
        than,
        perReplica: median(pairs.map(({ ours, theirs }) => perReplica(theirs) / perReplica(ours))),
        cpu: median(pairs.map(({ ours, theirs }) => cpuPerReplica(theirs) / cpuPerReplica(ours))),
        gradients: median(pairs.map(({ ours, theirs }) => rate(ours) / rate(theirs))),
        rounds: pairs.length,
      });
    }
  }
  return found;
}

const compared = ratios();
// Gradients per second of a peer are without the making of its data, those of the engines with it.
if (compared.length > 0) console.log('\nWebAssembly is faster than');
for (const { job, than, perReplica, cpu, gradients, rounds } of compared) {
  const whole = Number.isFinite(perReplica)
    ? `${perReplica.toFixed(2)} times a replica (${cpu.toFixed(2)} in processor time), `
    : '';
  console.log(
    `  ${than} at ${job}: ${whole}${gradients.toFixed(2)} times the gradients a second (median of ${rounds} rounds)`,
  );
}
const onWebGpu = entries.some(({ result }) => 'cases' in result && result.engine.kind === 'webgpu');
if (onWebGpu)
  console.log('\nWebGPU is faster than the straightforward kernel on the same adapter, in');
for (const { contestant, result } of entries) {
  if ('missing' in result || !('cases' in result) || result.engine.kind !== 'webgpu') continue;
  for (const each of result.cases) {
    if ('failure' in each) console.log(`  ${contestant}, ${each.name} failed: ${each.failure}`);
    else if (each.baseline) {
      const { speedup } = each.baseline;
      console.log(`  ${contestant}, ${each.name}: ${speedup.toFixed(2)} times`);
    }
  }
}
for (const { contestant, result } of entries) {
  if ('missing' in result) console.log(`  ${contestant} was not measured: ${result.missing}`);
}

await save();
console.log(`\n${path}`);
process.exit(0);
