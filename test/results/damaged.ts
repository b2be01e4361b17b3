/** A small result with everything in it that can be, and damage to files of it. */
import { runFlow } from '../../src/cpu/flow.ts';
import { parseSpec } from '../../src/model/spec.ts';
import type { Random } from '../../src/model/statistics.ts';
import { gather } from '../../src/results/bytes.ts';
import { sourceOf } from '../../src/results/codec.ts';
import { ResultTable } from '../../src/results/table.ts';
import { SweepPlan } from '../../src/sweep/plan.ts';

export const spec = parseSpec({
  samples: 16,
  horizon: 3,
  x: { over: 'lambda', values: [0.25, 0.5, 0.75] },
  y: { over: 'sigma', values: [2, 5] },
  seedsPerCell: 3,
});
export const plan = new SweepPlan(spec);
export const layoutOf = (each: typeof spec): SweepPlan => new SweepPlan(each);

/** Every state there is, one replica missing (11) and one failed (2). */
export function table(): ResultTable {
  const results = new ResultTable(spec, plan.size, (index) => plan.cellOf(index));
  for (let index = 0; index < plan.size; index++) {
    if (index !== 2 && index !== 11) results.append(runFlow(plan.replica(index)));
  }
  results.append({
    index: 2,
    rows: new Float32Array(),
    gradients: 7,
    failure: 'made to, "fail"\nin λ',
  });
  const separable = { kind: 'separable', lower: 0.2, upper: 0.2000001 } as const;
  const inseparable = { kind: 'inseparable', norm: 3.5, objective: 0.6, residual: 1e-13 } as const;
  results.certify({ index: 0, separability: inseparable });
  results.certify({ index: 15, separability: separable });
  results.certify({ index: 16, separability: { kind: 'undecided', reason: 'on the edge' } });
  return results;
}

export const source = (): ReturnType<typeof sourceOf> =>
  sourceOf(table(), plan, { program: 'test', of: 'λ' }, { trajectories: false });

const MUTATIONS = 200;

/** Damage to a file: what is done, and the bytes that come of it. */
export function mutations(good: Uint8Array, random: Random): [string, Uint8Array][] {
  const place = (length: number): number => Math.floor(length * random.uniform());
  return Array.from({ length: MUTATIONS }, (_, k) => {
    const bytes = good.slice();
    const at = place(bytes.length);
    switch (k % 4) {
      case 0:
        return [`cut off after ${at} bytes`, bytes.subarray(0, at)];
      case 1:
        bytes[at] = (bytes[at] as number) ^ (1 << place(8));
        return [`another bit in byte ${at}`, bytes];
      case 2: {
        // A length or a type that is wrong: four bytes that say something else.
        const value = [0, 0xffffffff, 0x7fffffff, place(2 ** 32)][place(4)] as number;
        const view = new DataView(bytes.buffer);
        const where = Math.min(at, bytes.length - 4);
        if (view.getUint32(where, true) === value) view.setUint32(where, value ^ 1, true);
        else view.setUint32(where, value, true);
        return [`${value} at ${where}`, bytes];
      }
      default: {
        const length = 1 + place(64);
        const rest = bytes.slice(at + length);
        return [`${length} bytes less at ${at}`, gather([bytes.subarray(0, at), rest])];
      }
    }
  });
}
