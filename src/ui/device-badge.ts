import { css, html, nothing } from 'lit';
import {
  type Arithmetic,
  CHECKED_ACCURACY,
  type DeviceCheck,
  MAX_EXP_ULPS,
  MAX_LOG_ULPS,
  ulps,
} from '../model/device-check.ts';
import type { EngineInfo } from '../model/engine.ts';

/**
 * The badge beside the engine's name: whether its check passed, and what was found on demand. A
 * failure is said in full.
 * @param check undefined while it goes on
 */
export function renderDeviceBadge(check: DeviceCheck | undefined, { kind }: EngineInfo): unknown {
  const passed = check?.passed ?? true;
  return html`
    ${check ? renderFindings(check, kind) : html`<span class="muted checking">checking …</span>`}
    <span class=${passed ? 'spoken' : 'warning'} role="status">${check?.message ?? ''}</span>
  `;
}

function renderFindings(check: DeviceCheck, kind: EngineInfo['kind']): unknown {
  return html`<details class="badge ${check.passed ? '' : 'failed'}" @keydown=${closeOnEscape}>
    <summary>
      ${
        check.passed
          ? html`checked <span aria-hidden="true">✓</span>`
          : html`<span aria-hidden="true">⚠</span> check failed`
      }<span class="spoken">, details of the device check</span>
    </summary>
    <div class="findings">
      ${check.passed ? html`<p>${check.message}</p>` : nothing}
      <table>
        <caption>log₁₀ t_test(${CHECKED_ACCURACY}) of reference runs</caption>
        <thead>
          <tr>
            ${['N', 'd', 'σ', 'seed', 'float64', 'here'].map((name) => html`<th scope="col">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${check.replicas.map(
            ({ samples, dimensions, sigma, seed, expected, measured }) => html`<tr>
              <td>${samples}</td><td>${dimensions}</td><td>${sigma}</td><td>${seed}</td>
              <td>${expected.toFixed(4)}</td><td>${measured?.toFixed(4) ?? 'none'}</td>
            </tr>`,
          )}
        </tbody>
      </table>
      ${check.arithmetic ? renderArithmetic(check.arithmetic) : html`<p>${unprobed(kind)}</p>`}
    </div>
  </details>`;
}

function renderArithmetic(arithmetic: Arithmetic): unknown {
  const { expUlps, logUlps, fused, reassociated, subnormalsFlushed } = arithmetic;
  const rows = [
    ['exp', `within ${ulps(expUlps)} (${MAX_EXP_ULPS} allowed)`],
    ['log', `within ${ulps(logUlps)} (${MAX_LOG_ULPS} allowed)`],
    ['a·b + c', fused ? 'rounded once' : 'rounded twice'],
    ['sums', reassociated ? 'reordered by the compiler' : 'in the order written'],
    ['below 2⁻¹²⁶', subnormalsFlushed ? 'taken as zero' : 'kept'],
  ];
  return html`<dl>
      ${rows.map(([name, text]) => html`<dt>${name}</dt><dd>${text}</dd>`)}
    </dl>
    <p>Only exp and log matter: nothing here relies on the others.</p>`;
}

function unprobed(kind: EngineInfo['kind']): string {
  if (kind === 'webgpu') return 'The arithmetic of the device could not be probed.';
  const precision = kind === 'wasm' ? 'float32' : 'float64';
  return `The CPU computes in ${precision}: there is no GPU to probe.`;
}

function closeOnEscape(event: KeyboardEvent): void {
  if (event.key === 'Escape') (event.currentTarget as HTMLDetailsElement).open = false;
}

/** The findings hang below the header, which is positioned, so that nothing moves when they open. */
export const deviceBadgeStyle = css`
  .badge summary {
    min-height: 32px;
    line-height: 30px;
    padding: 0 10px;
    border: 1px solid color-mix(in srgb, var(--muted) 60%, transparent);
    border-radius: 16px;
    list-style: none;
    cursor: pointer;
  }
  .badge summary::-webkit-details-marker {
    display: none;
  }
  .badge.failed summary,
  .warning {
    color: var(--danger);
    font-weight: 600;
  }
  .badge.failed summary {
    border: 2px solid var(--danger);
    line-height: 28px;
  }
  .warning {
    flex-basis: 100%;
    overflow-wrap: anywhere;
  }
  .findings {
    position: absolute;
    z-index: 5;
    top: calc(100% + 4px);
    right: 24px;
    width: 360px;
    padding: 12px 16px;
    border: 1px solid var(--line);
    border-radius: 8px;
    background: var(--ground);
    box-shadow: 0 6px 20px rgb(0 0 0 / 18%);
  }
  .findings > * + * {
    margin-top: 10px;
  }
  .findings table {
    width: 100%;
    border-collapse: collapse;
    text-align: right;
  }
  .findings caption {
    text-align: left;
    color: var(--muted);
  }
  .findings th {
    font-weight: 600;
  }
  .findings dl {
    display: grid;
    grid-template-columns: max-content 1fr;
    gap: 0 14px;
    margin-bottom: 0;
  }
  .findings dd {
    margin: 0;
  }
  @media (max-width: 720px) {
    .badge summary {
      min-height: 44px;
      line-height: 42px;
      border-radius: 22px;
    }
    .findings {
      left: 16px;
      right: 16px;
      width: auto;
    }
  }
`;
