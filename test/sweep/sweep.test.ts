import { describe, expect, it } from 'vitest';
import { runFlow } from '../../src/cpu/flow.ts';
import { type Batch, type Engine, EngineLostError } from '../../src/model/engine.ts';
import { TooLargeError } from '../../src/model/memory.ts';
import type { Replica } from '../../src/model/replica.ts';
import { parseSpec } from '../../src/model/spec.ts';
import { coarseToFine } from '../../src/sweep/order.ts';
import { SweepPlan } from '../../src/sweep/plan.ts';
import { Sweep } from '../../src/sweep/sweep.ts';

const SMALL = {
  samples: 12,
  horizon: 2,
  x: { over: 'lambda', from: 0.25, to: 1, step: 0.25 },
  y: { over: 'seed', from: 1, to: 5, step: 1 },
};

/** An engine in the test's own thread that can be lost after some replicas. */
class FakeEngine implements Engine {
  readonly info = { kind: 'cpu', device: 'test', precision: 'float64' } as const;
  trained: number[] = [];
  pulls = 0;

  constructor(readonly losses: number[] = []) {}

  async *run(replicas: Iterable<Replica>, signal: AbortSignal): AsyncGenerator<Batch> {
    let left = this.losses.shift() ?? Infinity;
    for (const replica of replicas) {
      if (signal.aborted) return;
      if (left-- <= 0) throw new EngineLostError('The device stopped working.');
      this.pulls++;
      await new Promise((resolve) => setTimeout(resolve));
      this.trained.push(replica.index);
      const trajectory = runFlow(replica);
      yield { trajectories: [trajectory], gradients: trajectory.gradients };
    }
  }

  async plan(_: Iterable<Replica>): Promise<string[]> {
    return ['In the thread of the test.'];
  }

  async probe(): Promise<null> {
    return null;
  }

  dispose(): void {}
}

describe('plan and order', () => {
  it('names the replica of every cell', () => {
    const plan = new SweepPlan(
      parseSpec({ ...SMALL, y: { over: 'sigma', values: [1, 5] }, seed: 7, seedsPerCell: 3 }),
    );
    expect(plan.size).toBe(4 * 2 * 3);
    expect(plan.replica(plan.firstOf(2, 1) + 2)).toMatchObject({
      samples: 12,
      dimensions: 9,
      sigma: 5,
      seed: 9,
    });
    expect(plan.cell(2, 1)).toEqual({
      lambda: 0.75,
      seed: 7,
      sigma: 5,
      samples: 12,
      dimensions: 9,
      dynamics: parseSpec(SMALL).dynamics,
      horizon: parseSpec(SMALL).horizon,
    });
  });

  it.each([
    [1, 1, 1],
    [5, 3, 1],
    [8, 8, 2],
    [65, 48, 1],
    [2, 17, 3],
  ])('visits every replica of a %i × %i map once, coarse cells first', (columns, rows, seeds) => {
    const plan = new SweepPlan(
      parseSpec({
        samples: 64,
        x: {
          over: 'lambda',
          from: 0.1,
          to: 1,
          count: columns === 1 ? undefined : columns,
          values: columns === 1 ? [0.1] : undefined,
          ...(columns === 1 ? { from: undefined, to: undefined } : {}),
        },
        y: { over: 'sigma', values: Array.from({ length: rows }, (_, k) => 1 + k) },
        seedsPerCell: seeds,
      }),
    );
    const order = [...coarseToFine(plan)];
    expect([...order].sort((a, b) => a - b)).toEqual(
      Array.from({ length: plan.size }, (_, k) => k),
    );
    // After a quarter of the first seeds, no cell is further than four cells from a visited one.
    const cells = columns * rows;
    const early = order.slice(0, Math.ceil(cells / 4)).map((index) => Math.floor(index / seeds));
    for (let cell = 0; cell < cells; cell++) {
      const distance = Math.min(
        ...early.map((other) =>
          Math.max(
            Math.abs((other % columns) - (cell % columns)),
            Math.abs(Math.floor(other / columns) - Math.floor(cell / columns)),
          ),
        ),
      );
      expect(distance).toBeLessThanOrEqual(4);
    }
  });
});

describe('sweep', () => {
  const make = (engine: Engine): Sweep => new Sweep(new SweepPlan(parseSpec(SMALL)), engine);

  it('runs to the end and reports progress', async () => {
    const sweep = make(new FakeEngine());
    const seen: number[] = [];
    sweep.onchange = () => seen.push(sweep.progress.done);
    await sweep.run();
    expect(sweep.state).toBe('done');
    expect(sweep.progress).toMatchObject({ done: 20, total: 20, secondsLeft: 0 });
    expect(sweep.progress.gradients).toBeGreaterThan(20);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    await expect(sweep.run()).rejects.toThrow(/once/);
  });

  it('pauses without drawing from the engine, resumes and stops', async () => {
    const engine = new FakeEngine();
    const sweep = make(engine);
    sweep.onchange = () => {
      if (sweep.progress.done === 3 && sweep.state === 'running') sweep.pause();
    };
    const run = sweep.run();
    await expect.poll(() => sweep.state).toBe('paused');
    const { pulls } = engine;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(engine.pulls).toBe(pulls);
    sweep.onchange = () => {
      if (sweep.progress.done === 7) sweep.stop();
    };
    sweep.resume();
    await run;
    expect(sweep.state).toBe('stopped');
    expect(sweep.progress.done).toBe(7);
  });

  it('stops while it is paused', async () => {
    const sweep = make(new FakeEngine());
    sweep.onchange = () => sweep.pause();
    const run = sweep.run();
    await new Promise((resolve) => setTimeout(resolve, 20));
    sweep.stop();
    await run;
    expect(sweep.state).toBe('stopped');
  });

  it('keeps what is finished when the device is lost, and goes on once', async () => {
    const engine = new FakeEngine([6]);
    const sweep = make(engine);
    await sweep.run();
    expect(sweep.state).toBe('done');
    expect(sweep.message).toMatch(/stopped working.*kept.*once more/);
    expect([...engine.trained].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, k) => k),
    );
  });

  it('gives up after the second loss, in words, with what is finished', async () => {
    const sweep = make(new FakeEngine([6, 4]));
    await sweep.run();
    expect(sweep.state).toBe('failed');
    expect(sweep.message).toMatch(/lost again/);
    expect(sweep.progress.done).toBe(10);
  });

  it('asks the engine about the largest replica and all others before anything runs', async () => {
    const engine = new FakeEngine();
    let asked: Replica[] = [];
    engine.plan = async (replicas: Iterable<Replica>) => {
      asked = [...replicas];
      throw new TooLargeError('A dataset takes too much.');
    };
    const sweep = make(engine);
    await sweep.run();
    expect([sweep.state, sweep.message]).toEqual(['failed', 'A dataset takes too much.']);
    expect(engine.pulls).toBe(0);
    expect(asked[0]).toMatchObject({ samples: 12, dimensions: 12 });
    expect(asked.map(({ index }) => index).sort((a, b) => a - b)).toEqual([...Array(20).keys()]);
  });

  it('does not retry an error that a retry cannot mend', async () => {
    const engine = new FakeEngine();
    engine.run = async function* () {
      yield { trajectories: [], gradients: 0 };
      throw new Error('The shader does not compile on this device.');
    };
    const sweep = make(engine);
    await sweep.run();
    expect([sweep.state, sweep.message]).toEqual([
      'failed',
      'The shader does not compile on this device.',
    ]);
  });
});
