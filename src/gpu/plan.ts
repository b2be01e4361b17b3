/**
 * Chooses how replicas are trained on a device: by one workgroup each (resident) or by many that
 * share the rows (streamed), and the sizes of everything. Pure, so that it can be looked at and
 * tested without a device.
 */

import { inBytes, TooLargeError, tooLarge } from '../model/memory.ts';

/** What a device is and allows. */
export interface Machine {
  /** Runs on the CPU: as many processors as there are cores, and barriers are dear. */
  readonly software: boolean;
  /** Invocations that run in step. */
  readonly simdWidth: number;
  /** Invocations of a subgroup, where kernels can use them and all have as many; else 0. */
  readonly subgroup: number;
  /** Most loop iterations of an invocation in one dispatch. */
  readonly loopLimit: number;
  /** Bytes of a buffer that can be bound. */
  readonly maxBinding: number;
  /** Bytes of workgroup memory. */
  readonly maxWorkgroupStorage: number;
  /** Invocations of a workgroup. */
  readonly maxInvocations: number;
  /** Bytes that datasets may take; unknown in WebGPU, so a bound of ours. */
  readonly memory: number;
}

/** What is to be trained: the largest replica, and how many there are. */
export interface Work {
  /** N. */
  readonly samples: number;
  /** d. */
  readonly dimensions: number;
  /** The smallest d among them. */
  readonly narrowest: number;
  /** Replicas, as far as one has looked ahead. */
  readonly replicas: number;
  /** Replicas that can have one dataset in common, as in a sweep over σ: the mean over datasets. */
  readonly sharing: number;
}

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

/** What trains: gradient flow in the clock θ or in time, or steps of a fixed length. */
export type Method = 'flow' | 'flowInTime' | 'descent';

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
export interface PlanOptions {
  /** Default: flow. */
  readonly method?: Method;
  readonly kernel?: Plan['kernel'];
  readonly workgroup?: number;
  /** Resident: workgroups. */
  readonly groups?: number;
  /** Streamed: makes the rows anew for every gradient instead of storing them. */
  readonly regenerate?: boolean;
  /** Most replicas that share a pass, a power of two up to 4; 1: none do. */
  readonly maxMembers?: number;
  /** Resident: whether datasets that fit stay in workgroup memory; by default on GPUs. */
  readonly keep?: boolean;
  /** Most bytes of a buffer, below what the device allows. */
  readonly maxBinding?: number;
}

/**
 * Vectors of a replica, what each has beside the d columns, and what comes after the last, both in
 * vec4<f32>: see state.wgsl of the method. Vectors of parameters have the bias; a descent has up to sixteen
 * thresholds.
 */
const PLACES = {
  flow: { vectors: 7, beside: 0, after: 0 },
  flowInTime: { vectors: 9, beside: 1, after: 0 },
  descent: { vectors: 10, beside: 1, after: 4 },
} as const;

/** Numbers that a replica has for each sample. */
export const SAMPLE_ARRAYS = 2;

/** vec4<f32> of a vector. */
export function quadsOf(method: Method, octets: number): number {
  return 2 * octets + PLACES[method].beside;
}

/** vec4<f32> of all vectors of a replica. */
export function vectorQuads(method: Method, dimensions: number): number {
  const { vectors, after } = PLACES[method];
  return vectors * quadsOf(method, octetsOf(dimensions)) + after;
}

/** Dot products that a pass keeps in one vec4: batch · members. */
const PAIRS = 4;

/** Most octets of a row that an invocation takes; the source has a line for each. */
const MAX_HELD = 32;

/**
 * On a GPU one workgroup trains a replica faster than many that wait for one another: up to the first of these
 * sizes of a dataset however few replicas there are, up to the second where enough of them fill the device.
 */
const STREAMED_BYTES = 2 ** 19;
const ALWAYS_STREAMED_BYTES = 2 ** 21;
const ENOUGH_REPLICAS = 128;

/** Bytes that the workgroups of a streamed pass read together: so many that what follows takes little beside it. */
const PASS_BYTES = 2 ** 29;

const powerOfTwo = (x: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, x)));
const lastOf = <T>(list: readonly T[]): T => list[list.length - 1] as T;
const octetsOf = (dimensions: number): number => Math.ceil(dimensions / 8);

/** Bytes of a dataset. */
export function datasetBytes(samples: number, dimensions: number): number {
  return 16 * samples * octetsOf(dimensions);
}

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
  const cheap = gradientCost(work, lastOf(resident.variants)) <= machine.loopLimit;
  const wanted = Math.min(work.replicas, machine.software ? 4 : 64);
  const enough = resident.teams * resident.members >= wanted;
  const lonely = bytes > STREAMED_BYTES && work.replicas < ENOUGH_REPLICAS;
  const faster = !machine.software && (lonely || bytes > ALWAYS_STREAMED_BYTES);
  return cheap && enough && !faster ? resident : streamed();
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
function chooseVariant(
  { samples, dimensions, sharing }: Work,
  machine: Machine,
  options: PlanOptions,
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

/** Variants for rows of all lengths between the narrowest and the widest. */
function residentVariants(work: Work, machine: Machine, options: PlanOptions): Variant[] {
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
  const variant = lastOf(plan.variants);
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
  const { members } = lastOf(variants);
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

const vectorBytes = (method: Method, dimensions: number): number =>
  16 * vectorQuads(method, dimensions);

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

/** The plan in sentences, for a reader who wants to know why. */
export function explain(work: Work, plan: Plan): string[] {
  const { variants, members, teams, groups, parts } = plan;
  const { workgroup, lanes, held, batch, kept, subgroup } = lastOf(variants);
  const bytes = datasetBytes(work.samples, work.dimensions);
  const inFlight = teams * members;
  const lines = [
    plan.kernel === 'resident'
      ? `Resident kernel: one workgroup of ${workgroup} trains a replica; ${groups} workgroups.`
      : `Streamed kernel: ${groups * parts} workgroups of ${workgroup} share the rows of a replica.`,
    `A dataset of ${work.samples} × ${work.dimensions} takes ${inBytes(bytes)}` +
      (plan.rowSource === 'regenerated'
        ? ' and is made anew for every gradient.'
        : kept > 0
          ? ' and stays in workgroup memory.'
          : ` and is read once a ${plan.method === 'descent' ? 'step' : 'gradient'}.`),
    `${lanes} ${lanes === 1 ? 'invocation has' : 'invocations share'} a row, each with ${held} of its ` +
      `octets, ${batch} ${batch === 1 ? 'row' : 'rows'} at a time; they add up ` +
      `${subgroup > 0 ? `within subgroups of ${subgroup}` : 'through workgroup memory'}.`,
    `${inFlight} ${inFlight === 1 ? 'replica' : 'replicas'} in flight` +
      (members > 1 ? `, ${members} to a dataset.` : '.'),
  ];
  if (plan.method === 'descent') {
    lines.push('Gradients are in float32; parameters are sums of two numbers, 48 bits.');
  }
  if (variants.length > 1) lines.push(`${variants.length} variants, for shorter rows as well.`);
  if (parts > 1) lines.push(`The rows are spread over ${parts} buffers.`);
  return lines;
}

/** The variant for rows of so many octets; -1 if none has room. */
export function variantFor(plan: Plan, samples: number, octets: number): number {
  return plan.variants.findIndex(
    ({ lanes, held, kept }) => octets <= lanes * held && (kept === 0 || samples * octets <= kept),
  );
}

/** Whether a plan has room for a replica, by itself, in its passes and in its buffers. */
export function planFits(plan: Plan, samples: number, dimensions: number): boolean {
  return (
    samples <= plan.samples &&
    dimensions <= plan.dimensions &&
    variantFor(plan, samples, octetsOf(dimensions)) >= 0
  );
}

/** Whether replicas with so many dimensions can have a streamed plan in common without much waste. */
export function alike(dimensions: number, others: number): boolean {
  return powerOfTwo(octetsOf(dimensions)) === powerOfTwo(octetsOf(others));
}
