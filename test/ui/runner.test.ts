import { expect, it } from 'vitest';
import { CpuCertifier } from '../../src/cpu/certifier.ts';
import { CpuEngine } from '../../src/cpu/engine.ts';
import type { EngineChoice } from '../../src/model/engine.ts';
import { parseSpec, type SweepSpec } from '../../src/model/spec.ts';
import { Runner, type Shown } from '../../src/ui/runner.ts';
import { inlineWorker } from '../cpu/inline-worker.ts';

const choose = async (): Promise<EngineChoice> => ({
  engine: new CpuEngine(inlineWorker, 2),
  why: 'for the tests',
});

const specOf = (samples: number, seeds = 2): SweepSpec =>
  parseSpec({
    samples,
    horizon: 4,
    x: { over: 'lambda', values: [0.3, 0.6] },
    y: { over: 'seed', from: 1, to: seeds, step: 1 },
  });

/** A runner, what it has shown, and a promise of its next end. */
function setUp(): { runner: Runner; shown: Shown[]; ended: () => Promise<void> } {
  const runner = new Runner();
  const shown: Shown[] = [];
  runner.onshow = (each) => shown.push(each);
  runner.begin(choose, undefined);
  const ended = (): Promise<void> =>
    new Promise((resolve) => {
      runner.onend = resolve;
    });
  return { runner, shown, ended };
}

it('runs the newest of several specs asked for at once', async () => {
  const { runner, shown, ended } = setUp();
  for (const samples of [16, 18, 20]) runner.start({ spec: specOf(samples), from: 'nothing' });
  await ended();
  expect(shown.map(({ request }) => request.spec.samples)).toEqual([20]);
  expect(shown[0]?.sweep.state).toBe('done');
  expect(shown[0]?.sweep.table.done).toBe(4);
  runner.close();
});

it('stops one run for the next, and shows a passing one with its coarse map', async () => {
  const { runner, shown } = setUp();
  runner.start({ spec: specOf(64, 2000), from: 'nothing' });
  await expect.poll(() => shown.length).toBe(1);
  await expect.poll(() => shown[0]?.sweep.table.done).toBeGreaterThan(0);
  const told: number[] = [];
  runner.onshow = (each) => {
    shown.push(each);
    told.push(each.sweep.table.done);
  };
  const states: (string | undefined)[] = [];
  runner.onchange = () => states.push(shown[0]?.sweep.state);
  runner.start({ spec: specOf(24, 40), from: 'passing' });
  expect(runner.seen).toBe(false);
  // The one that is shown says that it has stopped, before the next is seen.
  await expect.poll(() => states).toContain('stopped');
  await expect.poll(() => told.length).toBe(1);
  expect(shown[0]?.sweep.state).toBe('stopped');
  expect(told[0]).toBeGreaterThanOrEqual(5);
  expect(runner.seen).toBe(true);
  await expect.poll(() => shown[1]?.sweep.state).toBe('done');
  runner.close();
});

it('ends the certification of a sweep where another takes its place', async () => {
  const { runner, shown } = setUp();
  const certifier = new CpuCertifier(inlineWorker, 1);
  runner.start({ spec: specOf(64, 400), from: 'nothing' });
  await expect.poll(() => shown.length).toBe(1);
  const { plan, table } = (shown[0] as Shown).sweep;
  runner.start({ spec: specOf(16), from: 'nothing' });
  // Asked for while the next run has not begun.
  let states = 0;
  runner.onstate = () => states++;
  runner.certify({ plan, table, accuracy: 0.95 }, certifier, undefined);
  const { certification } = runner;
  expect(certification?.state).toBe('running');
  expect(states).toBe(1);
  await expect.poll(() => shown.length).toBe(2);
  expect(runner.certification).toBeUndefined();
  await expect.poll(() => certification?.state).toBe('stopped');
  expect(table.certified).toBeLessThan(table.size);
  runner.close();
});

it('says why there is no engine, and runs nothing', async () => {
  const runner = new Runner();
  const problems: string[] = [];
  runner.onproblem = (problem) => problems.push(problem);
  runner.begin(() => Promise.reject(new Error('No engine today.')), undefined);
  runner.start({ spec: specOf(16), from: 'nothing' });
  await expect.poll(() => problems).toEqual(['No engine today.']);
  runner.close();
});
