import { describe, expect, it } from 'vitest';
import { runFlow } from '../../src/cpu/flow.ts';
import { type Arithmetic, judge, REFERENCES } from '../../src/model/device-check.ts';
import { type Batch, type Engine, EngineLostError } from '../../src/model/engine.ts';
import type { Replica, Trajectory } from '../../src/model/replica.ts';
import { checkDevice } from '../../src/sweep/device-check.ts';

const EXACT: Arithmetic = {
  expUlps: 1,
  logUlps: 1,
  fused: false,
  reassociated: true,
  subnormalsFlushed: true,
};

/** An engine in the test's own thread, whose parts a test can break. */
class FakeEngine implements Engine {
  readonly info = { kind: 'webgpu', device: 'test', precision: 'float32' } as const;
  train: (replica: Replica) => Trajectory | Promise<Trajectory> = (replica) => runFlow(replica);
  probe: () => Promise<Arithmetic> = async () => EXACT;
  ended = 0;

  async plan(): Promise<string[]> {
    return [];
  }

  async *run(replicas: Iterable<Replica>, signal: AbortSignal): AsyncGenerator<Batch> {
    try {
      for (const replica of replicas) {
        if (signal.aborted) return;
        const trajectory = await this.train(replica);
        yield { trajectories: [trajectory], gradients: trajectory.gradients };
      }
    } finally {
      this.ended++;
    }
  }

  dispose(): void {}
}

const forever = <T>(): Promise<T> => new Promise(() => {});
const live = (): AbortSignal => new AbortController().signal;

async function check(change: Partial<FakeEngine>, deadline?: number) {
  const engine = Object.assign(new FakeEngine(), change);
  return { ...(await checkDevice(engine, live(), deadline)), engine };
}

describe('the device check', () => {
  it('passes an engine that computes rightly', async () => {
    const { passed, arithmetic, replicas, message } = await check({});
    expect(message).toMatch(
      /^The device check passed: 3 reference runs are within 0\.00\d\d of float64 in log₁₀ t \(0\.01 is promised\)\.$/,
    );
    expect([passed, arithmetic, replicas.length]).toEqual([true, EXACT, 3]);
  });

  it('fails one whose times are a little off', async () => {
    const { passed, message, replicas } = await check({
      // A weaker σ: everything looks right and every time is wrong.
      train: (replica) => runFlow({ ...replica, sigma: 0.97 * replica.sigma }),
    });
    expect(passed).toBe(false);
    expect(message).toMatch(
      /^The device check failed: a reference run is off by 0\.\d+ in log₁₀ t/,
    );
    expect(replicas.every(({ measured }) => measured !== null)).toBe(true);
  });

  it('fails a wrong expected value', () => {
    const replicas = REFERENCES.map((each) => ({ ...each, measured: each.expected }));
    expect(judge('float64', null, replicas, []).passed).toBe(true);
    const wrong = replicas.map((each, k) => ({
      ...each,
      expected: each.expected + 0.007 * (k % 2),
    }));
    expect(judge('float32', null, wrong, []).passed).toBe(true);
    const { passed, message } = judge('float64', null, wrong, []);
    expect(passed).toBe(false);
    expect(message).toMatch(/off by 0\.0070 in log₁₀ t, more than 0\.005/);
  });

  it.each([
    ['exp', { ...EXACT, expUlps: 400 }, /exp is off by 400 ulp, more than 177/],
    ['log', { ...EXACT, logUlps: 8 }, /log is off by 8\.0 ulp, more than 4/],
  ] as const)('fails a device whose %s is bad', async (_, arithmetic, message) => {
    const result = await check({ probe: async () => arithmetic });
    expect(result.passed).toBe(false);
    expect(result.message).toMatch(message);
  });

  it('fails an engine whose replicas do not come back, fail or make no sense', async () => {
    const empty = { rows: new Float32Array(), gradients: 0 };
    for (const [train, message] of [
      [
        ({ index }: Replica) => ({ ...empty, index, failure: 'the record is full' }),
        /a reference run failed: the record is full/,
      ],
      [
        (replica: Replica) => ({ ...runFlow(replica), rows: new Float32Array(240).fill(NaN) }),
        /3 of 3 reference runs have no time/,
      ],
      [(replica: Replica) => ({ ...runFlow(replica), index: 9 }), /3 of 3 .* have no time/],
    ] as const) {
      const result = await check({ train });
      expect(result.passed).toBe(false);
      expect(result.message).toMatch(message);
      expect(result.replicas.map(({ measured }) => measured)).toEqual([null, null, null]);
    }
  });

  it('says what was thrown, and makes the other part all the same', async () => {
    const { passed, message, replicas, arithmetic } = await check({
      probe: () => Promise.reject(new Error('The shader does not compile on this device.')),
    });
    expect([passed, arithmetic]).toEqual([false, null]);
    expect(message).toMatch(/the probe of its arithmetic ended with “The shader does not compile/);
    expect(replicas.every(({ measured }) => measured !== null)).toBe(true);
  });

  it('tries once more after a loss of the device, and gives up after the second', async () => {
    let losses = 1;
    const train = (replica: Replica): Trajectory => {
      if (replica.index === 1 && losses-- > 0)
        throw new EngineLostError('The GPU stopped working.');
      return runFlow(replica);
    };
    expect((await check({ train })).passed).toBe(true);
    losses = 2;
    const result = await check({ train });
    expect(result.passed).toBe(false);
    expect(result.message).toMatch(/the reference runs ended with “The GPU stopped working\.”/);
    expect(result.replicas.map(({ measured }) => measured === null)).toEqual([false, true, true]);
  });

  it('ends by its deadline when the engine hangs, with what it has', async () => {
    for (const part of [
      { probe: () => forever<Arithmetic>() },
      { train: () => forever<Trajectory>() },
    ]) {
      const start = performance.now();
      const result = await check(part, 50);
      expect(performance.now() - start).toBeLessThan(3000);
      expect([result.passed, result.message]).toEqual([
        false,
        'The device check failed: it did not end within 0.05 s.',
      ]);
    }
  });

  it('stops when told to, and leaves the engine free', async () => {
    const abort = new AbortController();
    const engine = new FakeEngine();
    engine.train = async (replica) => {
      abort.abort();
      return runFlow(replica);
    };
    const result = await checkDevice(engine, abort.signal);
    expect([result.passed, engine.ended]).toEqual([false, 1]);
    expect(result.message).toMatch(/it was stopped/);
    const before = await checkDevice(engine, abort.signal);
    expect(before.message).toMatch(/it was stopped/);
  });
});
