import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Address } from '../../src/ui/address.ts';

/** Steps of a tab, and the address that it begins with. */
let steps: string[] = [];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  vi.stubGlobal('requestAnimationFrame', (work: () => void) => setTimeout(work, 16));
  steps = ['#start'];
  vi.stubGlobal('location', {
    get hash(): string | undefined {
      return steps.at(-1);
    },
  });
  vi.stubGlobal('history', {
    pushState: (_: unknown, __: string, hash: string) => steps.push(hash),
    replaceState: (_: unknown, __: string, hash: string) => steps.splice(-1, 1, hash),
  });
});

afterEach(() => {
  vi.runAllTimers();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it('has a step at once, or when the next frame has been shown', () => {
  const address = new Address();
  address.push('#a');
  address.pushSoon('#b');
  expect(steps).toEqual(['#start', '#a']);
  vi.advanceTimersByTime(17);
  expect(steps).toEqual(['#start', '#a', '#b']);
  // Nothing has changed.
  address.push('#b');
  address.pushSoon('#b');
  vi.runAllTimers();
  expect(steps).toEqual(['#start', '#a', '#b']);
});

it('puts a drag there when it rests, as one change', () => {
  const address = new Address();
  for (let k = 0; k < 10; k++) {
    address.replaceSoon(`#${k}`);
    vi.advanceTimersByTime(100);
  }
  expect(steps).toEqual(['#start']);
  vi.runAllTimers();
  expect(steps).toEqual(['#9']);
});

it('goes on to what came last, whichever way', () => {
  const address = new Address();
  // A drag that has just ended, then a click: one step on, and nothing that overtakes it.
  address.replaceSoon('#dragged');
  address.pushSoon('#clicked');
  address.replaceSoon('#dragged again');
  vi.runAllTimers();
  expect(steps).toEqual(['#start', '#dragged again']);
  address.pushSoon('#clicked');
  address.push('#run');
  vi.runAllTimers();
  expect(steps).toEqual(['#start', '#dragged again', '#run']);
  address.replaceSoon('#dragged');
  address.replace('#flow');
  vi.runAllTimers();
  expect(steps).toEqual(['#start', '#dragged again', '#flow']);
});

it('puts nothing there once it is to forget', () => {
  const address = new Address();
  address.pushSoon('#a');
  address.replaceSoon('#b');
  address.forget();
  vi.runAllTimers();
  expect(steps).toEqual(['#start']);
});
