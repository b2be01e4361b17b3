import { describe, expect, it } from 'vitest';
import { type Claim, verdict } from '../../src/claims/claim.ts';
import { ClaimQueue, type ClaimRun, outcomeOf } from '../../src/claims/queue.ts';
import { CpuCertifier } from '../../src/cpu/certifier.ts';
import { CpuEngine } from '../../src/cpu/engine.ts';
import { parseSpec } from '../../src/model/spec.ts';
import { inlineWorker } from '../cpu/inline-worker.ts';

/** A claim of two tiny sweeps that holds if as many replicas came in as `expected`. */
const claim = (id: string, expected = 6): Claim => ({
  id,
  title: id,
  text: '',
  sweeps: () =>
    [2, 4].map((samples) => ({
      spec: parseSpec({
        samples,
        horizon: 1,
        x: { over: 'lambda', values: [0.5] },
        y: { over: 'seed', from: 1, to: 3, step: 1 },
      }),
      trained: true,
      certified: samples === 4,
    })),
  verdicts: (results) => [
    verdict(
      'replicas',
      results.reduce((sum, { table }) => sum + table.done, 0),
      'near',
      expected,
      0,
      '',
    ),
  ],
  figures: () => [],
});

const means = async () => ({
  engine: new CpuEngine(inlineWorker, 1),
  certifier: new CpuCertifier(inlineWorker, 1),
  device: 'CPU',
});

/** Resolves when nothing is left to run. */
const settled = (queue: ClaimQueue): Promise<void> =>
  new Promise((resolve) => queue.after(async () => resolve()));

function queueOf(...claims: Claim[]): { queue: ClaimQueue; runs: ClaimRun[] } {
  const queue = new ClaimQueue(claims, means);
  return { queue, runs: [...queue.runs] };
}

describe('the queue of claims', () => {
  it('runs one after the other, and says how each came out', async () => {
    const { queue, runs } = queueOf(claim('a'), claim('b', 7));
    const most = { running: 0 };
    const shares: number[] = [];
    queue.onchange = () => {
      most.running = Math.max(most.running, runs.filter(({ state }) => state === 'running').length);
      shares.push(runs[0]?.share as number);
    };
    for (const run of runs) queue.ask(run, 'small');
    expect(runs.map(({ state }) => state)).toEqual(['waiting', 'waiting']);
    await settled(queue);
    expect(most.running).toBe(1);
    expect(runs.map(outcomeOf)).toEqual(['holds', 'fails']);
    expect(runs.map(({ device }) => device)).toEqual(['CPU', 'CPU']);
    expect(shares).toEqual([...shares].sort((x, y) => x - y));
    expect(shares.at(-1)).toBe(1);
  });

  it('has empty results for sweeps to come', () => {
    const [run] = queueOf(claim('a')).runs;
    expect(run?.results.map(({ table }) => [table.size, table.done])).toEqual([
      [3, 0],
      [3, 0],
    ]);
  });

  it('leaves a run that only waited as it was, and stops one that goes on', async () => {
    const { queue, runs } = queueOf(claim('a'), claim('b'));
    const [a, b] = runs as [ClaimRun, ClaimRun];
    queue.ask(b, 'small');
    await settled(queue);
    queue.ask(a, 'small');
    queue.ask(b, 'medium');
    queue.stop(b);
    expect([b.state, b.size, b.verdicts.length]).toEqual(['done', 'small', 1]);
    queue.onchange = () => {
      if (a.state === 'running' && a.share > 0) queue.stop(a);
    };
    await settled(queue);
    expect([a.state, outcomeOf(a), a.verdicts]).toEqual(['stopped', undefined, []]);
    // And once more, to the end.
    queue.onchange = () => {};
    queue.ask(a, 'small');
    await settled(queue);
    expect(outcomeOf(a)).toBe('holds');
  });

  it('says why a run failed, and goes on with the next', async () => {
    let calls = 0;
    const queue = new ClaimQueue([claim('a'), claim('b')], async () => {
      if (calls++ === 0) throw new Error('There is no engine.');
      return means();
    });
    for (const run of queue.runs) queue.ask(run, 'small');
    await settled(queue);
    expect(queue.runs.map(({ state, message }) => [state, message])).toEqual([
      ['failed', 'There is no engine.'],
      ['done', ''],
    ]);
  });
});
