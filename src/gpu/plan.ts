/**
 * Chooses how replicas are trained on a device: by one workgroup each (resident) or by many that
 * share the rows (streamed), and the sizes of everything. Pure, so that it can be looked at and
 * tested without a device.
 */

import { inBytes, TooLargeError, tooLarge } from '../model/memory.ts';
import type { Machine, Method, Work } from './machine.ts';
import { datasetBytes, octetsOf, SAMPLE_ARRAYS, vectorBytes } from './storage.ts';
import {
  chooseVariant,
  gradientCost,
  orderCost,
  powerOfTwo,
  residentVariants,
  type Variant,
  type VariantOptions,
  variantFor,
  widestOf,
} from './variant.ts';

/** Where the rows of a streamed dataset come from. */
export type RowSource = 'stored' | 'regenerated';

export interface Plan {
  readonly method: Method;
  readonly kernel: 'resident' | 'streamed';
  /** Largest N and d that it has room for. */
  readonly samples: number;
  readonly dimensions: number;
  /** For ever more columns; the last one has room for all. */
  readonly variants: readonly Variant[];
  /** Replicas that share a dataset: a team. */
  readonly members: number;
  /** Teams in flight. */
  readonly teams: number;
  /** Resident: workgroups, each with two teams. Streamed: workgroups a team and part. */
  readonly groups: number;
  readonly rowSource: RowSource;
  /** Buffers that the rows of a dataset are spread over. */
  readonly parts: number;
  /** Bytes of one of them, and of the other buffers. */
  readonly dataBytes: number;
  readonly vectorBytes: number;
  readonly sampleBytes: number;
  readonly partialBytes: number;
}

/** What a caller may fix instead of leaving it to the planner. */
export interface PlanOptions extends VariantOptions {
  /** Default: flow. */
  readonly method?: Method;
  readonly kernel?: Plan['kernel'];
  /** Resident: workgroups. */
  readonly groups?: number;
  /** Streamed: makes the rows anew for every gradient instead of storing them. */
  readonly regenerate?: boolean;
  /** Most bytes of a buffer, below what the device allows. */
  readonly maxBinding?: number;
}

/**
 * On a GPU one workgroup trains a replica faster than many that wait for one another: up to the first of these
 * sizes of a dataset however few replicas there are, up to the second where enough of them fill the device.
 */
const STREAMED_BYTES = 2 ** 19;
const ALWAYS_STREAMED_BYTES = 2 ** 21;
const ENOUGH_REPLICAS = 128;

/** Bytes that the workgroups of a streamed pass read together: so many that what follows takes little beside it. */
const PASS_BYTES = 2 ** 29;

/**
 * Plans a run.
 * @throws TooLargeError if the dataset does not fit
 */
export function planTraining(work: Work, device: Machine, options: PlanOptions = {}): Plan {
  const maxBinding = Math.min(device.maxBinding, options.maxBinding ?? Infinity);
  const machine = { ...device, maxBinding };
  if ((options.method ?? 'flow') !== 'flow') return planInTime(work, machine, options);
  const streamed = planStreamed.bind(undefined, work, machine, options);
  if (options.kernel === 'streamed' || options.regenerate) return streamed();
  const resident = planResident(work, machine, options);
  if (options.kernel === 'resident') return resident;
  const bytes = datasetBytes(work.samples, work.dimensions);
  const cheap = gradientCost(work, widestOf(resident.variants)) <= machine.loopLimit;
  const wanted = Math.min(work.replicas, machine.software ? 4 : 64);
  const enough = resident.teams * resident.members >= wanted;
  const lonely = bytes > STREAMED_BYTES && work.replicas < ENOUGH_REPLICAS;
  const faster = !machine.software && (lonely || bytes > ALWAYS_STREAMED_BYTES);
  return cheap && enough && !faster ? resident : streamed();
}

/** Why other methods than the flow in the clock do not make their rows anew for every gradient. */
export const NEEDS_STORED =
  'Training in steps, with decay or from random weights, or on data with a covariance or a mean needs its dataset stored: it goes with the engine webgpu.';

/**
 * Steps, and flows in time, are trained by one workgroup: many would wait for one another after each of
 * thousands of gradients. Members of a team would have to go through the same rows, which minibatches do not.
 */
function planInTime(work: Work, machine: Machine, options: PlanOptions): Plan {
  if (options.regenerate || options.kernel === 'streamed') throw new TooLargeError(NEEDS_STORED);
  const inSteps = options.method === 'descent';
  const plan = planResident(work, machine, {
    ...options,
    kernel: 'resident',
    ...(inSteps ? { maxMembers: 1 } : {}),
  });
  const variant = widestOf(plan.variants);
  const order = inSteps ? orderCost(work.samples, variant) : 0;
  const turns = Math.max(gradientCost(work, variant), order);
  if (turns > machine.loopLimit) {
    const { samples, dimensions } = work;
    throw new TooLargeError(
      `N is ${samples} and d ${dimensions}: a gradient has ${turns} turns of loops, and this driver ends them after ${machine.loopLimit}.`,
    );
  }
  return plan;
}

function planResident(work: Work, machine: Machine, options: PlanOptions): Plan {
  const variants = residentVariants(work, machine, options);
  const { members } = widestOf(variants);
  const { method = 'flow' } = options;
  const bytes = datasetBytes(work.samples, work.dimensions);
  const most = Math.min(machine.memory, machine.maxBinding, machine.software ? 2 ** 27 : 2 ** 30);
  if (bytes > most && options.kernel === 'resident') {
    throw tooLarge(work.samples, work.dimensions, datasetBytes, most);
  }
  const wanted = options.groups ?? (machine.software ? 16 : 512);
  // A few replicas do not need room for many. Flows of one workgroup take turns; descents take too long.
  const needed = Math.ceil(work.replicas / members / (method === 'descent' ? 1 : 2));
  const groups = Math.max(1, Math.min(wanted, needed));
  const seats = 2 * groups * members;
  return {
    method,
    kernel: 'resident',
    samples: work.samples,
    dimensions: work.dimensions,
    variants,
    members,
    teams: Math.min(2 * groups, Math.floor(most / bytes)),
    groups,
    rowSource: 'stored',
    parts: 1,
    dataBytes: Math.min(most, 2 * groups * bytes),
    vectorBytes: Math.min(machine.maxBinding, seats * vectorBytes(method, work.dimensions)),
    sampleBytes: Math.min(machine.maxBinding, seats * 4 * SAMPLE_ARRAYS * work.samples),
    partialBytes: 16,
  };
}

function planStreamed(work: Work, machine: Machine, options: PlanOptions): Plan {
  const variant = chooseVariant(work, machine, options);
  const { samples, dimensions, replicas } = work;
  const octets = octetsOf(dimensions);
  const bytes = datasetBytes(samples, dimensions);
  const regenerate = options.regenerate ?? false;
  if (!regenerate && bytes > machine.memory) {
    const otherwise = 'any N goes with the engine webgpu-regenerating, which stores no data';
    throw tooLarge(samples, dimensions, datasetBytes, machine.memory, otherwise);
  }
  const rowBytes = 16 * octets;
  const stored = regenerate ? 1 : Math.max(1, Math.floor(machine.memory / bytes));
  const wanted = machine.software ? 2 : Math.ceil(PASS_BYTES / bytes);
  const vectors = variant.members * vectorBytes('flow', dimensions);
  const sampleValues = variant.members * 4 * SAMPLE_ARRAYS * samples;
  const bound = Math.floor(machine.maxBinding / Math.max(vectors, sampleValues));
  const spread = (teams: number) => {
    const parts = regenerate
      ? 1
      : Math.ceil((teams * bytes) / (machine.maxBinding - teams * rowBytes));
    const partRows = Math.ceil(samples / parts);
    const dataBytes = regenerate ? 16 : teams * partRows * rowBytes;
    // Sums of one workgroup for each of the parts.
    const slices = teams * variant.members * parts * 16 * (1 + 2 * octets);
    const fits = parts > 0 && parts * dataBytes <= machine.memory && slices <= machine.maxBinding;
    return { parts, partRows, dataBytes, slices, fits };
  };
  let teams = Math.min(stored, bound, wanted, Math.ceil(replicas / variant.members));
  while (teams > 1 && !spread(teams).fits) teams--;
  const { parts, partRows, dataBytes, slices } = spread(teams);
  if (bound < 1 || parts < 1 || slices > machine.maxBinding) {
    const most = inBytes(machine.maxBinding);
    throw new TooLargeError(
      `N is ${samples} and d ${dimensions}: what belongs to them takes more than a buffer of ${most}.`,
    );
  }
  const step = (variant.workgroup / variant.lanes) * variant.batch;
  // Twice the processors of a large GPU: more of them write more sums, which are added up after the pass.
  const groupsWanted = machine.software ? 8 : 264;
  const groups = Math.min(
    Math.ceil(partRows / step),
    Math.ceil(groupsWanted / (parts * teams)),
    Math.floor(machine.maxBinding / slices),
  );
  return {
    method: 'flow',
    kernel: 'streamed',
    samples,
    dimensions,
    variants: [variant],
    members: variant.members,
    teams,
    groups,
    rowSource: regenerate ? 'regenerated' : 'stored',
    parts,
    dataBytes,
    vectorBytes: teams * vectors,
    sampleBytes: teams * sampleValues,
    partialBytes: slices * groups,
  };
}

/** Whether a plan has room for a replica, by itself, in its passes and in its buffers. */
export function planFits(plan: Plan, samples: number, dimensions: number): boolean {
  return (
    samples <= plan.samples &&
    dimensions <= plan.dimensions &&
    variantFor(plan.variants, samples, octetsOf(dimensions)) >= 0
  );
}

/** Whether replicas with so many dimensions can have a streamed plan in common without much waste. */
export function alike(dimensions: number, others: number): boolean {
  return powerOfTwo(octetsOf(dimensions)) === powerOfTwo(octetsOf(others));
}
