import { css } from 'lit';

/** A thin bar of progress in the accent colour. */
export const progressStyle = css`
  progress {
    width: 100%;
    height: 6px;
    appearance: none;
    border: 0;
    border-radius: 3px;
    overflow: hidden;
    background: var(--line);
  }
  progress::-webkit-progress-bar {
    background: var(--line);
  }
  progress::-webkit-progress-value {
    background: var(--accent);
  }
  progress::-moz-progress-bar {
    background: var(--accent);
  }
`;

/** Buttons that stand back behind the one that runs something. */
export const quietButtonStyle = css`
  button {
    min-height: 36px;
    padding: 0 14px;
    border: 1px solid color-mix(in srgb, var(--muted) 60%, transparent);
    border-radius: 7px;
    background: var(--ground);
    cursor: pointer;
  }
  button:disabled {
    opacity: 0.5;
    cursor: default;
  }
`;
