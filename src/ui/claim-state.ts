/** The state of a claim in a word and a mark: never by colour alone. */
import { css, html } from 'lit';
import { type ClaimRun, outcomeOf } from '../claims/queue.ts';

const MARKS = {
  'not run': '○',
  waiting: '…',
  running: '…',
  stopped: '–',
  'could not run': '⚠',
  holds: '✓',
  fails: '✗',
} as const;
export type ClaimWord = keyof typeof MARKS;

export function wordOf(run: ClaimRun): ClaimWord {
  switch (run.state) {
    case 'idle':
      return 'not run';
    case 'failed':
      return 'could not run';
    case 'done':
      return outcomeOf(run) ?? 'fails';
    default:
      return run.state;
  }
}

export function renderState(word: ClaimWord): unknown {
  return html`<span class="state ${word.replaceAll(' ', '-')}"
    ><span aria-hidden="true">${MARKS[word]}</span> ${word}</span
  >`;
}

export const claimStateStyle = css`
  .state {
    white-space: nowrap;
    font-size: 0.8125rem;
    font-weight: 600;
    color: var(--muted);
  }
  .state.holds,
  .state.running {
    color: var(--accent);
  }
  .state.fails,
  .state.could-not-run {
    color: var(--danger);
  }
`;
