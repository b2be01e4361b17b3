/** What a mouse and fingers do on the map. */
import type uPlot from 'uplot';
import {
  type CellPosition,
  type CellRange,
  type MapWindow,
  moved,
  rangeOf,
  zoomed,
} from './map-window.ts';

/** What dragging does: `look`: a mouse selects cells, a finger scrolls the page. */
export type DragTool = 'look' | 'select' | 'move';

/** What gestures need to know, and whom they tell. */
export interface GestureHost {
  readonly columns: number;
  readonly rows: number;
  readonly explorable: boolean;
  readonly tool: DragTool;
  readonly window: MapWindow;
  hover(cell: CellPosition | undefined): void;
  select(cell: CellPosition): void;
  brush(range: CellRange): void;
  /** Also beyond the map; the host clamps it. */
  show(window: MapWindow): void;
}

/** Pixels that a pointer may move and still click. */
const CLICK = 5;

/** Change of the length of the window per pixel of a wheel. */
const WHEEL = 0.0015;

/** A drag that goes on. */
interface Drag {
  readonly x: number;
  readonly y: number;
  readonly cell: CellPosition;
  readonly window: MapWindow;
  readonly does: 'brush' | 'move' | 'nothing';
  moved: boolean;
}

/** Listens on the plot; its listeners go with the plot's element. */
export function listen(chart: uPlot, host: () => GestureHost): void {
  const { over } = chart;
  const fingers = new Map<number, { x: number; y: number }>();
  let drag: Drag | undefined;
  let pinch: { distance: number; x: number; y: number; window: MapWindow } | undefined;

  const place = ({ clientX, clientY }: PointerEvent | WheelEvent): { x: number; y: number } => {
    const box = over.getBoundingClientRect();
    return { x: clientX - box.left, y: clientY - box.top };
  };
  const cellAt = ({ x, y }: { x: number; y: number }): CellPosition => {
    const { columns, rows } = host();
    const within = (v: number, n: number): number => Math.min(n - 1, Math.max(0, Math.round(v)));
    return {
      ix: within(chart.posToVal(x, 'x'), columns),
      iy: within(chart.posToVal(y, 'y'), rows),
    };
  };
  /** Cells per pixel. */
  const scale = ({ x, y }: MapWindow): [number, number] => [
    (x[1] - x[0]) / over.clientWidth,
    (y[1] - y[0]) / over.clientHeight,
  ];

  const startPinch = (): void => {
    const [a, b] = [...fingers.values()];
    if (!a || !b) return;
    drag = undefined;
    pinch = {
      distance: Math.max(1, Math.hypot(a.x - b.x, a.y - b.y)),
      x: (a.x + b.x) / 2,
      y: (a.y + b.y) / 2,
      window: host().window,
    };
  };
  const movePinch = (): void => {
    const [a, b] = [...fingers.values()];
    if (!a || !b || !pinch) return;
    const { window } = pinch;
    const [perX, perY] = scale(window);
    const about = {
      x: window.x[0] + pinch.x * perX,
      y: window.y[1] - pinch.y * perY,
    };
    const factor = pinch.distance / Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
    const middle = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
    const dx = (pinch.x - middle.x) * perX * factor;
    const dy = (middle.y - pinch.y) * perY * factor;
    host().show(moved(zoomed(window, factor, about), dx, dy));
  };

  over.addEventListener('pointerdown', (event) => {
    const { explorable, tool, window } = host();
    if (!explorable || (event.pointerType === 'mouse' && event.button !== 0)) return;
    const at = place(event);
    if (event.pointerType === 'touch') {
      fingers.set(event.pointerId, at);
      if (fingers.size === 2) return startPinch();
    }
    const looks = event.pointerType === 'touch' ? 'nothing' : 'brush';
    const does = { look: looks, select: 'brush', move: 'move' }[tool] as Drag['does'];
    drag = { ...at, cell: cellAt(at), window, does, moved: false };
    if (does !== 'nothing') over.setPointerCapture(event.pointerId);
  });
  over.addEventListener('pointermove', (event) => {
    const at = place(event);
    if (fingers.has(event.pointerId)) fingers.set(event.pointerId, at);
    if (pinch) return movePinch();
    if (drag && Math.hypot(at.x - drag.x, at.y - drag.y) > CLICK) drag.moved = true;
    if (drag?.moved && drag.does === 'brush') host().brush(rangeOf(drag.cell, cellAt(at)));
    if (drag?.moved && drag.does === 'move') {
      const [perX, perY] = scale(drag.window);
      host().show(moved(drag.window, (drag.x - at.x) * perX, (at.y - drag.y) * perY));
    } else host().hover(cellAt(at));
  });
  const end = (event: PointerEvent): void => {
    fingers.delete(event.pointerId);
    if (pinch) {
      // The last finger of a pinch does not click.
      if (fingers.size === 0) pinch = undefined;
      return;
    }
    if (event.type === 'pointercancel') drag = undefined;
  };
  over.addEventListener('pointerup', end);
  over.addEventListener('pointercancel', end);
  over.addEventListener('pointerleave', () => host().hover(undefined));
  over.addEventListener('click', (event) => {
    const dragged = drag?.moved && drag.does !== 'nothing';
    drag = undefined;
    if (dragged) return;
    const cell = cellAt(place(event as PointerEvent));
    // A finger has pointed at nothing before.
    host().hover(cell);
    host().select(cell);
  });
  over.addEventListener(
    'wheel',
    (event) => {
      // Without a key the wheel scrolls the page; a pinch on a pad comes with ctrlKey.
      const { explorable, window } = host();
      if (!explorable || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      const at = place(event);
      const about = { x: chart.posToVal(at.x, 'x'), y: chart.posToVal(at.y, 'y') };
      host().show(zoomed(window, Math.exp(event.deltaY * WHEEL), about));
    },
    { passive: false },
  );
}
