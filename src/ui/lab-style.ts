import { css } from 'lit';

/** Layout of the laboratory: three columns, two on a tablet, one on a phone. */
export const labStyle = css`
  :host {
    display: block;
    min-height: 100vh;
    background: var(--ground);
  }
  :host([data-dropping]) {
    outline: 3px dashed var(--accent);
    outline-offset: -6px;
  }
  main {
    display: grid;
    grid-template-columns: 256px minmax(0, 1fr) 340px;
    grid-template-rows: auto 1fr;
  }
  section {
    padding: 20px 24px;
    min-width: 0;
  }
  .controls {
    grid-row: 1 / span 2;
    border-right: 1px solid var(--line);
  }
  .detail {
    grid-row: 1 / span 2;
    grid-column: 3;
    border-left: 1px solid var(--line);
  }
  .theory {
    grid-column: 2;
    padding-top: 0;
  }
  .picture > * + h2 {
    margin-top: 18px;
  }
  h2 + p {
    margin: 2px 0 8px;
  }
  /* Only where there is one column can the form be folded away. */
  .setup > summary {
    display: none;
  }
  grok-progress {
    margin-top: 14px;
  }
  .glossary {
    margin-top: 18px;
    font-size: 0.875rem;
  }
  .glossary summary {
    min-height: 36px;
    line-height: 36px;
    width: fit-content;
    color: var(--muted);
    cursor: pointer;
  }
  .glossary dl {
    display: grid;
    grid-template-columns: max-content 1fr;
    gap: 4px 18px;
    max-width: 72ch;
  }
  .glossary dd {
    margin: 0;
  }
  .quiet {
    min-height: 28px;
    padding: 0 10px;
    border: 1px solid color-mix(in srgb, var(--muted) 60%, transparent);
    border-radius: 6px;
    background: var(--ground);
    cursor: pointer;
  }
  .notice {
    border-left: 3px solid var(--danger);
    padding: 6px 12px;
    margin-bottom: 14px;
    background: var(--raised);
  }
  .notice button {
    min-height: 36px;
    margin-top: 6px;
    padding: 0 14px;
    border: 1px solid var(--accent);
    border-radius: 7px;
    background: transparent;
    color: var(--accent);
    cursor: pointer;
  }
  @media (max-width: 1100px) {
    main {
      grid-template-columns: 256px minmax(0, 1fr);
    }
    .controls {
      grid-row: 1 / span 3;
    }
    .detail {
      grid-row: auto;
      grid-column: 2;
      border-left: 0;
      border-top: 1px solid var(--line);
    }
    .theory {
      border-top: 1px solid var(--line);
    }
  }
  @media (max-width: 720px) {
    main {
      grid-template-columns: minmax(0, 1fr);
    }
    section {
      padding-left: 16px;
      padding-right: 16px;
    }
    .controls {
      grid-row: auto;
      border-right: 0;
      border-bottom: 1px solid var(--line);
      padding-top: 6px;
      padding-bottom: 12px;
    }
    /* What is below has its place before the map is there. */
    .picture {
      min-height: 100vh;
    }
    .setup > summary {
      display: list-item;
      min-height: 44px;
      line-height: 32px;
      color: var(--ink);
      font-weight: 600;
    }
    grok-progress {
      margin-top: 4px;
    }
    .detail,
    .theory {
      grid-column: 1;
    }
  }
`;
