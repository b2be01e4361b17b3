import { describe, expect, it } from 'vitest';
import { mapText } from '../../src/cli/map.ts';
import { parseSpec } from '../../src/model/spec.ts';
import { ResultTable } from '../../src/results/table.ts';
import type { Crossing } from '../../src/results/times.ts';
import { type CellState, colourRange } from '../../src/sweep/cells.ts';
import { SweepPlan } from '../../src/sweep/plan.ts';

const spec = parseSpec({
  samples: 16,
  thresholds: { test: [0.95], train: [1] },
  x: { over: 'lambda', values: [0.25, 0.5, 0.75] },
  y: { over: 'seed', from: 9, to: 10, step: 1 },
});

function table(crossings: (Crossing | 'failed' | 'pending')[]): ResultTable {
  const results = new ResultTable(spec, 6, () => ({ samples: 16, sigma: 5, horizon: 30 }));
  const final = { log10t: 1, bias: -1, uNorm: 1, testAccuracy: 1, trainAccuracy: 1, trainLoss: 1 };
  for (const [index, crossing] of crossings.entries()) {
    if (crossing === 'pending') continue;
    const failed = crossing === 'failed';
    results.store(index, {
      testTimes: failed ? [] : [crossing],
      trainTimes: failed ? [] : [crossing],
      final: failed ? null : final,
      gradients: 1,
      failure: failed ? 'made to' : null,
      separability: null,
    });
  }
  return results;
}

const at = (log10t: number): Crossing => ({ state: 'crossed', log10t });

describe('map as text', () => {
  const view = {
    plan: new SweepPlan(spec),
    table: table([at(0), at(3.9), { state: 'notBy' }, { state: 'fromStart' }, 'failed', 'pending']),
    quantity: 'testTime' as const,
    accuracy: 0.95,
  };

  it('tells every state apart, the first row at the bottom', () => {
    const lines = mapText(view, { width: 80, colour: false }).split('\n');
    expect(lines.slice(0, 4)).toEqual([
      'log10 t_test(0.95), seed over λ = d/N',
      '10 oX ',
      ' 9 ·#/',
      '   0.25 0.75',
    ]);
    expect(lines[4]).toBe(
      '10⁰ ·:-=+*%# 10⁴ and later   / not by 10³⁰   ∞ never   o from the start   X failed',
    );
    expect(lines.slice(6, 10)).toEqual([
      '   λ   median t_test   not by t_end',
      '0.25               1            0/2',
      ' 0.5            7940            0/1',
      '0.75     not by 10³⁰            1/1',
    ]);
  });

  it('shows what has been proven never to happen', () => {
    const results = table([at(0), at(3.9), { state: 'notBy' }]);
    results.certify({ index: 2, separability: { kind: 'separable', lower: 0.3, upper: 0.3 } });
    const lines = mapText({ ...view, table: results }, { width: 80, colour: false }).split('\n');
    expect(lines[2]).toBe(' 9 ·#∞');
    expect(lines[9]).toMatch(/^0\.75\s+never\s+0\/1$/);
  });

  it('leaves columns out where the line is too short, and says so', () => {
    const lines = mapText(view, { width: 6, colour: false }).split('\n');
    expect(lines[1]).toBe('10 o ');
    expect(lines).toContain('(one column in 2 is shown)');
  });

  it('colours on request', () => {
    expect(mapText(view, { width: 80, colour: true })).toContain('\x1b[48;2;68;1;84m \x1b[0m');
  });
});

describe('colour range', () => {
  it('spans whole decades around all but the latest tenth', () => {
    const value = (x: number): CellState => ({ state: 'value', value: x });
    const range = (states: CellState[]) => colourRange(states, 'testTime');
    expect(range([value(-0.5), value(2.1), { state: 'notBy' }])).toEqual([-1, 3]);
    const many = Array.from({ length: 100 }, (_, k) => value(k / 10));
    expect(range([...many, value(200)])).toEqual([0, 9]);
    expect(range([{ state: 'pending' }])).toEqual([0, 4]);
  });
});
