/** `grokscope merge`: one result file of what the shards of a directory have computed. */
import { ENGINE_NAMES, type EngineInfo } from '../model/engine.ts';
import type { Entry, Provenance, ResultSource } from '../results/codec.ts';
import { encodeAs } from '../results/formats.ts';
import type { SweepPlan } from '../sweep/plan.ts';
import { count } from '../ui/format.ts';
import { VERSION } from '../version.ts';
import type { Command } from './arguments.ts';
import { readGrid } from './directory.ts';
import { checkWritable, formatToWrite, writeAtomically } from './files.ts';
import { GridScan } from './grid-scan.ts';
import { provenanceHere, specHash } from './run.ts';
import { ExitCode, InputError } from './usage.ts';

type MergeCommand = Extract<Command, { kind: 'merge' }>;

/** Missing replicas that are named. */
const NAMED = 5;

/**
 * `grokscope merge DIR --out FILE`; returns the exit code.
 * @throws InputError, FieldError if what is there is not whole, damaged or contradicts itself
 */
export async function merge({ directory, out, partial }: MergeCommand): Promise<number> {
  const format = formatToWrite(out);
  await checkWritable(out);
  const scan = await GridScan.of(await readGrid(directory));
  try {
    if (!partial) {
      checkWhole('replicas', scan, (index) => scan.has(index), directory);
      if (scan.certificates > 0) {
        checkWhole('certificates', scan, (index) => scan.certified(index), directory);
      }
    }
    await writeAtomically(out, encodeAs(format, sourceOf(scan)));
    const doubled =
      scan.duplicates > 0 ? `; ${count(scan.duplicates)} were there more than once, and agree` : '';
    console.error(
      `${out}: ${count(scan.count)} of ${count(scan.plan.size)} replicas from ${count(scan.journals.length)} journals${doubled}.`,
    );
    return ExitCode.done;
  } finally {
    scan.close();
  }
}

function checkWhole(
  what: string,
  { plan }: GridScan,
  has: (index: number) => boolean,
  directory: string,
): void {
  const first: number[] = [];
  let missing = 0;
  for (let index = 0; index < plan.size; index++) {
    if (has(index)) continue;
    if (missing++ < NAMED) first.push(index);
  }
  if (missing === 0) return;
  const names = first.map((index) => nameOf(plan, index)).join('; ');
  const more = missing > first.length ? '; …' : '';
  const advice = what === 'replicas' ? '' : ' with --certify';
  throw new InputError(
    `${directory}: got ${plan.size - missing} ${what}; expected all ${plan.size}. Missing: ${names}${more}. Run the shards again${advice}, or merge with --partial`,
  );
}

function nameOf(plan: SweepPlan, index: number): string {
  const { seed, samples, dimensions, sigma } = plan.replica(index);
  return `seed ${seed}, N ${samples}, d ${dimensions}, σ ${sigma}`;
}

function sourceOf(scan: GridScan): ResultSource {
  const { plan } = scan;
  return {
    spec: plan.spec,
    layout: plan,
    provenance: provenanceOf(scan),
    count: scan.count,
    *entries(): Generator<Entry> {
      for (let index = 0; index < plan.size; index++) if (scan.has(index)) yield scan.entry(index);
    },
  };
}

function provenanceOf({ plan, journals }: GridScan): Provenance {
  const parts = journals.map(({ name, head, replicas, seconds }) => {
    const { runtime, created, engine, deviceCheck } = head.provenance;
    const passed = (deviceCheck as { passed?: unknown } | null)?.passed ?? null;
    return { name, runtime, created, engine, deviceCheckPassed: passed, replicas, seconds };
  });
  const seconds = parts.reduce((sum, part) => sum + part.seconds, 0);
  return {
    program: 'grokscope',
    programVersion: VERSION,
    ...provenanceHere(),
    specHash: specHash(plan.spec),
    engine: engineOf(parts.map(({ engine }) => engine as EngineInfo)),
    seconds: Number(seconds.toFixed(3)),
    journals: parts,
  };
}

/** The engine of all journals, or null if they had several kinds. */
function engineOf(engines: readonly EngineInfo[]): object | null {
  const [first] = engines;
  if (!first || engines.some(({ kind }) => kind !== first.kind)) return null;
  const devices = [...new Set(engines.map(({ device }) => device))].join('; ');
  const why = `Merged from ${engines.length} journals of ${ENGINE_NAMES[first.kind]}.`;
  return { kind: first.kind, device: devices, precision: first.precision, why };
}
