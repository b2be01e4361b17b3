import { describe, expect, it } from 'vitest';
import { parseSpec } from '../../src/model/spec.ts';
import { draftOf, specOf } from '../../src/ui/draft.ts';
import { count, duration, endOf, powerOfTen, quantileText, time } from '../../src/ui/format.ts';
import { hashOf, stateFromHash } from '../../src/ui/link.ts';
import { PRESETS } from '../../src/ui/presets.ts';
import { niceStep, positionOf, ticks } from '../../src/ui/scale.ts';

describe('numbers in words', () => {
  it('writes times as people do', () => {
    expect([-2, 0, 1.5, 3.9999].map(time)).toEqual(['0.01', '1', '31.6', '10000']);
    expect([-4.3, 5.114, 12.999, 299.7].map(time)).toEqual([
      '5·10⁻⁵',
      '1.3·10⁵',
      '1·10¹³',
      '5·10²⁹⁹',
    ]);
    expect([powerOfTen(30), powerOfTen(-2)]).toEqual(['10³⁰', '10⁻²']);
  });

  it('never shows a censored time as a number', () => {
    expect(quantileText({ state: 'notBy' }, '10³⁰')).toBe('not by 10³⁰');
    expect(endOf(parseSpec({}))).toBe('10³⁰');
    expect(endOf(parseSpec({ dynamics: { kind: 'gd', steps: 30_000 } }))).toBe('step 30\u202f000');
    expect(quantileText({ state: 'fromStart' }, '10³⁰')).toBe('from the start');
    expect(quantileText({ state: 'none' }, '10³⁰')).toBe('–');
  });

  it('groups thousands and units without breaking them', () => {
    expect(count(1234567)).toBe('1\u202f234\u202f567');
    expect([duration(0.2), duration(125), duration(4000)]).toEqual([
      '1\u00a0s',
      '2\u00a0min 5\u00a0s',
      '1\u00a0h 6\u00a0min',
    ]);
  });
});

describe('axes of the map', () => {
  const lambdas = [0.4, 0.425, 0.45, 0.475, 0.5];

  it('has ticks at round values, also between cells', () => {
    expect(ticks(lambdas, 3)).toEqual([
      { position: 0, label: '0.40' },
      { position: expect.closeTo(2, 9), label: '0.45' },
      { position: expect.closeTo(4, 9), label: '0.50' },
    ]);
    expect(ticks([1, 2, 3], 8).map(({ label }) => label)).toEqual(['1', '2', '3']);
    expect(ticks([64, 128, 512], 8).map(({ label }) => label)).toEqual(['64', '128', '512']);
    expect(ticks([5], 8)).toEqual([{ position: 0, label: '5' }]);
  });

  it('places a value among the cells', () => {
    expect([positionOf(lambdas, 0.5), positionOf(lambdas, 0.4)]).toEqual([4, 0]);
    expect(positionOf(lambdas, 0.4375)).toBeCloseTo(1.5, 9);
    expect([positionOf(lambdas, 0.3), positionOf(lambdas, 0.6)]).toEqual([undefined, undefined]);
  });

  it('steps by 1, 2 or 5', () => {
    expect([0.011, 0.2, 0.3, 6, 1].map(niceStep)).toEqual([0.02, 0.2, 0.5, 10, 1]);
  });
});

describe('form and link', () => {
  it.each(PRESETS.map(({ name, spec }) => [name, spec] as const))(
    'restore the preset %s',
    (_, spec) => {
      expect(specOf(draftOf(spec))).toEqual(spec);
      expect(stateFromHash(hashOf(spec))?.spec).toEqual(spec);
    },
  );

  it('reads what people type', () => {
    const draft = draftOf(parseSpec({}));
    draft.samples = ' 64 ';
    draft.test = '0.8; 0.9';
    draft.y = { ...draft.y, over: 'sigma', form: 'list', list: '1 2,5' };
    const spec = specOf(draft);
    expect(spec.samples).toBe(64);
    expect(spec.thresholds.test).toEqual([0.8, 0.9]);
    expect(spec.y).toEqual({ over: 'sigma', values: [1, 2, 5] });
  });

  it('hands what is not a number to the parser, which says so', () => {
    const draft = draftOf(parseSpec({}));
    expect(() => specOf({ ...draft, sigma: '' })).toThrow(
      'sigma: got ""; expected a number from 0.01 to 1000',
    );
    expect(() => specOf({ ...draft, horizon: '1e400' })).toThrow(/^horizon: got "1e400"/);
  });

  it('has nothing to restore in another hash', () => {
    expect(stateFromHash('')).toBeUndefined();
    expect(stateFromHash('#about')).toBeUndefined();
  });
});
