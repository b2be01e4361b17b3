import { describe, expect, it } from 'vitest';
import { FieldError } from '../../src/model/fields.ts';
import { parseSpec } from '../../src/model/spec.ts';
import { FIRST_VIEW, type LabView, VIEW_KEYS } from '../../src/ui/lab-view.ts';
import { hashOf, stateFromHash } from '../../src/ui/link.ts';

const specs = [
  {},
  { samples: 512, x: { over: 'lambda', from: 0.4, to: 0.56, step: 0.0025 } },
  { x: { over: 'sigma', from: 1, to: 5, count: 9 }, y: { over: 'samples', values: [64, 128] } },
  { thresholds: { test: [0.8, 0.97], train: [1] }, dynamics: { kind: 'conformal' } },
  { ensemble: 'nested', tolerance: 'fine', until: 'horizon', horizon: 12.5 },
];

const view: LabView = {
  quantity: 'delay',
  accuracy: 0.97,
  colourMap: 'cividis',
  colourRange: [-1.5, 12],
  window: { x: [1.25, 8.5], y: [-0.5, 6.75] },
  cell: { ix: 2, iy: 1 },
  nth: 0,
  brush: { from: { ix: 0, iy: 0 }, to: { ix: 3, iy: 1 } },
  tour: 3,
  recorded: { engine: 'cpu', digest: 'af63dc4c8601ec8c', time: '-0.12345' },
};

describe('links', () => {
  it.each(specs)('restore the spec %j', (json) => {
    const spec = parseSpec(json);
    expect(stateFromHash(hashOf(spec))).toEqual({ spec, view: FIRST_VIEW });
    // As a browser hands it back.
    expect(stateFromHash(new URL(hashOf(spec), 'http://x/').hash)?.spec).toEqual(spec);
  });

  it('restore the view, in few characters', () => {
    const spec = parseSpec({ samples: 64 });
    const hash = hashOf(spec, view);
    expect(stateFromHash(hash)).toEqual({ spec, view });
    expect(hash).toBe(
      '#version=1&samples=64&show=delay&a=0.97&colours=cividis&range=-1.5,12&zoom=1.25,8.5,-0.5,6.75&cell=2,1&cells=0,0,3,1&tour=3&replay=cpu:af63dc4c8601ec8c:-0.12345',
    );
  });

  it('keep the names of a view apart from those of a spec', () => {
    const fields: string[] = [...Object.keys(parseSpec({})), 'test', 'train'];
    expect(VIEW_KEYS.filter((key) => fields.includes(key))).toEqual([]);
  });

  it('of earlier versions, with the spec as JSON, are read', () => {
    const hash = `#spec=${encodeURIComponent('{"samples":32}')}`;
    expect(stateFromHash(hash)?.spec).toEqual(parseSpec({ samples: 32 }));
  });

  it.each([
    ['#samples=1', /^link: samples: got 1; expected a whole number from 2/],
    ['#samples=many', /^link: samples: got "many"; expected a whole number/],
    ['#colour=red', /^link: colour: got "red"; expected no such field/],
    ['#x=lambda:1:2', /^link: x: got "lambda:1:2"; expected over:from:to:step/],
    ['#x=lambda:0.3:0.2:0.1', /^link: x\.to: got 0\.2; expected at least from, 0\.3/],
    ['#show=speed', /^link: show: got "speed"; expected one of "testTime"/],
    ['#a=0.999', /^link: a: got 0\.999; expected a number from 0\.5 to 0\.99$/],
    ['#a=', /^link: a: got ""; expected 1 numbers/],
    ['#cell=400,0', /^link: cell: got 400; expected a whole number from 0 to 24/],
    ['#cell=1', /^link: cell: got "1"; expected 2 numbers/],
    ['#range=4,1', /^link: range: got "4,1"; expected a lower number/],
    ['#nth=1', /^link: nth: got 1; expected a whole number from 0 to 0/],
    ['#replay=cpu:1:2', /^link: replay: got "cpu:1:2"; expected engine:digest:time/],
    ['#dynamics={', /^link: dynamics: got "\{"; expected JSON/],
    ['#samples=%E0%A4%A', /^link: samples: got "%E0%A4%A"; expected text with whole/],
  ])('complain about %s', (hash, message) => {
    expect(() => stateFromHash(hash)).toThrow(FieldError);
    expect(() => stateFromHash(hash)).toThrow(message);
  });
});
