/** Chooses the constants that kernels are compiled for. */

import { TooLargeError } from '../model/memory.ts';
import type { Machine, Work } from './machine.ts';
import { octetsOf } from './storage.ts';

/** Constants that a pass over rows is compiled for; see shaders/shared/pass.wgsl. */
export interface Variant {
  /** Invocations of a workgroup; a power of two. */
  readonly workgroup: number;
  /** Invocations that share a row; a power of two. */
  readonly lanes: number;
  /** Octets of columns an invocation holds of each row. */
  readonly held: number;
  /** Rows at a time. */
  readonly batch: number;
  /** Replicas that share a dataset. */
  readonly members: number;
  /** Octets of the dataset that stay in workgroup memory; 0: it is read from storage every time. */
  readonly kept: number;
  /** Invocations that exchange values without workgroup memory; 0: none do. */
  readonly subgroup: number;
  /** Whether the columns of a point are read for every batch of rows: there are no registers to hold them. */
  readonly rereads: boolean;
}

/** What a caller may fix instead of leaving it to the choice. */
export interface VariantOptions {
  readonly workgroup?: number;
  /** Most replicas that share a pass, a power of two up to 4; 1: none do. */
  readonly maxMembers?: number;
  /** Resident: whether datasets that fit stay in workgroup memory; by default on GPUs. */
  readonly keep?: boolean;
}

/** Dot products that a pass keeps in one vec4: batch · members. */
const PAIRS = 4;

/** Most octets of a row that an invocation takes; the source has a line for each. */
const MAX_HELD = 32;

/** The variant that has room for all rows: they are for ever more columns. */
export function widestOf(variants: readonly Variant[]): Variant {
  return variants[variants.length - 1] as Variant;
}

/** The smallest power of two that is no less. */
export function powerOfTwo(x: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, x)));
}

/** Invocations for which there is workgroup memory, up to 512. */
function largestWorkgroup({ maxWorkgroupStorage }: Machine): number {
  let workgroup = 512;
  const bytes = (): number => scratchBytes({ workgroup, lanes: 1, members: PAIRS });
  while (bytes() > maxWorkgroupStorage) workgroup /= 2;
  return workgroup;
}

/**
 * Members of a team. An empty seat costs as much as a taken one, so a quarter of them may be empty.
 * On software adapters a pass is not limited by the memory that it would save.
 */
function teamSize(sharing: number, most: number): number {
  return Math.min(2 ** Math.floor(Math.log2(Math.max(1, sharing / 0.75))), most, PAIRS);
}

/** The constants of a pass: what an invocation holds fits its registers. */
export function chooseVariant(
  { samples, dimensions, sharing }: Work,
  machine: Machine,
  options: VariantOptions,
): Variant {
  const octets = octetsOf(dimensions);
  const members = teamSize(sharing, options.maxMembers ?? (machine.software ? 1 : PAIRS));
  // Software adapters keep what does not fit registers on a stack that is always in the cache.
  const most = machine.software ? 8 : 4;
  const limit = Math.min(options.workgroup ?? largestWorkgroup(machine), machine.maxInvocations);
  const fewest = machine.software ? 4 : 1;
  const lanes = Math.min(
    limit,
    powerOfTwo(Math.max(Math.min(fewest, octets), (octets * members) / most)),
  );
  const held = Math.ceil(octets / lanes);
  if (held > MAX_HELD) {
    const most = 8 * lanes * MAX_HELD;
    throw new TooLargeError(`d is ${dimensions}, and a pass over rows has room for ${most} here.`);
  }
  const room = Math.max(1, Math.floor((4 * most) / (held * members)));
  const batch = Math.min(PAIRS / members, 2 ** Math.floor(Math.log2(room)));
  // A workgroup for every few rows; more of them would wait for one another at barriers.
  const rows = machine.software ? machine.simdWidth / lanes : samples / (2 * batch);
  const most256 = Math.min(limit, Math.max(lanes, machine.software ? machine.simdWidth : 256));
  const workgroup =
    options.workgroup ?? Math.max(lanes, Math.min(most256, powerOfTwo(rows * lanes)));
  return {
    workgroup,
    lanes: Math.min(lanes, workgroup),
    held,
    batch,
    members,
    kept: 0,
    subgroup: machine.subgroup,
    rereads: !machine.software && held * members > most,
  };
}

/** Bytes of a slot at most. */
export const MAX_SLOT_BYTES = 288;

/** Workgroup memory of a pass besides the rows that are kept, in bytes. */
export function scratchBytes({
  workgroup,
  lanes,
  members,
}: Pick<Variant, 'workgroup' | 'lanes' | 'members'>): number {
  return 32 * workgroup + (16 * workgroup) / lanes + members * (MAX_SLOT_BYTES + 16) + 64;
}

/**
 * Most kinds of rows, each half as long as the one before, that get a variant of their own. Software adapters
 * take seconds to compile one.
 */
const MAX_VARIANTS = { gpu: 4, software: 2 } as const;

/** Variants of the resident kernel for rows of all lengths between the narrowest and the widest, for ever more columns. */
export function residentVariants(work: Work, machine: Machine, options: VariantOptions): Variant[] {
  const variants: Variant[] = [];
  let octets = octetsOf(work.dimensions);
  const most = MAX_VARIANTS[machine.software ? 'software' : 'gpu'];
  for (let k = 0; k < most; k++) {
    const plain = chooseVariant({ ...work, dimensions: 8 * octets }, machine, options);
    // On software adapters it is memory like any other.
    const kept = (options.keep ?? !machine.software) ? work.samples * octets : Infinity;
    variants.unshift({ ...plain, kept: keptOctets(kept, plain, machine) });
    octets = Math.ceil(octets / 2);
    if (octets < octetsOf(work.narrowest) || octets === 1) break;
  }
  return variants;
}

/** Sizes of workgroup memory for rows: few, so that a sweep over λ gets by with few variants. */
const KEPT = [64, 128, 256, 512, 768, 1024, 1536, 2048, 3072];

/** Octets of workgroup memory for a dataset that fits there; 0 if it does not. */
function keptOctets(octets: number, variant: Variant, machine: Machine): number {
  const size = KEPT.find((each) => each >= octets) ?? Infinity;
  return 16 * size + scratchBytes(variant) <= machine.maxWorkgroupStorage ? size : 0;
}

/** The variant for rows of so many octets; -1 if none has room. */
export function variantFor(variants: readonly Variant[], samples: number, octets: number): number {
  return variants.findIndex(
    ({ lanes, held, kept }) => octets <= lanes * held && (kept === 0 || samples * octets <= kept),
  );
}

/** Loop iterations of one invocation in one gradient of the resident kernel. */
export function gradientCost(
  { samples, dimensions }: Pick<Work, 'samples' | 'dimensions'>,
  variant: Variant,
): number {
  const { workgroup, lanes, held, batch, members } = variant;
  const steps = Math.ceil(samples / ((workgroup / lanes) * batch));
  const exchange = 1 + Math.min(8, lanes) + Math.log2(Math.max(1, lanes / 8));
  const perPair = Math.ceil((batch * members) / lanes);
  const ends = members * (held + 1) * (1 + Math.log2(workgroup));
  const vectors = members * 6 * Math.ceil((2 * octetsOf(dimensions)) / workgroup);
  const errors = members * Math.ceil(samples / workgroup);
  return Math.ceil(steps * (1 + perPair * exchange) + ends + vectors + errors + 32);
}

/** Loop iterations of one invocation in putting the samples of an epoch in order. */
export function orderCost(samples: number, { workgroup }: Pick<Variant, 'workgroup'>): number {
  const draws = 32 * Math.ceil(samples / workgroup); // Threefry has 25
  const levels = Math.ceil(Math.log2(Math.max(2, samples)));
  const merges = (levels * (levels + 1)) / 2;
  return draws + merges * (2 + Math.ceil(2 ** (levels - 1) / workgroup));
}
