import { css, html, render, svg } from 'lit';
import type uPlot from 'uplot';
import type { CellRange, MapWindow } from './map-window.ts';

/** Outlines of two colours: of what is selected, and of what is pointed at. */
export interface Marks {
  readonly selected: readonly CellRange[];
  readonly pointed: readonly CellRange[];
}

/** For the host of a plot with marks: a light edge keeps them visible on every colour of a map. */
export const marksStyle = css`
  .marks {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    pointer-events: none;
    fill: none;
  }
  .marks path {
    vector-effect: non-scaling-stroke;
    stroke-width: 2px;
    stroke: var(--ink);
  }
  .marks .edge {
    stroke-width: 4px;
    stroke: var(--ground);
  }
  .marks .pointed {
    stroke: var(--accent);
  }
`;

/**
 * Outlines over a plot, in the coordinates of its cells: they follow the pointer without the canvas being
 * drawn anew.
 * @param over the part of the plot inside its axes
 */
export function showMarks({ over }: uPlot, { x, y }: MapWindow, marks: Marks): void {
  // In a picture y grows downwards.
  const box = [x[0], -y[1], x[1] - x[0], y[1] - y[0]].join(' ');
  const paths = [
    ['selected', outlines(marks.selected)],
    ['pointed', outlines(marks.pointed)],
  ];
  const strokes = paths.map(
    ([name, outline]) =>
      svg`<path class="edge" d=${outline}></path><path class=${name} d=${outline}></path>`,
  );
  render(
    html`<svg class="marks" viewBox=${box} preserveAspectRatio="none" aria-hidden="true">${strokes}</svg>`,
    over,
  );
}

function outlines(ranges: readonly CellRange[]): string {
  return ranges
    .map(({ from, to }) => {
      const [width, height] = [to.ix - from.ix + 1, to.iy - from.iy + 1];
      return `M${from.ix - 0.5} ${-to.iy - 0.5}h${width}v${height}h${-width}z`;
    })
    .join('');
}
