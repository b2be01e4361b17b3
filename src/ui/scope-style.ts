import { css } from 'lit';

/** Light and dark as the host element wants it, whatever the system does. */
export const scopeStyle = css`
  :host {
    display: block;
    position: relative;
    container-type: inline-size;
    background: var(--ground);
  }
  :host([hidden]) {
    display: none;
  }
  :host([data-scheme='light']) {
    --grok-ink: #16181d;
    --grok-muted: #5b6270;
    --grok-line: #d9dce3;
    --grok-ground: #ffffff;
    --grok-raised: #f5f6f8;
    --grok-accent: #0b57d0;
    --grok-on-accent: #ffffff;
    --grok-second: #b3470a;
    --grok-danger: #b3261e;
    --grok-hatch: #8b92a0;
    --grok-neutral: #dfe2e8;
    --grok-never: #c3c8d2;
    --grok-start: #f3c4d8;
  }
  :host([data-scheme='dark']) {
    --grok-ink: #e8eaee;
    --grok-muted: #a2a9b6;
    --grok-line: #343943;
    --grok-ground: #101216;
    --grok-raised: #1a1d23;
    --grok-accent: #8ab4f8;
    --grok-on-accent: #0b1a33;
    --grok-second: #f0a06a;
    --grok-danger: #f2b8b5;
    --grok-hatch: #7d8594;
    --grok-neutral: #2b2f38;
    --grok-never: #454b57;
    --grok-start: #6b3550;
  }
  .controls {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px 12px;
    font-size: 0.8125rem;
    margin-top: 6px;
  }
  .controls progress {
    width: 120px;
  }
  .status {
    color: var(--muted);
  }
  .caption {
    color: var(--muted);
    font-size: 0.8125rem;
    margin: 0 0 6px;
  }
  .problem {
    color: var(--danger);
    font-size: 0.875rem;
  }
  .cover {
    display: grid;
    gap: 10px;
    justify-items: start;
    padding: 16px;
    border: 1px solid var(--line);
    border-radius: 8px;
  }
  .columns {
    display: grid;
    grid-template-columns: minmax(0, 2fr) minmax(220px, 1fr);
    gap: 12px 24px;
  }
  @container (max-width: 640px) {
    .columns {
      grid-template-columns: minmax(0, 1fr);
    }
    .controls button {
      min-height: 44px;
    }
  }
`;
