/** Sweeps as the fits of the divergence and the scaling with N take them. */
import { CRITICAL_LAMBDA } from '../model/theory/margin.ts';
import type { SizeColumns } from '../results/collapse.ts';
import type { DivergenceColumn } from '../results/divergence.ts';
import type { SeparabilityCounts } from '../results/scaling.ts';
import { crossingsOf, type View } from './cells.ts';

/** Columns of a map over λ with their distance to the edge; none for other maps, or with an edge elsewhere. */
export function divergenceColumns(view: View, row: number): DivergenceColumn[] {
  const { plan } = view;
  const { spec } = plan;
  if (spec.x.over !== 'lambda' || spec.ensemble === 'twoPoint' || spec.data.shift !== 0) return [];
  const rows = spec.y.over === 'seed' ? plan.ys.map((_, iy) => iy) : [row];
  return plan.xs.map((_, ix) => {
    const { dimensions, samples } = plan.cell(ix, rows[0] as number);
    return {
      distance: CRITICAL_LAMBDA - dimensions / samples,
      crossings: rows.flatMap((iy) => crossingsOf(view, ix, iy)),
    };
  });
}

/** Widths of the transition, 1/(2√N), from the edge at which columns no longer scale. */
const SCALING_RANGE = 6;

/** One size of a map over λ and N. */
export interface SizeOfMap extends SizeColumns, SeparabilityCounts {}

/**
 * The sizes of a map over λ and N: times of the columns near the edge and, of all columns, how many
 * datasets are separable as far as they are certified. None for other maps, or with an edge elsewhere.
 */
export function sizesOfMap(view: View): SizeOfMap[] {
  const { plan, table } = view;
  const { spec } = plan;
  const onX = spec.x.over === 'lambda';
  if (onX ? spec.y.over !== 'samples' : spec.y.over !== 'lambda' || spec.x.over !== 'samples') {
    return [];
  }
  if (spec.data.shift !== 0) return [];
  const [lambdas, sizes] = onX ? [plan.xs, plan.ys] : [plan.ys, plan.xs];
  return sizes.map((samples, k) => {
    const cells = lambdas.map((_, l) => {
      const [ix, iy] = onX ? [l, k] : [k, l];
      const first = plan.firstOf(ix, iy);
      const lambda = plan.cell(ix, iy).dimensions / samples;
      const kinds = Array.from(
        { length: spec.seedsPerCell },
        (_, seed) => table.separability(first + seed)?.kind,
      );
      return {
        lambda,
        crossings: crossingsOf(view, ix, iy),
        separable: kinds.filter((kind) => kind === 'separable').length,
        total: kinds.filter((kind) => kind === 'separable' || kind === 'inseparable').length,
      };
    });
    const near = SCALING_RANGE / (2 * Math.sqrt(samples));
    return {
      samples,
      columns: cells.filter(({ lambda }) => Math.abs(lambda - CRITICAL_LAMBDA) <= near),
      points: cells,
    };
  });
}
