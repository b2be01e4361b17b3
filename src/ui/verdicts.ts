import { css, html } from 'lit';
import type { Verdict } from '../claims/claim.ts';
import { verdictText } from '../claims/words.ts';

const COLUMNS = [
  'verdict',
  'quantity, and where its tolerance comes from',
  'measured',
  'predicted',
];

/**
 * What was measured against what was predicted, a row a verdict. Roles are written out: on a phone
 * rows are blocks, which would not be read as a table any more.
 */
export function renderVerdicts(verdicts: readonly Verdict[]): unknown {
  return html`<table class="verdicts" role="table">
    <caption class="spoken">Verdicts</caption>
    <thead role="rowgroup">
      <tr role="row">
        ${COLUMNS.map((name) => html`<th role="columnheader" scope="col">${name}</th>`)}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${verdicts.map((verdict) => {
        const { measured, predicted } = verdictText(verdict);
        return html`<tr role="row">
          <td role="cell" class=${verdict.passed ? 'pass' : 'fail'}>
            <span aria-hidden="true">${verdict.passed ? '✓' : '✗'}</span>
            ${verdict.passed ? 'pass' : 'fail'}
          </td>
          <th role="rowheader" scope="row">${verdict.what}<span class="because">${verdict.because}</span></th>
          <td role="cell" data-name="measured">${measured}</td>
          <td role="cell" data-name="predicted">${predicted}</td>
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
    .verdicts thead {
      position: absolute;
      clip-path: inset(50%);
    }
    .verdicts tbody tr {
      display: grid;
      grid-template-columns: 4em 2fr 3fr;
      gap: 2px 12px;
      padding: 8px 0;
      border-bottom: 1px solid var(--line);
    }
    .verdicts tbody th,
    .verdicts tbody td {
      padding: 0;
      border: 0;
    }
    .verdicts tbody th {
      grid-area: 1 / 1 / 2 / -1;
    }
    .verdicts [data-name]::before {
      content: attr(data-name) ' ';
      color: var(--muted);
    }
  }
`;
