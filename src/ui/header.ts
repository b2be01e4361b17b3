import { css, html, nothing } from 'lit';
import type { DeviceCheck } from '../model/device-check.ts';
import {
  ENGINE_NAMES,
  ENGINE_PREFERENCES,
  type EngineChoice,
  type EngineInfo,
  type EnginePreference,
} from '../model/engine.ts';
import { renderDeviceBadge } from './device-badge.ts';

const PREFERENCE_NAMES: Readonly<Record<EnginePreference, string>> = {
  ...ENGINE_NAMES,
  auto: 'Best engine',
  'webgpu-regenerating': 'WebGPU, storing no data',
};

/** An engine in a line: WebGPU · the adapter, float32. */
export function engineText({ kind, device, precision }: EngineInfo): string {
  return `${ENGINE_NAMES[kind]} · ${device}, ${precision}`;
}

/** The engine as the header shows it. */
export interface EngineState {
  readonly preference: EnginePreference;
  /** Undefined until there is one. */
  readonly choice: EngineChoice | undefined;
  /** Of that engine; undefined until it has been made. */
  readonly check: DeviceCheck | undefined;
}

/**
 * The head of a page: its name, the links to other pages that its document may put in the slot
 * `nav`, and the engine with its check and the choice among engines.
 */
export function renderHeader(
  name: unknown,
  { preference, choice, check }: EngineState,
  prefer: (preference: EnginePreference) => void,
): unknown {
  return html`<header class="top">
    ${name}
    <slot name="nav"></slot>
    <div class="engine">
      ${choice ? renderChoice(choice, check) : nothing}
      <select
        aria-label="Engine"
        @change=${(event: Event) => prefer((event.target as HTMLSelectElement).value as EnginePreference)}
      >
        ${ENGINE_PREFERENCES.map(
          (value) => html`<option value=${value} .selected=${value === preference}>
            ${PREFERENCE_NAMES[value]}
          </option>`,
        )}
      </select>
    </div>
  </header>`;
}

function renderChoice({ engine: { info }, why }: EngineChoice, check?: DeviceCheck): unknown {
  const { kind, device, precision } = info;
  return html`<span><strong>${ENGINE_NAMES[kind]}</strong> · ${device}, ${precision}</span>
    ${renderDeviceBadge(check, info)}
    <span class="muted">${why}</span>`;
}

export const headerStyle = css`
  .top {
    position: relative;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px 24px;
    padding: 4px 24px;
    border-bottom: 1px solid var(--line);
  }
  .name {
    font-size: 1.2rem;
    line-height: 1.45;
    margin: 0;
    font-weight: 700;
    letter-spacing: -0.01em;
  }
  .engine {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 10px;
    /* All the room there is from the beginning: what comes in later moves nothing. */
    flex: 1;
    justify-content: flex-end;
    margin: 6px 0;
    font-size: 0.875rem;
  }
  .engine select {
    width: 132px;
    min-height: 32px;
    border: 1px solid color-mix(in srgb, var(--muted) 60%, transparent);
    border-radius: 6px;
    background: var(--ground);
  }
  @media (max-width: 720px) {
    .top {
      gap: 0 14px;
      padding-left: 16px;
      padding-right: 16px;
    }
    /* Room for the engine and its check, which come after the map has its place. */
    .engine {
      flex: 1 0 100%;
      margin: 0 0 8px;
      min-height: 114px;
      align-content: flex-start;
      justify-content: flex-start;
    }
    /* In the order in which they come in. */
    .engine select {
      order: -2;
      min-height: 44px;
    }
    .badge,
    .checking {
      order: -1;
      min-height: 44px;
      line-height: 44px;
    }
  }
`;
