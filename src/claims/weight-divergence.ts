import { type SaddlePoint, saddlePoint, saddlePointOfNorm } from '../model/theory/saddle.ts';
import { limitNormOf } from '../results/limits.ts';
import { type Claim, type Figure, type SweepResult, type Verdict, verdict } from './claim.ts';
import { median, replicasOf, stateAt } from './measure.ts';
import { overSeeds } from './sweeps.ts';

const LAMBDAS = [0.2, 0.3, 0.35, 0.4, 0.43, 0.45];
const HORIZON = 30;
const SCALE = {
  small: { samples: 600, seeds: 8 },
  medium: { samples: 1200, seeds: 12 },
  large: { samples: 4000, seeds: 12 },
} as const;

/** ‖S∞‖ diverges at the edge. */
export const weightDivergence: Claim = {
  id: 'weight-divergence',
  title: 'The weights settle, at a norm that diverges',
  text:
    'Below the edge no direction separates the data, so the weights come to rest where the late-time ' +
    'objective (1/N) Σ exp(u·g) has its minimum, while the bias falls for ever. The norm ‖u∞‖ = σ‖S∞‖ of ' +
    'that point does not depend on σ. For large N it follows from a saddle point with the Lambert ' +
    'function, and grows like √(0.857/(½ − λ)) towards the edge.',
  sweeps: (size) => [overSeeds(LAMBDAS, SCALE[size], { horizon: HORIZON, until: 'horizon' })],
  verdicts: ([result]) => (result ? judge(result) : []),
  figures: ([result]) => (result ? [draw(result)] : []),
};

const norms = (result: SweepResult, ix: number): number[] =>
  replicasOf(result, ix).flatMap(({ separability }) => {
    const norm = separability && limitNormOf(separability);
    return norm === undefined ? [] : [norm];
  });

function judge(result: SweepResult): Verdict[] {
  const { plan } = result;
  const { samples } = plan.spec;
  const verdicts = LAMBDAS.map((lambda, ix) => {
    const { norm } = saddlePoint(lambda);
    // λ of a dataset scatters by 1/(2√N) about its own; near the edge that moves ‖u∞‖ most.
    const scatter = 1 / (2 * Math.sqrt(samples * plan.ys.length));
    const slope = (saddlePoint(lambda + 0.005).norm - saddlePoint(lambda - 0.005).norm) / 0.01;
    return verdict(
      `‖u∞‖ at λ = ${lambda}, median`,
      median(norms(result, ix)),
      'near',
      norm,
      3 * 1.25 * slope * scatter + norm / Math.sqrt(samples),
      'finite N moves each dataset by about 1/(2√N) in λ: three standard errors, and 1/√N for the bias',
    );
  });
  const ratios = replicasOf(result).flatMap(({ rows, separability }) =>
    rows && separability?.kind === 'inseparable' && separability.norm < 8
      ? [stateAt(rows, HORIZON).uNorm / separability.norm]
      : [],
  );
  return [
    ...verdicts,
    verdict(
      '‖u‖ at t = 10³⁰ over ‖u∞‖ of the same dataset by Newton’s method, largest deviation from 1',
      Math.max(...ratios.map((ratio) => Math.abs(ratio - 1))),
      'atMost',
      0.01,
      0,
      'one per cent for datasets with ‖u∞‖ below 8, which have settled by then',
    ),
  ];
}

/** Norms of the theory's line, which is cheap to follow from norm to λ: λ from 0.15 to 0.49. */
const NORMS = { from: 0.524, to: 8.6, count: 48 };

let curve: readonly SaddlePoint[] | undefined;

function theory(): readonly SaddlePoint[] {
  const { from, to, count } = NORMS;
  curve ??= Array.from({ length: count }, (_, k) =>
    saddlePointOfNorm(from * (to / from) ** (k / (count - 1))),
  );
  return curve;
}

function draw(result: SweepResult): Figure {
  return {
    kind: 'chart',
    title: 'Norm of the settled weights against λ',
    xTitle: 'λ = d/N',
    yTitle: '‖u∞‖ = σ‖S∞‖',
    xLogarithmic: false,
    yLogarithmic: false,
    series: [
      {
        label: 'saddle point, N → ∞',
        kind: 'theory',
        x: theory().map(({ lambda }) => lambda),
        y: theory().map(({ norm }) => norm),
      },
      {
        label: 'datasets',
        kind: 'points',
        x: LAMBDAS.flatMap((lambda, ix) => finite(norms(result, ix)).map(() => lambda)),
        y: LAMBDAS.flatMap((_, ix) => finite(norms(result, ix))),
      },
    ],
  };
}

const finite = (values: readonly number[]): number[] => values.filter(Number.isFinite);
