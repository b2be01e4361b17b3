import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { afterFrame, FrameWork } from '../../src/ui/frames.ts';

/** Frames every 16 ms of a clock that the test turns; how many were asked for. */
let asked = 0;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  asked = 0;
  vi.stubGlobal('requestAnimationFrame', (work: (now: number) => void) => {
    asked++;
    return setTimeout(() => work(performance.now()), 16);
  });
  vi.stubGlobal('cancelAnimationFrame', clearTimeout);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it('does work once a frame, however often it is asked', () => {
  const work = vi.fn();
  const frames = new FrameWork(work, 0);
  for (let k = 0; k < 5; k++) frames.ask();
  vi.advanceTimersByTime(16);
  expect([asked, work.mock.calls.length]).toEqual([1, 1]);
  frames.ask();
  vi.advanceTimersByTime(16);
  expect(work).toHaveBeenCalledTimes(2);
});

it('asks for no frame before the interval is over, and for one then', () => {
  const work = vi.fn();
  const frames = new FrameWork(work, 200);
  frames.ask();
  vi.advanceTimersByTime(16);
  for (let k = 0; k < 19; k++) {
    frames.ask();
    vi.advanceTimersByTime(10);
  }
  expect([asked, work.mock.calls.length]).toEqual([1, 1]);
  vi.advanceTimersByTime(30);
  expect([asked, work.mock.calls.length]).toEqual([2, 2]);
});

it('waits no longer where the work has become urgent, and not at all where it is cancelled', () => {
  const work = vi.fn();
  const frames = new FrameWork(work, 1000);
  frames.ask();
  vi.advanceTimersByTime(16);
  frames.ask();
  frames.ask(true);
  vi.advanceTimersByTime(16);
  expect(work).toHaveBeenCalledTimes(2);
  frames.ask();
  frames.cancel();
  vi.advanceTimersByTime(5000);
  expect([asked, work.mock.calls.length]).toEqual([2, 2]);
});

it('does what can wait after the next frame, one after the other, whatever one of them throws', () => {
  const order: string[] = [];
  requestAnimationFrame(() => order.push('frame'));
  afterFrame(() => order.push('first'));
  afterFrame(() => {
    throw new Error('of the test');
  });
  afterFrame(() => order.push('third'));
  expect(() => vi.advanceTimersByTime(100)).toThrow('of the test');
  vi.advanceTimersByTime(100);
  expect(order).toEqual(['frame', 'first', 'third']);
});

it('waits for the interval that the work has set, where the work itself asks again', () => {
  const done: number[] = [];
  const frames: FrameWork = new FrameWork(() => {
    done.push(performance.now());
    frames.interval = 600;
    frames.ask();
  }, 200);
  const begun = performance.now();
  frames.ask();
  vi.advanceTimersByTime(1500);
  expect(done.map((at) => at - begun)).toEqual([16, 632, 1248]);
});
