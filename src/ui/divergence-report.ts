/** The fits of the divergence in words and as pictures. */
import { followsMargin } from '../model/spec.ts';
import type { Estimate } from '../model/statistics.ts';
import { fitCollapse } from '../results/collapse.ts';
import { type Divergence, fitDivergence, predictedSlope } from '../results/divergence.ts';
import type { ChartFigure, Series } from '../results/figure.ts';
import { fitSeparability } from '../results/scaling.ts';
import type { View } from '../sweep/cells.ts';
import { divergenceColumns, sizesOfMap } from '../sweep/divergence.ts';
import { number } from './format.ts';

/** What there is to say, one sentence or two a paragraph, and to show. */
export interface Report {
  readonly paragraphs: readonly string[];
  readonly figures: readonly ChartFigure[];
}

const estimate = ({ value, low, high }: Estimate): string =>
  `${number(value, 3)} (95 %: ${number(low, 3)} to ${number(high, 3)})`.replaceAll('-', '−');

/** Power law against essential singularity; undefined where x does not run over λ below the edge. */
export function divergenceReport(view: View, row: number): Report | undefined {
  const columns = divergenceColumns(view, row);
  if (columns.filter(({ distance }) => distance > 0).length < 2) return undefined;
  // An axis over η has its own t_end in every row.
  const { horizon } = view.plan.cell(0, row);
  const fit = fitDivergence(columns, { horizon });
  const { accuracy } = view;
  const { essential, power, free, counts } = fit;
  const used = `${counts.timed} columns with a median, ${counts.censored} with a lower bound`;
  if (!essential || !power) {
    return {
      paragraphs: [
        `Too little for a fit: ${used}. It takes several values of λ below ½ and at least four seeds.`,
      ],
      figures: [],
    };
  }
  const quality = (reduced: number): string =>
    Number.isFinite(reduced) ? `, χ² per degree of freedom ${number(reduced, 2)}` : '';
  const paragraphs = [
    `Medians over seeds at ε = ½ − λ, ${used}, ε over ${number(fit.decades, 2)} decades.`,
    `Essential singularity, ln t = A + B ε^−½: B = ${estimate(essential.slope)}${quality(essential.reducedChiSquared)}. ` +
      (accuracy > 0.5 && followsMargin(view.plan.spec)
        ? `Late-time theory for N → ∞ has B → ${number(predictedSlope(accuracy), 3)}.`
        : ''),
    `Power law, t ~ ε^−ν: ν = ${estimate(power.slope)}${quality(power.reducedChiSquared)}.`,
    ...(free
      ? [
          `With a free exponent, ln t ~ ε^−μ: μ = ${estimate(free.exponent)}; 0 is the power law, ½ the essential singularity.`,
        ]
      : []),
    verdictText(fit),
    'Such data cannot decide more: ε spans few decades, over which a power law of large exponent ' +
      'imitates an essential singularity, and within 1/(2√N) of the edge the datasets of one λ lie ' +
      'on either side of it.',
  ];
  return { paragraphs, figures: [divergenceFigure(fit)] };
}

function verdictText({ verdict, advantage, flags }: Divergence): string {
  const size = advantage ? ` (log-likelihood ratio ${estimate(advantage)})` : '';
  if (flags.tooFewColumns) return 'Fewer than four columns have a time: no verdict.';
  const text = {
    essential: `These data prefer the essential singularity${size}.`,
    power: `These data prefer the power law${size}.`,
    undecided: `These data do not decide between the two${size}.`,
  }[verdict];
  return flags.bothPoor ? `${text} Neither law fits well.` : text;
}

/** log10 t against ε^−½, on which the essential singularity is a straight line. */
function divergenceFigure({ columns, essential, power }: Divergence): ChartFigure {
  const decade = Math.LN10;
  const timed = columns.filter(({ censored }) => !censored);
  const bounds = columns.filter(({ censored }) => censored);
  const position = (distance: number): number => distance ** -0.5;
  const xs = columns.map(({ distance }) => position(distance));
  const [low, high] = [Math.min(...xs), Math.max(...xs)];
  const grid = Array.from({ length: 41 }, (_, k) => low + ((high - low) * k) / 40);
  const law = (label: string, kind: Series['kind'], value: (x: number) => number): Series => ({
    label,
    kind,
    x: grid,
    y: grid.map((x) => value(x) / decade),
  });
  return {
    kind: 'chart',
    title: 'Median grokking time towards the edge',
    xTitle: '(½ − λ)^−½',
    yTitle: 't_test',
    xLogarithmic: false,
    yLogarithmic: true,
    series: [
      {
        label: 'medians, standard errors',
        kind: 'points',
        x: timed.map(({ distance }) => position(distance)),
        y: timed.map(({ lnTime }) => lnTime / decade),
        error: timed.map(({ error }) => error / decade),
      },
      ...(bounds.length > 0
        ? [
            {
              label: 'later than t_end',
              kind: 'points' as const,
              x: bounds.map(({ distance }) => position(distance)),
              y: bounds.map(({ lnTime }) => lnTime / decade),
            },
          ]
        : []),
      ...(essential
        ? [
            law(
              'essential singularity',
              'theory',
              (x) => essential.intercept.value + essential.slope.value * x,
            ),
          ]
        : []),
      ...(power
        ? [
            law(
              'power law',
              'line',
              (x) => power.intercept.value + power.slope.value * 2 * Math.log(x),
            ),
          ]
        : []),
    ],
  };
}

/** Finite-size scaling; undefined for maps that are not over λ and N. */
export function scalingReport(view: View): Report | undefined {
  const sizes = sizesOfMap(view);
  if (sizes.length < 2) return undefined;
  const paragraphs: string[] = [];
  const figures: ChartFigure[] = [];
  const certified = sizes.some(({ points }) => points.some(({ total }) => total > 0));
  if (certified) {
    const { exponent, transitions } = fitSeparability(sizes);
    paragraphs.push(
      exponent
        ? `Fraction separable: the transition of size N is as steep as N^x with x = ${estimate(exponent)}; Wendel’s theorem has ½. Half are separable at λ = ${transitions.map(({ samples, edge }) => `${number(edge.value, 4)} (N ${samples})`).join(', ')}.`
        : 'Fraction separable: these sizes and values of λ do not tell a slope each.',
    );
    figures.push(fractionFigure(sizes));
  } else {
    paragraphs.push('Fraction separable: certify the datasets to see how its transition sharpens.');
  }
  const collapse = fitCollapse(sizes, { horizon: view.plan.cell(0, 0).horizon });
  if (collapse.exponent) {
    paragraphs.push(
      `Times: the curves of all sizes lie closest in the variable (λ − ½)N^w with w = ${estimate(collapse.exponent)}, mean square distance ${number(collapse.spread, 2)} in standard errors; theory has ½. ` +
        `${collapse.censored} medians are lower bounds and in no curve. Columns within 3/√N of the edge are used.`,
    );
    figures.push({
      kind: 'chart',
      title: 'Collapse of the times of all sizes',
      xTitle: `(λ − ½) N^${number(collapse.exponent.value, 3)}`,
      yTitle: 'log₁₀ t_test · N^−¼',
      xLogarithmic: false,
      yLogarithmic: false,
      series: collapse.curves.map(({ samples, points }) => {
        const timed = points.filter(({ censored }) => !censored);
        return {
          label: `N ${samples}`,
          kind: 'line',
          x: timed.map(({ x }) => x),
          y: timed.map(({ y }) => y),
          error: timed.map(({ error }) => error),
        };
      }),
    });
  } else {
    paragraphs.push(
      'Times: the sizes have too few medians in common near the edge for a collapse.',
    );
  }
  return { paragraphs, figures };
}

/** Fractions on the axis on which Wendel's transitions coincide. */
function fractionFigure(sizes: ReturnType<typeof sizesOfMap>): ChartFigure {
  return {
    kind: 'chart',
    title: 'Fraction separable of all sizes',
    xTitle: '(λ − ½) √N',
    yTitle: 'fraction separable',
    xLogarithmic: false,
    yLogarithmic: false,
    series: sizes.map(({ samples, points }) => {
      const counted = points.filter(({ total }) => total > 0);
      return {
        label: `N ${samples}`,
        kind: 'line',
        x: counted.map(({ lambda }) => (lambda - 0.5) * Math.sqrt(samples)),
        y: counted.map(({ separable, total }) => separable / total),
      };
    }),
  };
}
