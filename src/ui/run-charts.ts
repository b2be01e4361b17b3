/** The charts of one run. */
import { testQuantile } from '../model/observables.ts';
import type { Asymptotes } from './asymptotes.ts';
import type { ChartContent, Line, Mark } from './chart.ts';
import type { Curves } from './curves.ts';

/** A chart with its heading, what it says, and a line under it. */
export interface RunChart {
  readonly title: string;
  readonly label: string;
  readonly note?: string;
  readonly content: ChartContent;
}

/** Room above the data of the plane. */
const HEADROOM = 1.12;

/**
 * Accuracy, loss, norm and bias against time, and the plane of both.
 * @param thresholds test accuracies whose lines cross the plane
 */
export function chartsOf(
  curves: Curves,
  marks: readonly Mark[],
  asymptotes: Asymptotes | undefined,
  thresholds: readonly number[],
): RunChart[] {
  const overTime = { x: curves.log10t, xTitle: 't', xLogarithmic: true, marks } as const;
  const lowest = Math.min(...curves.testAccuracy, ...curves.trainAccuracy);
  const highest = Math.max(...curves.uNorm, ...curves.clock) * 1.05;
  return [
    {
      title: 'Accuracy',
      label: 'Train and test accuracy against time',
      content: {
        ...overTime,
        logarithmic: false,
        range: [Math.min(0.5, Math.floor(lowest * 10) / 10), 1.005],
        lines: [
          { label: 'train', colour: 'second', values: curves.trainAccuracy },
          { label: 'test', colour: 'accent', values: curves.testAccuracy },
        ],
      },
    },
    {
      title: 'Loss',
      label: 'Train and test loss against time, both logarithmic',
      content: {
        ...overTime,
        logarithmic: true,
        lines: [
          { label: 'train', colour: 'second', values: curves.trainLoss },
          { label: 'test', colour: 'accent', values: curves.testLoss },
        ],
      },
    },
    {
      title: 'Norm and bias',
      label: 'Norm of the weights in data units and minus the bias against time, with asymptotes',
      ...(asymptotes ? { note: asymptotes.source } : {}),
      content: {
        ...overTime,
        logarithmic: false,
        range: [0, highest],
        lines: [
          { label: '‖u‖', colour: 'second', values: curves.uNorm },
          { label: '−b', colour: 'accent', values: curves.clock },
          ...(asymptotes ? asymptoteLines(curves, asymptotes) : []),
        ],
      },
    },
    planeOf(curves, thresholds),
  ];
}

function asymptoteLines({ log10t }: Curves, { clock, uNorm }: Asymptotes): Line[] {
  return [
    { label: '', colour: 'second', dashed: true, values: log10t.map(uNorm) },
    { label: '', colour: 'accent', dashed: true, values: log10t.map(clock) },
  ];
}

/** The run in the plane of −b and ‖u‖, in which test accuracy is constant along rays. */
function planeOf({ clock, uNorm }: Curves, thresholds: readonly number[]): RunChart {
  // From the start on, so that rays begin where the run does.
  const x = [0, ...clock];
  const most = Math.max(...uNorm, 1e-6) * HEADROOM;
  const rays: Line[] = thresholds
    .filter((accuracy) => accuracy > 0.5)
    .map((accuracy) => ({
      label: String(accuracy),
      colour: 'muted',
      dashed: true,
      values: x.map((theta) => theta / testQuantile(accuracy)),
    }));
  return {
    title: 'Plane of bias and norm',
    label: `The run in the plane of minus the bias and the norm of the weights, with lines of test accuracy ${thresholds.join(', ')}`,
    note: 'Dashed: test accuracy is constant where ‖u‖ = −b/Φ⁻¹(a); below a line it is higher.',
    content: {
      x,
      xTitle: '−b',
      xLogarithmic: false,
      logarithmic: false,
      range: [0, most],
      marks: [],
      lines: [{ label: '‖u‖', colour: 'second', values: [0, ...uNorm] }, ...rays],
    },
  };
}

/** Test accuracy of a run against time, or its path in the plane of bias and norm. */
export interface Path {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** A chart with other runs beside its own, at its own values of x. */
export function withOthers(chart: RunChart, others: readonly Path[]): RunChart {
  const { x: grid, lines } = chart.content;
  const beside = others.map(({ x, y }, nth): Line => {
    let k = 0;
    const values = grid.map((at) => {
      while (k < x.length && (x[k] as number) < at) k++;
      const [x0, x1] = [x[k - 1], x[k]];
      if (x0 === undefined || x1 === undefined) return null;
      const [y0, y1] = [y[k - 1] as number, y[k] as number];
      return x1 === x0 ? y1 : y0 + ((at - x0) / (x1 - x0)) * (y1 - y0);
    });
    return { label: nth === 0 ? 'other' : '', colour: 'muted', dashed: true, values };
  });
  return { ...chart, content: { ...chart.content, lines: [...lines, ...beside] } };
}
