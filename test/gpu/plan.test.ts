import { describe, expect, it } from 'vitest';
import { explain } from '../../src/gpu/explain.ts';
import type { Machine, Work } from '../../src/gpu/machine.ts';
import { type Plan, type PlanOptions, planFits, planTraining } from '../../src/gpu/plan.ts';
import { datasetBytes } from '../../src/gpu/storage.ts';
import { gradientCost, MAX_SLOT_BYTES, scratchBytes, type Variant } from '../../src/gpu/variant.ts';
import { slotLayouts } from '../../src/gpu/wgsl.ts';
import { largestSamples, TooLargeError } from '../../src/model/memory.ts';

/** What WebGPU guarantees everywhere. */
const LEAST: Machine = {
  software: false,
  simdWidth: 32,
  subgroup: 0,
  loopLimit: Infinity,
  maxBinding: 2 ** 27,
  maxWorkgroupStorage: 16_384,
  maxInvocations: 256,
  memory: 2 ** 32,
};

const MACHINES: Readonly<Record<string, Machine>> = {
  'the least of WebGPU': LEAST,
  'a large GPU': {
    ...LEAST,
    subgroup: 32,
    maxBinding: 2 ** 30,
    maxWorkgroupStorage: 49_152,
    maxInvocations: 1024,
    memory: 2 ** 36,
  },
  'a small GPU': { ...LEAST, memory: 2 ** 28 },
  SwiftShader: { ...LEAST, software: true, simdWidth: 4, maxBinding: 2 ** 30 },
  lavapipe: { ...LEAST, software: true, simdWidth: 8, loopLimit: 65_000, maxInvocations: 1024 },
};

const OPTIONS: readonly PlanOptions[] = [
  {},
  { kernel: 'resident' },
  { kernel: 'streamed' },
  { regenerate: true },
  { maxMembers: 1 },
  { maxMembers: 4 },
  { keep: true },
  { maxBinding: 2 ** 24 },
  { method: 'descent' },
  { method: 'flowInTime' },
];

/** Work of all sizes, each decade as often as the others; always the same. */
function* manyWorks(count: number): Generator<Work> {
  let state = 1;
  const random = (): number => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  const between = (least: number, most: number): number =>
    Math.round(least * (most / least) ** random());
  for (let k = 0; k < count; k++) {
    const samples = between(2, 100_000);
    const dimensions = between(1, Math.min(30_000, 4 * samples));
    const narrowest = between(1, dimensions);
    const replicas = between(1, 2048);
    yield { samples, dimensions, narrowest, replicas, sharing: between(1, 10) };
  }
}

function isPowerOfTwo(x: number): boolean {
  return x >= 1 && Number.isInteger(Math.log2(x));
}

/** What a plan breaks, in words. */
function broken(plan: Plan, work: Work, machine: Machine, options: PlanOptions): string[] {
  const faults: string[] = [];
  const must = (holds: boolean, what: string): void => {
    if (!holds) faults.push(what);
  };
  const maxBinding = Math.min(machine.maxBinding, options.maxBinding ?? Infinity);
  const seats = plan.members * (plan.kernel === 'resident' ? 2 * plan.groups : plan.teams);
  // Software takes seconds to compile each.
  must(plan.variants.length <= (machine.software ? 2 : 4), 'variants');
  for (const variant of plan.variants) {
    const { workgroup, lanes, held, batch, members, kept } = variant;
    must([workgroup, lanes, batch, members].every(isPowerOfTwo), 'powers of two');
    must(workgroup <= machine.maxInvocations, 'invocations');
    must(lanes <= workgroup, 'lanes');
    must(held >= 1 && held <= 32, 'octets that an invocation holds');
    must(batch * members <= 4, 'dot products');
    must(scratchBytes(variant) + 16 * kept <= machine.maxWorkgroupStorage, 'workgroup memory');
    must(members === plan.members, 'members');
  }
  const buffers = {
    data: plan.dataBytes,
    vectors: plan.vectorBytes,
    samples: plan.sampleBytes,
    partials: plan.partialBytes,
    slots: 4 * slotLayouts[plan.method].words * seats,
  };
  for (const [name, bytes] of Object.entries(buffers)) must(bytes <= maxBinding, `${name} buffer`);
  if (plan.rowSource === 'stored') {
    must(plan.parts * plan.dataBytes <= machine.memory, 'memory');
    const bytes = datasetBytes(work.samples, work.dimensions);
    must(plan.parts * plan.dataBytes >= Math.min(plan.teams, 1) * bytes, 'room for a dataset');
  }
  must(
    [plan.groups, plan.teams].every((n) => n >= 1 && n <= 65_535),
    'workgroups of a dispatch',
  );
  must(planFits(plan, work.samples, work.dimensions), 'room for the work');
  return faults;
}

describe('planner', () => {
  it('uses slots as small as it reckons with', () => {
    for (const { words } of Object.values(slotLayouts)) {
      expect(4 * words).toBeLessThanOrEqual(MAX_SLOT_BYTES);
    }
  });

  it.each(Object.entries(MACHINES))('exceeds no limit of %s', (_, machine) => {
    const seen = { resident: 0, streamed: 0, refused: 0 };
    for (const work of manyWorks(3000)) {
      for (const options of OPTIONS) {
        const label = JSON.stringify({ work, options });
        try {
          const plan = planTraining(work, machine, options);
          seen[plan.kernel]++;
          expect(broken(plan, work, machine, options), label).toEqual([]);
        } catch (error) {
          if (!(error instanceof TooLargeError)) throw error;
          seen.refused++;
        }
      }
    }
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(50);
  });

  it('refuses only what does not fit, and names the largest N that does', () => {
    const machine = { ...LEAST, memory: 1e9 };
    const work = { samples: 40_000, dimensions: 19_200, narrowest: 1, replicas: 1, sharing: 1 };
    const largest = largestSamples(0.48, 40_000, datasetBytes, machine.memory);
    expect(() => planTraining(work, machine)).toThrow(
      `A dataset of 40000 × 19200 takes 1.43 GiB and 954 MiB are there: at this λ the largest N is ${largest}; any N goes with the engine webgpu-regenerating`,
    );
    const fitting = (samples: number): Work => ({
      ...work,
      samples,
      dimensions: Math.round(0.48 * samples),
    });
    expect(planTraining(fitting(largest), machine).kernel).toBe('streamed');
    expect(() => planTraining(fitting(largest + 1), machine)).toThrow(TooLargeError);
    expect(planTraining(work, machine, { regenerate: true })).toMatchObject({
      kernel: 'streamed',
      rowSource: 'regenerated',
    });
  });

  it('takes many workgroups for the large replica that few need, one for each of many', () => {
    const work = { samples: 1024, dimensions: 512, narrowest: 512, replicas: 4096, sharing: 1 };
    expect(planTraining(work, LEAST).kernel).toBe('resident');
    const few = { ...work, samples: 8192, dimensions: 4096, replicas: 2 };
    expect(planTraining(few, LEAST).kernel).toBe('streamed');
    // One workgroup a replica leaves most of a GPU idle, or takes long for what many read at once.
    expect(planTraining({ ...work, replicas: 64 }, LEAST).kernel).toBe('streamed');
    expect(planTraining({ ...work, samples: 4096, dimensions: 2048 }, LEAST).kernel).toBe(
      'streamed',
    );
    expect(planTraining({ ...work, samples: 256, replicas: 1 }, LEAST).kernel).toBe('resident');
  });

  it('takes as many replicas at a time as small buffers have room for', () => {
    const work = { samples: 128, dimensions: 51, narrowest: 51, replicas: 41, sharing: 1 };
    const machine = MACHINES['a large GPU'] as Machine;
    const options = { kernel: 'streamed', maxBinding: 2 ** 16 } as const;
    const plan = planTraining(work, machine, options);
    expect(broken(plan, work, machine, options)).toEqual([]);
    expect(plan.teams).toBeGreaterThan(1);
    expect(plan.teams).toBeLessThan(41);
  });

  it('holds the columns of a point where there are registers for them', () => {
    const machine = MACHINES['a large GPU'] as Machine;
    const work = { samples: 40_000, dimensions: 19_200, narrowest: 1, replicas: 1, sharing: 1 };
    const [wide] = planTraining(work, machine).variants;
    expect(wide).toMatchObject({ lanes: 512, held: 5, batch: 2, rereads: true, subgroup: 32 });
    const [narrow] = planTraining({ ...work, dimensions: 256 }, machine).variants;
    expect(narrow).toMatchObject({ lanes: 8, held: 4, batch: 4, rereads: false });
  });

  it('keeps what fits in workgroup memory there, in variants by size', () => {
    const work = { samples: 64, dimensions: 32, narrowest: 4, replicas: 4096, sharing: 1 };
    const { variants } = planTraining(work, LEAST);
    expect(variants.map(({ kept }) => kept)).toEqual([128, 256]);
    expect(planTraining({ ...work, samples: 1024 }, LEAST).variants.at(-1)?.kept).toBe(0);
  });

  it('seats replicas of one dataset together, unless seats would stay empty', () => {
    const work = { samples: 512, dimensions: 256, narrowest: 256, replicas: 4096 };
    const members = (sharing: number): number => planTraining({ ...work, sharing }, LEAST).members;
    expect([1, 1.4, 2, 2.9, 3, 100].map(members)).toEqual([1, 1, 2, 2, 4, 4]);
    expect(planTraining({ ...work, sharing: 100 }, MACHINES.lavapipe as Machine).members).toBe(1);
  });

  it('keeps a gradient within the loop iterations that a driver allows', () => {
    const machine = MACHINES.lavapipe as Machine;
    for (const work of manyWorks(2000)) {
      const plan = planTraining(work, { ...machine, memory: 2 ** 40 });
      if (plan.kernel === 'streamed') continue;
      const cost = gradientCost(work, plan.variants.at(-1) as Variant);
      expect(cost).toBeLessThanOrEqual(machine.loopLimit);
    }
  });

  it('trains in steps in one workgroup each, with members of their own, or says why not', () => {
    const work = { samples: 64, dimensions: 32, narrowest: 32, replicas: 40, sharing: 4 };
    const method = 'descent';
    const plan = planTraining(work, LEAST, { method });
    // Runs are long: none waits for its workgroup to end another.
    expect(plan).toMatchObject({ method, kernel: 'resident', members: 1, groups: 40 });
    expect(explain(work, plan).join(' ')).toMatch(/parameters are sums of two numbers, 48 bits/);
    for (const options of [{ regenerate: true }, { kernel: 'streamed' as const }]) {
      expect(() => planTraining(work, LEAST, { ...options, method })).toThrow(
        /^Training in steps, .* needs its dataset stored/,
      );
    }
    const wide = { ...work, samples: 20_000, dimensions: 1000 };
    expect(() => planTraining(wide, MACHINES.lavapipe as Machine, { method })).toThrow(
      /^N is 20000 and d 1000: a gradient has \d+ turns of loops, and this driver ends them after 65000\.$/,
    );
    const large = { ...work, samples: 40_000, dimensions: 19_200 };
    expect(() => planTraining(large, LEAST, { method })).toThrow(/at this λ the largest N is \d+/);
  });

  it('trains a flow in time in one workgroup, with members that share a dataset', () => {
    const work = { samples: 64, dimensions: 32, narrowest: 32, replicas: 40, sharing: 4 };
    const method = 'flowInTime';
    const plan = planTraining(work, LEAST, { method });
    expect(plan).toMatchObject({ method, kernel: 'resident', members: 4, groups: 5 });
    expect(explain(work, plan).join(' ')).toMatch(/in workgroup memory|once a gradient/);
    const large = { ...work, samples: 40_000, dimensions: 19_200 };
    expect(() => planTraining(large, LEAST, { method })).toThrow(/at this λ the largest N is \d+/);
  });

  it('says what it does', () => {
    const work = { samples: 40_000, dimensions: 19_200, narrowest: 1, replicas: 1, sharing: 1 };
    const text = explain(work, planTraining(work, LEAST)).join(' ');
    expect(text).toMatch(/^Streamed kernel: \d+ workgroups of 256 share the rows of a replica\./);
    expect(text).toMatch(
      /A dataset of 40000 × 19200 takes 1\.43 GiB and is read once a gradient\./,
    );
    expect(text).toMatch(/The rows are spread over 12 buffers\.$/);
  });
});
