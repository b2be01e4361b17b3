/** Lines of theory in the coordinates of the map: cells counted from 0, possibly between them. */
import { normalQuantile } from '../model/normal.ts';
import { followsMargin } from '../model/spec.ts';
import { lateTestTime } from '../model/theory/late.ts';
import { CRITICAL_LAMBDA, criticalMargin, divergenceLambda } from '../model/theory/margin.ts';
import { type SaddlePoint, saddlePointOfNorm } from '../model/theory/saddle.ts';
import type { SweepPlan } from '../sweep/plan.ts';
import { positionOf } from './scale.ts';

/** A line over the map, from cell to cell. */
export interface MapLine {
  readonly label: string;
  /** Where the label lies of the line's end; λc and λ* may be close. */
  readonly side: 'left' | 'right';
  /** Cell coordinates; undefined where the line leaves the map. */
  readonly points: readonly ({ readonly x: number; readonly y: number } | undefined)[];
}

/**
 * λ*(σ, a) of N → ∞ data over a map that has λ on an axis: beyond it the time to accuracy a is
 * infinite. Empty where λ is on no axis, a ≤ ½, or training does not follow the margin.
 */
export function divergenceLine({ spec, xs, ys }: SweepPlan, accuracy: number): MapLine[] {
  const onX = spec.x.over === 'lambda';
  if ((!onX && spec.y.over !== 'lambda') || accuracy <= 0.5 || !followsMargin(spec)) return [];
  const [lambdas, others] = onX ? [xs, ys] : [ys, xs];
  const other = onX ? spec.y.over : spec.x.over;
  const points = others.map((value, k) => {
    const sigma = other === 'sigma' ? value : spec.sigma;
    const lambda =
      spec.ensemble === 'twoPoint'
        ? (1 + criticalMargin(sigma, accuracy)) / 2 // its margin is 2λ − 1
        : divergenceLambda(sigma, accuracy);
    const at = positionOf(lambdas, lambda);
    if (at === undefined) return undefined;
    return onX ? { x: at, y: k } : { x: k, y: at };
  });
  // Cells are half a cell wider than their centres on both sides.
  const [first, last] = [points[0], points.at(-1)];
  const extended = [
    first && (onX ? { x: first.x, y: -0.5 } : { x: -0.5, y: first.y }),
    ...points,
    last && (onX ? { x: last.x, y: ys.length - 0.5 } : { x: xs.length - 0.5, y: last.y }),
  ];
  return [{ label: 'λ*', side: 'right', points: extended }];
}

/** Norms at which the curve below is computed: from λ ≈ 0.002 to λ ≈ 0.4998. */
const NORMS = { from: 0.05, to: 65, count: 90 };

let curve: readonly SaddlePoint[] | undefined;

/** ‖u∞‖ and E∞ along λ < ½, ascending; computed once, in some 50 ms. */
export function saddleCurve(): readonly SaddlePoint[] {
  const { from, to, count } = NORMS;
  curve ??= Array.from({ length: count }, (_, k) =>
    saddlePointOfNorm(from * (to / from) ** (k / (count - 1))),
  );
  return curve;
}

/** λ of the saddle point with the norm ‖u∞‖, between the points of the curve; its ends beyond it. */
export function lambdaOfNorm(norm: number): number {
  const points = saddleCurve();
  const position =
    ((points.length - 1) * Math.log(norm / NORMS.from)) / Math.log(NORMS.to / NORMS.from);
  const k = Math.min(points.length - 2, Math.max(0, Math.floor(position)));
  const s = Math.min(1, Math.max(0, position - k));
  return (1 - s) * (points[k] as SaddlePoint).lambda + s * (points[k + 1] as SaddlePoint).lambda;
}

/**
 * log10 t_test(a) at late times along λ < ½, for N → ∞; an overestimate while ‖u‖ still grows.
 */
export function lateTimes(accuracy: number): { lambda: number; log10t: number }[] {
  if (normalQuantile(accuracy) <= 0) return [];
  return saddleCurve()
    .filter(({ lambda }) => lambda < CRITICAL_LAMBDA)
    .map(({ lambda, norm, objective }) => ({
      lambda,
      log10t: lateTestTime(accuracy, norm, objective),
    }));
}
