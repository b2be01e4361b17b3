import { css, html } from 'lit';
import type { Verdict } from '../claims/claim.ts';
import { verdictText } from '../claims/words.ts';

/** What was measured against what was predicted, a row a verdict. */
export function renderVerdicts(verdicts: readonly Verdict[]): unknown {
  return html`<table class="verdicts">
    <caption class="spoken">Verdicts</caption>
    <thead>
      <tr>
        <th scope="col">verdict</th>
        <th scope="col">quantity, and where its tolerance comes from</th>
        <th scope="col">measured</th>
        <th scope="col">predicted</th>
      </tr>
    </thead>
    <tbody>
      ${verdicts.map((verdict) => {
        const { measured, predicted } = verdictText(verdict);
        return html`<tr>
          <td class=${verdict.passed ? 'pass' : 'fail'}>
            <span aria-hidden="true">${verdict.passed ? '✓' : '✗'}</span>
            ${verdict.passed ? 'pass' : 'fail'}
          </td>
          <th scope="row">${verdict.what}<span class="because">${verdict.because}</span></th>
          <td>${measured}</td>
          <td>${predicted}</td>
        </tr>`;
      })}
    </tbody>
  </table>`;
}

export const verdictStyle = css`
  .verdicts {
    width: 100%;
    border-collapse: collapse;
    font-size: 0.875rem;
    margin-top: 16px;
  }
  .verdicts th,
  .verdicts td {
    padding: 7px 14px 7px 0;
    border-bottom: 1px solid var(--line);
    text-align: left;
    vertical-align: top;
    font-weight: 400;
  }
  .verdicts thead th {
    color: var(--muted);
    font-size: 0.8125rem;
  }
  .verdicts tbody td:nth-child(n + 3) {
    min-width: 5.5em;
  }
  .verdicts td:first-child {
    white-space: nowrap;
    font-weight: 600;
  }
  .verdicts .pass {
    color: var(--accent);
  }
  .verdicts .fail {
    color: var(--danger);
  }
  .because {
    display: block;
    color: var(--muted);
    font-size: 0.8125rem;
  }
  @media (max-width: 720px) {
    .verdicts th,
    .verdicts td {
      padding-right: 8px;
    }
    .verdicts tr > :last-child {
      padding-right: 0;
    }
  }
`;
