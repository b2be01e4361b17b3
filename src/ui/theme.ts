import { css } from 'lit';

/** Colours and type that all components share, as custom properties that a host may override. */
export const theme = css`
  :host {
    --ink: var(--grok-ink, #16181d);
    --muted: var(--grok-muted, #5b6270);
    --line: var(--grok-line, #d9dce3);
    --ground: var(--grok-ground, #ffffff);
    --raised: var(--grok-raised, #f5f6f8);
    --accent: var(--grok-accent, #0b57d0);
    --on-accent: var(--grok-on-accent, #ffffff);
    --second: var(--grok-second, #b3470a);
    --third: var(--grok-third, #1a7f37);
    --fourth: var(--grok-fourth, #7b3fb5);
    --danger: var(--grok-danger, #b3261e);
    --hatch: var(--grok-hatch, #8b92a0);
    --neutral: var(--grok-neutral, #dfe2e8);
    --never: var(--grok-never, #c3c8d2);
    --start: var(--grok-start, #f3c4d8);
    color: var(--ink);
    font-family: system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif;
    font-size: 15px;
    line-height: 1.45;
    font-variant-numeric: tabular-nums;
  }
  @media (prefers-color-scheme: dark) {
    :host {
      --ink: var(--grok-ink, #e8eaee);
      --muted: var(--grok-muted, #a2a9b6);
      --line: var(--grok-line, #343943);
      --ground: var(--grok-ground, #101216);
      --raised: var(--grok-raised, #1a1d23);
      --accent: var(--grok-accent, #8ab4f8);
      --on-accent: var(--grok-on-accent, #0b1a33);
      --second: var(--grok-second, #f0a06a);
      --third: var(--grok-third, #7ee787);
      --fourth: var(--grok-fourth, #c9a2f5);
      --danger: var(--grok-danger, #f2b8b5);
      --hatch: var(--grok-hatch, #7d8594);
      --neutral: var(--grok-neutral, #2b2f38);
      --never: var(--grok-never, #454b57);
      --start: var(--grok-start, #6b3550);
    }
  }
  /* Canvases draw with these names as well. */
  @media (forced-colors: active) {
    :host {
      --ink: CanvasText;
      --muted: CanvasText;
      --line: GrayText;
      --ground: Canvas;
    }
  }
  :host,
  :host * {
    box-sizing: border-box;
  }
  h2,
  h3 {
    margin: 0;
    font-weight: 650;
    line-height: 1.25;
  }
  h2 {
    font-size: 1.2rem;
  }
  h3 {
    font-size: 0.95rem;
  }
  p {
    margin: 0;
  }
  .muted {
    color: var(--muted);
    font-size: 0.875rem;
  }
  button,
  select,
  input {
    font: inherit;
    color: inherit;
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
  .spoken {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;

/** Colours that canvases draw with. */
export interface Palette {
  readonly ink: string;
  readonly muted: string;
  readonly line: string;
  readonly ground: string;
  readonly accent: string;
  readonly second: string;
  readonly third: string;
  readonly fourth: string;
  readonly danger: string;
  readonly hatch: string;
  readonly neutral: string;
  readonly never: string;
  readonly start: string;
}

/** The theme's colours as they are in force. */
export function colours(element: Element): Palette {
  const style = getComputedStyle(element);
  const read = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: read('ink'),
    muted: read('muted'),
    line: read('line'),
    ground: read('ground'),
    accent: read('accent'),
    second: read('second'),
    third: read('third'),
    fourth: read('fourth'),
    danger: read('danger'),
    hatch: read('hatch'),
    neutral: read('neutral'),
    never: read('never'),
    start: read('start'),
  };
}

/** Font of labels on canvases. */
export const CANVAS_FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

/** Calls back when the system changes between light and dark. */
export function onSchemeChange(callback: () => void): () => void {
  const query = matchMedia('(prefers-color-scheme: dark)');
  query.addEventListener('change', callback);
  return () => query.removeEventListener('change', callback);
}
