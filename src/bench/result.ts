/**
 * What a benchmark writes. docs/performance.md says what the fields mean; `version` grows when one
 * changes its meaning or goes.
 */
import type { EngineInfo } from '../model/engine.ts';
import type { Quantile } from '../results/summary.ts';

export const BENCH_FORMAT = 'grokscope-bench';
export const BENCH_VERSION = 1;

/** Median and range of some repeated measurements. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export interface Machine {
  readonly runtime: string;
  readonly processor: string;
  readonly processors: number;
  readonly memoryBytes: number | null;
}

export interface Bandwidth {
  /** What was copied and by whom, in words. */
  readonly how: string;
  /** Bytes read and bytes written, both counted. */
  readonly bytesPerSecond: Spread;
}

/** What a run consists of besides gradients. */
export interface Parts {
  /** Shaders, or the WebAssembly module in one thread; null where nothing is compiled. */
  readonly compileSeconds: number | null;
  /** Making datasets: of so many entries N·d in all, where and how in words. */
  readonly generateSeconds: number;
  readonly generatedEntries: number;
  readonly generateHow: string;
  /** One read-back with nothing to wait for; null where nothing is read back from a device. */
  readonly readBackSeconds: number | null;
  readonly readBackBytes: number | null;
}

/** One run of a case. */
export interface BenchRun {
  /** On a fresh engine: it compiles. Such runs are not in the medians. */
  readonly cold: boolean;
  /** Replicas that were run, in coarse-to-fine order, and those of them that failed. */
  readonly replicas: number;
  readonly failed: number;
  readonly seconds: number;
  /** Processor time of the whole process, which others on a machine hardly change; null if unknown. */
  readonly cpuSeconds: number | null;
  /** Until the engine reported anything: compiling, allocating, starting workers are in it. */
  readonly startSeconds: number;
  /** Until every cell of the coarse map was there; null if the run ended before. */
  readonly firstMapSeconds: number | null;
  /** Until the whole map was there; null if replicas were left out. */
  readonly mapSeconds: number | null;
  readonly gradients: number;
  /** Σ N·d over all gradients. */
  readonly entries: number;
}

/** The replicas of one column of the map in the last run. */
export interface BenchColumn {
  readonly lambda: number;
  readonly dimensions: number;
  readonly replicas: number;
  readonly gradients: number;
  /** Median t_test(0.95); replicas that have not crossed count as late. */
  readonly testTime: Quantile;
}

export interface BaselineResult {
  /** Shape and replicas of the straightforward kernel. */
  readonly dimensions: number;
  readonly replicas: number;
  readonly gradientsPerSecond: Spread;
  readonly entriesPerSecond: Spread;
  /** Largest error of F, of its norm, against float64. */
  readonly error: number;
  /** Entries per second of the engine over those of the baseline. */
  readonly speedup: number;
}

export interface BenchCaseResult {
  readonly name: string;
  readonly samples: number;
  readonly sigma: number;
  readonly horizon: number;
  readonly lambdas: number;
  readonly seeds: number;
  /** In words if not all replicas were run, or a run was too long to be repeated; else null. */
  readonly limited: string | null;
  readonly parts: Parts;
  readonly runs: readonly BenchRun[];
  readonly columns: readonly BenchColumn[];
  readonly gradientsPerSecond: Spread;
  readonly entriesPerSecond: Spread;
  /** Two bytes an entry. */
  readonly bytesPerSecond: Spread;
  /** … over the copy bandwidth. */
  readonly bandwidthShare: number;
  /** Four operations an entry: two products and two sums. */
  readonly flopsPerSecond: Spread;
  readonly firstMapSeconds: Spread | null;
  readonly mapSeconds: Spread | null;
  readonly secondsPerCell: Spread;
  readonly baseline: BaselineResult | null;
}

/** A case that could not be run, and why. */
export interface BenchFailure {
  readonly name: string;
  readonly failure: string;
}

export interface BenchResult {
  readonly format: typeof BENCH_FORMAT;
  readonly version: typeof BENCH_VERSION;
  readonly programVersion: string;
  readonly created: string;
  readonly machine: Machine;
  readonly engine: EngineInfo & { readonly why: string };
  readonly bandwidth: Bandwidth;
  readonly cases: readonly (BenchCaseResult | BenchFailure)[];
  /** Names of the cases that were still to come when this was written; empty at the end. */
  readonly unmeasured: readonly string[];
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values).sort();
  const middle = (sorted.length - 1) / 2;
  const median =
    ((sorted[Math.floor(middle)] as number) + (sorted[Math.ceil(middle)] as number)) / 2;
  return { median, least: sorted[0] as number, most: sorted[sorted.length - 1] as number };
}
