import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Trajectory } from '../../src/model/replica.ts';
import { Keeper } from '../../src/store/keeper.ts';
import type { RunInfo, RunStore } from '../../src/store/runs.ts';

/** Indices of what is written at a time. */
let written: number[][] = [];
let failure: Error | undefined;

const store = {
  append: async (_id: string, trajectories: readonly Trajectory[]): Promise<void> => {
    if (failure) throw failure;
    written.push(trajectories.map(({ index }) => index));
  },
} as unknown as RunStore;

async function keeperOf(done: number): Promise<Keeper> {
  const keeper = await Keeper.of(store, { id: 'run', done } as RunInfo);
  if (!keeper) throw new Error('another tab keeps it');
  return keeper;
}

const replica = (index: number): Trajectory => ({ index }) as Trajectory;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('navigator', {});
  written = [];
  failure = undefined;
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it('writes the first replica at once, and once a second what comes in then', async () => {
  const keeper = await keeperOf(5);
  keeper.add([replica(0)]);
  await vi.advanceTimersByTimeAsync(0);
  expect(written).toEqual([[0]]);
  for (let k = 1; k < 10; k++) {
    keeper.add([replica(k)]);
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(written).toEqual([[0]]);
  await vi.advanceTimersByTimeAsync(100);
  expect(written).toEqual([[0], [1, 2, 3, 4, 5, 6, 7, 8, 9]]);
  expect(keeper.kept).toBe(15);
});

it('writes what is left at once where somebody waits for it, and goes on as before', async () => {
  const keeper = await keeperOf(0);
  keeper.add([replica(0)]);
  await vi.advanceTimersByTimeAsync(10);
  keeper.add([replica(1)]);
  await keeper.settled();
  expect(written).toEqual([[0], [1]]);
  keeper.add([replica(2)]);
  await vi.advanceTimersByTimeAsync(0);
  keeper.add([replica(3)]);
  await vi.advanceTimersByTimeAsync(500);
  expect(written).toEqual([[0], [1], [2]]);
  await keeper.close();
  expect(written.at(-1)).toEqual([3]);
});

it('says why nothing more is kept, and lets nobody wait', async () => {
  const keeper = await keeperOf(0);
  failure = new DOMException('full', 'QuotaExceededError');
  keeper.add([replica(0)]);
  await keeper.settled();
  expect(keeper.problem).toMatch(/the storage of this browser is full/);
  failure = undefined;
  keeper.add([replica(1)]);
  await keeper.settled();
  expect([written, keeper.kept]).toEqual([[], 0]);
});
