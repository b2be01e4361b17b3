/** A benchmark as text. */
import type { BenchCaseResult, BenchFailure, BenchResult, Spread } from './result.ts';

const HEAD = [
  'case',
  'gradients/s',
  'entries/s',
  'GB/s',
  'of copy',
  'Gflop/s',
  'first map',
  'map',
  'a cell',
  'compile',
  'data/s',
  'read back',
  '× baseline',
];

/** What was measured, on what, and everything that was left out. */
export function benchText(result: BenchResult): string {
  const { machine, engine, bandwidth } = result;
  const lines = result.cases.flatMap((each) => ('failure' in each ? [] : [rowOf(each)]));
  const table = [HEAD, ...lines];
  const widths = HEAD.map((_, k) => Math.max(...table.map((line) => (line[k] as string).length)));
  const text = table.map((line) =>
    line
      .map((cell, k) =>
        k === 0 ? cell.padEnd(widths[k] as number) : cell.padStart(widths[k] as number),
      )
      .join('  '),
  );
  return [
    `${engine.kind}, ${engine.device}, ${engine.precision}. ${engine.why}`,
    `${machine.processor}, ${machine.processors} processors; ${machine.runtime}`,
    `copy: ${gigabytes(bandwidth.bytesPerSecond)} GB/s read and written; ${bandwidth.how}`,
    '',
    ...(lines.length > 0 ? text : []),
    ...result.cases.flatMap(remarks),
    '',
  ].join('\n');
}

/** What a reader has to know of a case besides its row. */
export function remarks(each: BenchCaseResult | BenchFailure): string[] {
  if ('failure' in each) return [`${each.name} failed: ${each.failure}`];
  const failed = each.runs.reduce((sum, run) => sum + run.failed, 0);
  return [
    ...(each.limited === null ? [] : [`${each.name}: ${each.limited}`]),
    ...(failed > 0 ? [`${each.name}: ${failed} replicas failed`] : []),
  ];
}

function rowOf(each: BenchCaseResult): string[] {
  const { parts, baseline } = each;
  return [
    each.name,
    short(each.gradientsPerSecond.median),
    short(each.entriesPerSecond.median),
    gigabytes(each.bytesPerSecond),
    `${(100 * each.bandwidthShare).toFixed(0)}%`,
    (each.flopsPerSecond.median / 1e9).toPrecision(3),
    each.firstMapSeconds ? seconds(each.firstMapSeconds.median) : '–',
    each.mapSeconds ? seconds(each.mapSeconds.median) : '–',
    seconds(each.secondsPerCell.median),
    parts.compileSeconds === null ? '–' : seconds(parts.compileSeconds),
    short(parts.generatedEntries / parts.generateSeconds),
    parts.readBackSeconds === null ? '–' : seconds(parts.readBackSeconds),
    baseline ? baseline.speedup.toFixed(2) : '–',
  ];
}

function gigabytes({ median }: Spread): string {
  return (median / 1e9).toPrecision(3);
}

/** 1.2 k, 34 M. */
function short(value: number): string {
  const units = ['', ' k', ' M', ' G', ' T'];
  const k = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(value) / 3)));
  return `${Number((value / 1000 ** k).toPrecision(3))}${units[k]}`;
}

function seconds(value: number): string {
  if (value >= 1) return `${value.toPrecision(3)} s`;
  return value >= 1e-3
    ? `${(1e3 * value).toPrecision(3)} ms`
    : `${(1e6 * value).toPrecision(3)} µs`;
}
