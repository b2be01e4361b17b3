import { css } from 'lit';

/** One column, as wide as a picture needs; text keeps to less. */
export const paperStyle = css`
  :host {
    display: block;
    min-height: 100vh;
    background: var(--ground);
  }
  main {
    max-width: 948px;
    margin: 0 auto;
    padding: 28px 24px 64px;
  }
  h1 {
    margin: 0 0 12px;
    font-size: 1.6rem;
    line-height: 1.2;
    letter-spacing: -0.01em;
  }
  .text {
    max-width: 70ch;
  }
  .text + .text {
    margin-top: 10px;
  }
  a {
    color: var(--accent);
  }
  main > nav {
    margin-top: 28px;
  }
  ol {
    max-width: 70ch;
    margin: 6px 0 0;
    padding: 0;
    list-style: none;
  }
  li {
    display: flex;
    justify-content: space-between;
    align-items: baseline;
    gap: 16px;
    border-bottom: 1px solid var(--line);
  }
  li a {
    flex: 1;
    padding: 8px 0;
    color: var(--ink);
    text-decoration: none;
  }
  li a:hover {
    text-decoration: underline;
  }
  .all {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px 16px;
    margin-top: 16px;
  }
  button {
    min-height: 44px;
    padding: 0 18px;
    border: 1px solid color-mix(in srgb, var(--muted) 60%, transparent);
    border-radius: 8px;
    background: var(--ground);
    cursor: pointer;
  }
  button.primary {
    border-color: var(--accent);
    background: var(--accent);
    color: var(--on-accent);
    font-weight: 600;
  }
  .notice {
    border-left: 3px solid var(--danger);
    padding: 6px 12px;
    margin-top: 16px;
    background: var(--raised);
  }
  .notice button {
    margin-top: 8px;
  }
  grok-claim {
    margin-top: 52px;
  }
  @media (max-width: 720px) {
    main {
      padding: 20px 16px 48px;
    }
    h1 {
      font-size: 1.4rem;
    }
    li a {
      padding: 11px 0;
    }
  }
`;
