import { FieldError } from '../model/fields.ts';
import { DEFAULT_SPEC, type SweepSpec } from '../model/spec.ts';
import { SweepPlan } from '../sweep/plan.ts';

/**
 * What is timed: a map of `replicas` cells over λ and seed at one N, every replica to t_end. A name
 * says it all: N512R4096 has 64 λ from 0.3 to 0.6 and 64 seeds, N512d235R64t8 has 64 seeds of one shape
 * to t = 1e8.
 */
export interface BenchCase {
  readonly name: string;
  readonly plan: SweepPlan;
}

/** How long and how often cases run. */
export interface BenchEffort {
  /** Seconds a run may take; replicas are left out rather than stopped half-way. */
  readonly limit: number;
  /** Runs whose median counts. */
  readonly repeats: number;
}

export const CASE_SETS = ['quick', 'standard', 'full'] as const;
export type CaseSet = (typeof CASE_SETS)[number];

const SIZES = [64, 128, 256, 512, 1024, 4096];
const COUNTS = [64, 512, 4096];

const grid = (counts: readonly number[]): string[] =>
  SIZES.flatMap((samples) => counts.map((count) => `N${samples}R${count}`));

/** The sets; `full` ends with the paper's own setting, whose dataset alone has 1.5 GB as halves. */
const SETS: Readonly<Record<CaseSet, { readonly names: readonly string[] } & BenchEffort>> = {
  quick: { names: ['N64R64', 'N256R64', 'N512R64', 'N1024R64'], limit: 3, repeats: 3 },
  standard: { names: grid(COUNTS), limit: 10, repeats: 3 },
  full: { names: [...grid([64, 256, 1024, 4096]), 'N40000d19200R1'], limit: 120, repeats: 1 },
};

/** Whoever names a case wants the whole of it. */
const NAMED: BenchEffort = { limit: 60, repeats: 3 };

const NAME = /^N(\d+)(?:d(\d+))?R(\d+)(?:t(\d+))?$/;

const LIMITS = { samples: [2, 40_000], replicas: [1, 4096], horizon: [0, 300] } as const;

/** σ, and the columns of a map. */
const SIGMA = 5;
const LAMBDAS = [0.3, 0.6] as const;
/** λ of a map of one column: the paper's. */
const ONE_LAMBDA = 0.48;

/**
 * Reads a set or a list of cases with commas.
 * @throws FieldError
 */
export function readCases(text: string): { readonly cases: readonly BenchCase[] } & BenchEffort {
  const set = (CASE_SETS as readonly string[]).includes(text) ? SETS[text as CaseSet] : null;
  const { names, limit, repeats } = set ?? { ...NAMED, names: text.split(',') };
  return { cases: names.map(readCase), limit, repeats };
}

/**
 * Reads the name of a case.
 * @throws FieldError
 */
export function readCase(name: string): BenchCase {
  const match = NAME.exec(name);
  if (!match) {
    const sets = CASE_SETS.join(', ');
    throw new FieldError('--cases', name, `${sets}, or names like N512R64 or N512d235R64t8`);
  }
  const number = (group: number): number | undefined =>
    match[group] === undefined ? undefined : Number(match[group]);
  const samples = within(name, 'N', number(1) as number, LIMITS.samples);
  const replicas = within(name, 'R', number(3) as number, LIMITS.replicas);
  const dimensions = number(2);
  if (dimensions !== undefined) within(name, 'd', dimensions, [1, samples]);
  const horizon = within(name, 't', number(4) ?? defaultHorizon(samples), LIMITS.horizon);
  return { name, plan: new SweepPlan(specOf(samples, dimensions, replicas, horizon)) };
}

/** log10 t_end where a name gives none: late enough for the edge, sooner where a gradient takes long. */
function defaultHorizon(samples: number): number {
  return samples <= 1024 ? 30 : 8;
}

function within(
  name: string,
  letter: string,
  value: number,
  [min, max]: readonly [number, number],
): number {
  if (value >= min && value <= max) return value;
  throw new FieldError('--cases', name, `${letter} from ${min} to ${max}`);
}

function specOf(
  samples: number,
  dimensions: number | undefined,
  replicas: number,
  horizon: number,
): SweepSpec {
  const columns = dimensions === undefined ? divisorNearRoot(replicas) : 1;
  const lambda = dimensions === undefined ? ONE_LAMBDA : dimensions / samples;
  const [from, to] = columns > 1 ? LAMBDAS : [lambda, lambda];
  return {
    ...DEFAULT_SPEC,
    samples,
    sigma: SIGMA,
    x: { over: 'lambda', from, to, count: columns },
    y: { over: 'seed', from: 1, to: replicas / columns, step: 1 },
    horizon,
    until: 'horizon',
  };
}

/** The largest divisor up to the square root: maps are square where they can be. */
function divisorNearRoot(count: number): number {
  let divisor = Math.floor(Math.sqrt(count));
  while (count % divisor > 0) divisor--;
  return divisor;
}

/** The shape in the middle of a case's map, for what is measured at one shape only. */
export function middleShape({ plan }: BenchCase): { samples: number; dimensions: number } {
  const { samples, dimensions } = plan.cell(Math.floor(plan.xs.length / 2), 0);
  return { samples, dimensions };
}

/** The coarse map has every fourth column and row: a sweep runs its cells before all others. */
const COARSE_STRIDE = 4;

/** Whether a replica is one of the coarse map. */
export function isCoarse({ plan }: BenchCase, index: number): boolean {
  const columns = plan.xs.length;
  return (
    (index % columns) % COARSE_STRIDE === 0 && Math.floor(index / columns) % COARSE_STRIDE === 0
  );
}
