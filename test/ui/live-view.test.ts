import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LiveView } from '../../src/ui/live-view.ts';

/** What was shown, and when, in milliseconds of a clock that the test turns. */
let log: [what: string, at: number][] = [];
let running = true;
let begun = 0;
let live: LiveView;

const said = (what: string): number[] => log.flatMap(([each, at]) => (each === what ? [at] : []));
/** Milliseconds between each of a list and the next. */
const gaps = (times: readonly number[]): number[] =>
  times.slice(1).map((at, k) => at - (times[k] as number));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  vi.stubGlobal('requestAnimationFrame', (work: (now: number) => void) =>
    setTimeout(() => work(performance.now()), 16),
  );
  vi.stubGlobal('cancelAnimationFrame', clearTimeout);
  [log, running, begun] = [[], true, performance.now()];
  const tell = (what: string) => async () => {
    log.push([what, performance.now() - begun]);
  };
  live = new LiveView({
    isRunning: () => running,
    note: tell('note'),
    pictures: [tell('map'), tell('profile')],
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** Something comes in every 10 ms, and the reader points so often. */
async function run(milliseconds: number, pointsEvery?: number): Promise<void> {
  for (let at = 0; at < milliseconds; at += 10) {
    if (pointsEvery !== undefined && at % pointsEvery === 0) live.noteInput();
    live.ask();
    await vi.advanceTimersByTimeAsync(10);
  }
}

it('tells five times a second and paints with it, a frame for each picture', async () => {
  await run(2000);
  expect(said('note').length).toBeGreaterThan(5);
  // The interval, until something comes in, and a frame.
  for (const gap of gaps(said('note'))) {
    expect(gap).toBeGreaterThanOrEqual(200);
    expect(gap).toBeLessThanOrEqual(200 + 10 + 2 * 16);
  }
  expect(said('map')).toEqual(said('note'));
  expect(said('profile')).toEqual(said('map').map((at) => at + 16));
});

it('leaves frames to a reader who points, and paints in a pause all the same', async () => {
  await run(1000);
  log = [];
  await run(9000, 150);
  for (const gap of gaps(said('note'))) expect(gap).toBeGreaterThanOrEqual(600);
  const paints = said('map');
  expect(paints.length).toBeGreaterThan(2);
  for (const gap of gaps(paints)) {
    expect(gap).toBeGreaterThanOrEqual(2000);
    expect(gap).toBeLessThan(2500);
  }
  // The frame after an input answers it; pictures are made long after that, and long before the next input.
  for (const at of paints) expect((at - 1000) % 150).toBe(40);
});

it('paints nothing between a move of the pointer and the press that follows', async () => {
  await run(5000, 150);
  log = [];
  for (let k = 0; k < 20; k++) {
    live.noteInput();
    await vi.advanceTimersByTimeAsync(30);
    live.noteInput();
    const before = said('map').length;
    await vi.advanceTimersByTimeAsync(39);
    expect(said('map')).toHaveLength(before);
    await vi.advanceTimersByTimeAsync(150);
  }
  expect(said('map').length).toBeGreaterThan(1);
});

it('answers between two pictures', async () => {
  await run(1000);
  log = [];
  while (said('map').length === 0) await run(10);
  const at = performance.now() - begun;
  live.noteInput();
  await vi.advanceTimersByTimeAsync(200);
  // The pause, from the frame of the answer on, and a frame.
  expect(said('profile')[0]).toBeGreaterThanOrEqual(at + 40);
  expect(said('profile')[0]).toBeLessThanOrEqual(at + 40 + 2 * 16);
});

it('paints for a reader who makes no pause', async () => {
  await run(1000);
  log = [];
  await run(20_000, 10);
  for (const picture of ['map', 'profile']) {
    expect(said(picture).length).toBeGreaterThan(1);
    for (const gap of gaps(said(picture))) expect(gap).toBeLessThan(3 * 2000 + 500);
  }
});

it('paints soon after the reader has come to rest', async () => {
  await run(1000, 150);
  log = [];
  await run(1000);
  expect((said('map')[0] as number) - 1000).toBeLessThan(900);
  for (const gap of gaps(said('note')).slice(1)) expect(gap).toBeLessThan(300);
});

it('shows at once what has ended, whoever points', async () => {
  await run(1000, 150);
  log = [];
  running = false;
  const at = performance.now() - begun;
  live.noteInput();
  live.ask();
  await vi.advanceTimersByTimeAsync(40);
  expect(log).toEqual([
    ['note', at + 16],
    ['map', at + 16],
    ['profile', at + 32],
  ]);
  await vi.advanceTimersByTimeAsync(5000);
  expect(log).toHaveLength(3);
});
