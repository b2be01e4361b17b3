import { describe, expect, it } from 'vitest';
import { runFlow } from '../../src/cpu/flow.ts';
import { serve } from '../../src/cpu/worker.ts';
import { EngineLostError } from '../../src/model/engine.ts';
import type { Replica } from '../../src/model/replica.ts';
import type { Certified, Certifier } from '../../src/model/separability/certifier.ts';
import { parseSpec } from '../../src/model/spec.ts';
import { ResultTable } from '../../src/results/table.ts';
import { cellState } from '../../src/sweep/cells.ts';
import { Certification } from '../../src/sweep/certification.ts';
import { columnLimits, quartiles } from '../../src/sweep/limits.ts';
import { SweepPlan } from '../../src/sweep/plan.ts';

/** Certifies in the test's own thread, through what a worker does with the job. */
class InlineCertifier implements Certifier {
  asked: Replica[] = [];

  constructor(readonly failAfter = Infinity) {}

  async *run(replicas: Iterable<Replica>, signal: AbortSignal): AsyncGenerator<Certified[]> {
    for (const replica of replicas) {
      await new Promise((resolve) => setTimeout(resolve));
      if (signal.aborted) return;
      if (this.asked.length >= this.failAfter) throw new EngineLostError('A worker failed: test.');
      this.asked.push(replica);
      const batch: Certified[] = [];
      serve([{ kind: 'certify', replica }], ({ certified }) => batch.push(...certified));
      yield batch;
    }
  }
}

const spec = parseSpec({
  samples: 40,
  horizon: 8,
  x: { over: 'lambda', values: [0.2, 0.8] },
  y: { over: 'sigma', values: [0.1, 5] },
  seedsPerCell: 3,
});

function prepare(trained: boolean): { plan: SweepPlan; table: ResultTable } {
  const plan = new SweepPlan(spec);
  const table = new ResultTable(spec, plan.size, (index) => plan.cellOf(index));
  if (trained) for (let k = 0; k < plan.size; k++) table.append(runFlow(plan.replica(k)));
  return { plan, table };
}

describe('certification', () => {
  it('certifies each dataset once, and turns not by t_end into never where it is proven', async () => {
    const { plan, table } = prepare(true);
    const before = [0, 1].map(
      (iy) => cellState({ plan, table, quantity: 'testTime', accuracy: 0.95 }, 1, iy).state,
    );
    expect(before).toEqual(['fromStart', 'notBy']);
    const certifier = new InlineCertifier();
    const certification = new Certification(plan, table, certifier);
    // Replicas that differ in σ alone share their data.
    expect(certification.total).toBe(6);
    await certification.run();
    expect([certification.state, certification.done]).toEqual(['done', 6]);
    expect(certifier.asked.length).toBe(6);
    expect(table.certified).toBe(12);
    const after = [0, 1].map(
      (iy) => cellState({ plan, table, quantity: 'testTime', accuracy: 0.95 }, 1, iy).state,
    );
    expect(after).toEqual(['fromStart', 'never']);
    expect(table.outcome(plan.firstOf(1, 1)).testTimes[1]).toEqual({ state: 'never' });
    // λ = 0.2: inseparable, crossed as before.
    expect(table.separability(plan.firstOf(0, 1))?.kind).toBe('inseparable');
    expect(cellState({ plan, table, quantity: 'testTime', accuracy: 0.95 }, 0, 1).state).toBe(
      'value',
    );
  });

  it('certifies what is asked for, before replicas have come in, and leaves out what is known', async () => {
    const { plan, table } = prepare(false);
    const one = new Certification(plan, table, new InlineCertifier(), [plan.firstOf(1, 1)]);
    expect(one.total).toBe(1);
    await one.run();
    expect(table.certified).toBe(1);
    // Its twin at the other σ is not in the table, so its dataset is asked for again.
    expect(new Certification(plan, table, new InlineCertifier()).total).toBe(6);
    await new Certification(plan, table, new InlineCertifier()).run();
    expect(new Certification(plan, table, new InlineCertifier()).total).toBe(0);
  });

  it('keeps what has come in when it is stopped, and when a worker fails', async () => {
    const { plan, table } = prepare(false);
    const certification = new Certification(plan, table, new InlineCertifier());
    certification.onchange = () => {
      if (certification.done === 2) certification.stop();
    };
    await certification.run();
    expect([certification.state, certification.done]).toEqual(['stopped', 2]);
    const failing = new Certification(plan, table, new InlineCertifier(1));
    await failing.run();
    expect([failing.state, failing.message]).toEqual(['failed', 'A worker failed: test.']);
    expect(table.certified).toBe(6);
  });

  it('sums up columns', async () => {
    const { plan, table } = prepare(false);
    await new Certification(plan, table, new InlineCertifier()).run();
    const [below, above] = columnLimits({ plan, table, accuracy: 0.9 }, 1);
    expect(below).toMatchObject({ count: 3, separable: 0, undecided: 0 });
    expect(above).toMatchObject({ count: 3, separable: 3, undecided: 0 });
    expect([below?.margin?.median, above?.norm?.median]).toEqual([0, Infinity]);
    expect(above?.finalAccuracy?.median).toBeLessThan(0.6);
    expect(quartiles([1, 2, 3, Infinity])).toEqual({ lower: 1.75, median: 2.5, upper: Infinity });
    expect(quartiles([])).toBeUndefined();
  });
});
