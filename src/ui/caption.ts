/** What the map is of, in words: a picture of the page should say it by itself. */
import { isDescent } from '../model/dynamics.ts';
import type { SweepPlan } from '../sweep/plan.ts';
import { endOf, PARAMETER_LABELS } from './format.ts';
import { dataText, dynamicsText } from './settings.ts';

/** What all cells have in common: N 128, σ 5, to t = 10³⁰. */
export function commonText({ spec }: SweepPlan): string {
  const fixed = (['samples', 'sigma', 'lambda'] as const)
    .filter((name) => name !== spec.x.over && name !== spec.y.over)
    .map((name) => `${PARAMETER_LABELS[name].symbol} ${spec[name]}`);
  const trained = dynamicsText(spec.dynamics, [spec.x.over, spec.y.over]);
  const data = dataText(spec.data);
  const more = [
    ...(data === '' ? [] : [data]),
    ...(trained === '' ? [] : [trained]),
    ...(spec.ensemble === 'nested' ? ['nested data'] : []),
    ...(spec.tolerance === 'fine' ? ['fine tolerance'] : []),
  ];
  const end = isDescent(spec.dynamics.kind) ? endOf(spec) : `t = ${endOf(spec)}`;
  return [...fixed, ...more, `to ${end}`].join(', ');
}

/** What one cell is. */
export function cellText(plan: SweepPlan): string {
  const { seedsPerCell } = plan.spec;
  const cell =
    seedsPerCell > 1
      ? `each cell the median over ${seedsPerCell} seeds`
      : 'each cell one replica, its own data, its own run';
  return sharesData(plan)
    ? `${cell}; d = round(λN) is the same for some neighbours, and so are their data`
    : cell;
}

/** Whether λ is so finely spaced that neighbours round to the same d somewhere on the map. */
function sharesData(plan: SweepPlan): boolean {
  const { x, y, ensemble } = plan.spec;
  if (ensemble === 'twoPoint') return false;
  if (x.over !== 'lambda' && y.over !== 'lambda') return false;
  const rows = plan.ys.map((_, iy) => plan.xs.map((_, ix) => plan.cell(ix, iy)));
  const lines = x.over === 'lambda' ? rows : plan.xs.map((_, ix) => rows.map((row) => row[ix]));
  return lines.some((line) =>
    line.some((cell, k) => k > 0 && cell?.dimensions === line[k - 1]?.dimensions),
  );
}
