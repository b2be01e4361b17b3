import { css } from 'lit';

/** A claim: a column of text, with pictures as wide as the page lets them be. */
export const claimStyle = css`
  :host {
    display: block;
    scroll-margin-top: 12px;
  }
  section > header {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 2px 14px;
  }
  h2:focus {
    outline: none;
  }
  .text {
    max-width: 70ch;
    margin-top: 8px;
  }
  a {
    color: var(--accent);
  }
  .anchor {
    padding: 0 4px;
    color: var(--muted);
    font-size: 1.1rem;
    text-decoration: none;
  }
  .parameters {
    margin-top: 14px;
    border-collapse: collapse;
    font-size: 0.875rem;
  }
  .parameters th,
  .parameters td {
    padding: 3px 18px 3px 0;
    text-align: left;
    vertical-align: top;
  }
  .parameters th {
    color: var(--muted);
    font-weight: 400;
    white-space: nowrap;
  }
  .parameters a {
    white-space: nowrap;
  }
  .controls {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px 12px;
    margin-top: 14px;
  }
  .controls label {
    color: var(--muted);
    font-size: 0.875rem;
  }
  select,
  button {
    min-height: 40px;
    border: 1px solid color-mix(in srgb, var(--muted) 60%, transparent);
    border-radius: 8px;
    background: var(--ground);
    color: var(--ink);
  }
  select {
    padding: 0 6px;
  }
  select:disabled {
    opacity: 0.6;
  }
  button {
    min-width: 84px;
    padding: 0 16px;
    cursor: pointer;
  }
  button.run {
    border-color: var(--accent);
    color: var(--accent);
    font-weight: 600;
  }
  .progress {
    flex: 1 1 220px;
  }
  progress {
    display: block;
  }
  .failure {
    flex-basis: 100%;
    border-left: 3px solid var(--danger);
    padding: 6px 12px;
    background: var(--raised);
    overflow-wrap: anywhere;
  }
  .failure button {
    margin-top: 8px;
  }
  .figures {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 390px), 1fr));
    gap: 20px 28px;
    margin-top: 18px;
  }
  .figures > .wide,
  .figures > :last-child:nth-child(odd) {
    grid-column: 1 / -1;
  }
  figure {
    margin: 0;
    min-width: 0;
  }
  h3 {
    margin: 0 0 4px;
    font-size: 0.9375rem;
    font-weight: 600;
    line-height: 1.3;
  }
  @media (max-width: 720px) {
    select,
    button {
      min-height: 44px;
    }
    .parameters th,
    .parameters td {
      padding-right: 12px;
    }
    .parameters a {
      white-space: normal;
    }
  }
`;
