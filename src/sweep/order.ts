import type { SweepPlan } from './plan.ts';

/**
 * Replica indices in an order that shows the whole map early: first the cells of a coarse grid,
 * then those of ever finer ones; the second seed of a cell after the first seed of all cells.
 */
export function* coarseToFine(plan: SweepPlan): Generator<number> {
  const columns = plan.xs.length;
  const rows = plan.ys.length;
  const coarsest = 2 ** Math.floor(Math.log2(Math.max(columns, rows)));
  for (let k = 0; k < plan.spec.seedsPerCell; k++) {
    for (let stride = coarsest; stride >= 1; stride /= 2) {
      for (let iy = 0; iy < rows; iy += stride) {
        for (let ix = 0; ix < columns; ix += stride) {
          const onCoarser = ix % (2 * stride) === 0 && iy % (2 * stride) === 0;
          if (!onCoarser || stride === coarsest) yield plan.firstOf(ix, iy) + k;
        }
      }
    }
  }
}
