/** Times an engine over cases; see result.ts for what comes out. */
import type { WebGpuOptions } from '../gpu/engine.ts';
import { Gauge } from '../gpu/gauge.ts';
import type { EngineChoice } from '../model/engine.ts';
import { VERSION } from '../version.ts';
import { type BaselineGauge, baselineFor } from './baseline.ts';
import { type BenchCase, type BenchEffort, middleShape } from './cases.ts';
import { cpuParts, gpuParts, isCpu } from './parts.ts';
import {
  type Bandwidth,
  type BaselineResult,
  BENCH_FORMAT,
  BENCH_VERSION,
  type BenchCaseResult,
  type BenchFailure,
  type BenchResult,
  type BenchRun,
  type Machine,
  type Parts,
  spreadOf,
} from './result.ts';
import { columnsOf, type Ran, runOnce } from './run.ts';

/** Bytes that the data of a gradient have, and operations that it takes, per entry. */
const BYTES_PER_ENTRY = 2;
const FLOPS_PER_ENTRY = 4;

/** Replicas of the first run, which finds out how long others would take, up to so many samples; fewer above. */
const PILOT = 16;
const PILOT_SAMPLES = 1024;

/** Times the copy is repeated. */
const COPIES = 5;

/** What the surroundings know and can measure; the command line and the pages fill it in. */
export interface BenchSurroundings {
  readonly machine: Machine;
  /** Processor time of this process so far, if it can be known. */
  readonly cpuSeconds?: () => number;
  /** A fresh engine. */
  readonly choose: () => Promise<EngineChoice>;
  /** Entry to WebGPU, for an engine that uses it. */
  readonly gpu: () => Promise<GPU>;
  readonly gpuOptions: WebGpuOptions | undefined;
  /** Copies memory on the CPU, for the engines that run there. */
  readonly copyMemory: () => Promise<Bandwidth>;
}

/**
 * Runs cases one after the other, each on a fresh engine.
 * @param onCase called after each with the result so far
 * @throws Error if there is no engine, or the signal aborts
 */
export async function bench(
  cases: readonly BenchCase[],
  effort: BenchEffort,
  surroundings: BenchSurroundings,
  signal: AbortSignal,
  onCase: (result: BenchResult) => Promise<void> = async () => {},
): Promise<BenchResult> {
  const { engine, why } = await surroundings.choose();
  engine.dispose();
  const gpu = isCpu(engine) ? undefined : await surroundings.gpu();
  const bandwidth = gpu ? await copyOnDevice(gpu) : await surroundings.copyMemory();
  let measured: BenchResult = {
    format: BENCH_FORMAT,
    version: BENCH_VERSION,
    programVersion: VERSION,
    created: new Date().toISOString(),
    machine: surroundings.machine,
    engine: { ...engine.info, why },
    bandwidth,
    cases: [],
    unmeasured: cases.map(({ name }) => name),
  };
  for (const each of cases) {
    let result: BenchCaseResult | BenchFailure;
    try {
      result = await benchCase(each, effort, surroundings, gpu, bandwidth, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      // What one case needs too much of, the next may not.
      result = { name: each.name, failure: error instanceof Error ? error.message : String(error) };
    }
    measured = {
      ...measured,
      cases: [...measured.cases, result],
      unmeasured: measured.unmeasured.slice(1),
    };
    await onCase(measured);
  }
  return measured;
}

async function copyOnDevice(gpu: GPU): Promise<Bandwidth> {
  const gauge = await Gauge.create(gpu);
  const { bytes, milliseconds } = await gauge.copies(COPIES);
  gauge.dispose();
  return {
    how: `a kernel copied ${bytes / 2 ** 20} MiB on the device`,
    bytesPerSecond: spreadOf(milliseconds.map((each) => (2 * bytes * 1000) / each)),
  };
}

async function benchCase(
  each: BenchCase,
  effort: BenchEffort,
  surroundings: BenchSurroundings,
  gpu: GPU | undefined,
  bandwidth: Bandwidth,
  signal: AbortSignal,
): Promise<BenchCaseResult> {
  const { engine } = await surroundings.choose();
  // A device of its own for every case: nothing is compiled yet.
  const gauge = gpu && (await Gauge.create(gpu));
  let baseline: BaselineGauge | null = null;
  try {
    const parts = await partsOf(each, surroundings, gauge, isCpu(engine) ? engine : null);
    baseline = gauge ? await baselineFor(gauge, each) : null;
    const { plan } = each;
    const runs: BenchRun[] = [];
    let count = pilotOf(each, isCpu(engine) ? engine.size : 1);
    let ran: Ran;
    // From few replicas to as many as there is time for, each of these runs a better estimate.
    for (;;) {
      ran = await runOnce(each, engine, count, runs.length === 0, signal, surroundings.cpuSeconds);
      runs.push(ran.run);
      const working = workingSeconds(ran.run);
      const next = Math.min(plan.size, Math.max(1, Math.floor((count * effort.limit) / working)));
      if (next <= 1.5 * count || working > effort.limit / 2) {
        count = Math.min(count, next);
        break;
      }
      count = Math.min(next, 16 * count);
    }
    const counted: BenchRun[] = [];
    const rates: number[] = [];
    const tooLong = workingSeconds(ran.run) > 2 * effort.limit;
    // The last of those runs may be of this size, and long enough not to be a warming up.
    const long = !ran.run.cold && workingSeconds(ran.run) > effort.limit / 2;
    if (tooLong || (long && ran.run.replicas === count)) counted.push(ran.run);
    while (!tooLong && counted.length < effort.repeats) {
      if (baseline) rates.push(await baseline.measure());
      ran = await runOnce(each, engine, count, false, signal, surroundings.cpuSeconds);
      runs.push(ran.run);
      counted.push(ran.run);
    }
    if (baseline) rates.push(await baseline.measure());
    const limited = tooLong
      ? `the first run, of ${ran.run.replicas} replicas, was too long to be repeated`
      : count < plan.size
        ? `${count} of ${plan.size} replicas, for a run of ${effort.limit} s`
        : null;
    return summarised(
      each,
      { parts, runs, counted, limited, last: ran },
      bandwidth,
      baseline,
      rates,
    );
  } finally {
    baseline?.destroy();
    gauge?.dispose();
    engine.dispose();
  }
}

/** Replicas of the first run: one at least for each worker. */
function pilotOf({ plan }: BenchCase, workers: number): number {
  const share = Math.min(1, (PILOT_SAMPLES / plan.spec.samples) ** 2);
  return Math.min(plan.size, Math.max(workers, Math.floor(PILOT * share)));
}

/** What a run takes once it has been compiled for. */
function workingSeconds({ cold, seconds, startSeconds }: BenchRun): number {
  return Math.max(1e-3, cold ? seconds - startSeconds : seconds);
}

async function partsOf(
  each: BenchCase,
  { gpuOptions }: BenchSurroundings,
  gauge: Gauge | undefined,
  engine: Parameters<typeof cpuParts>[0] | null,
): Promise<Parts> {
  const { plan } = each;
  if (engine) return cpuParts(engine, { ...plan.replica(0), ...middleShape(each) });
  if (!gauge) throw new Error('no device to measure');
  const replicas = Array.from({ length: plan.size }, (_, index) => plan.replica(index));
  return gpuParts(gauge, replicas, gpuOptions);
}

function summarised(
  each: BenchCase,
  measured: {
    readonly parts: Parts;
    readonly runs: readonly BenchRun[];
    /** Those whose median counts. */
    readonly counted: readonly BenchRun[];
    readonly limited: string | null;
    readonly last: Ran;
  },
  bandwidth: Bandwidth,
  baseline: BaselineGauge | null,
  baselineRates: readonly number[],
): BenchCaseResult {
  const { spec, xs, ys } = each.plan;
  const { counted } = measured;
  const over = (value: (run: BenchRun) => number) => spreadOf(counted.map(value));
  const entriesPerSecond = over(({ entries, seconds }) => entries / seconds);
  const scaled = (factor: number) => over(({ entries, seconds }) => (factor * entries) / seconds);
  const whenAll = (value: (run: BenchRun) => number | null) => {
    const values = counted.flatMap((run) => value(run) ?? []);
    return values.length === counted.length ? spreadOf(values) : null;
  };
  const bytesPerSecond = scaled(BYTES_PER_ENTRY);
  return {
    name: each.name,
    samples: spec.samples,
    sigma: spec.sigma,
    horizon: spec.horizon,
    lambdas: xs.length,
    seeds: ys.length,
    limited: measured.limited,
    parts: measured.parts,
    runs: measured.runs,
    columns: columnsOf(each, measured.last.table),
    gradientsPerSecond: over(({ gradients, seconds }) => gradients / seconds),
    entriesPerSecond,
    bytesPerSecond,
    bandwidthShare: bytesPerSecond.median / bandwidth.bytesPerSecond.median,
    flopsPerSecond: scaled(FLOPS_PER_ENTRY),
    firstMapSeconds: whenAll(({ firstMapSeconds }) => firstMapSeconds),
    mapSeconds: whenAll(({ mapSeconds }) => mapSeconds),
    secondsPerCell: over(({ seconds, replicas }) => seconds / replicas),
    baseline: baseline && baselineResult(each, baseline, baselineRates, entriesPerSecond.median),
  };
}

function baselineResult(
  { plan }: BenchCase,
  { dimensions, replicas, error }: BaselineGauge,
  rates: readonly number[],
  engineEntries: number,
): BaselineResult {
  const entries = plan.spec.samples * dimensions;
  const entriesPerSecond = spreadOf(rates.map((rate) => rate * entries));
  return {
    dimensions,
    replicas,
    gradientsPerSecond: spreadOf(rates),
    entriesPerSecond,
    error,
    speedup: engineEntries / entriesPerSecond.median,
  };
}
