/** Gradient flow as the host sees it; see shaders/flow. */
import { flowSettings } from '../model/replica.ts';
import type { MethodHost } from './method.ts';
import { shaderConstant } from './wgsl.ts';

const ENTRY_FULL = shaderConstant('ENTRY_FULL');
const ENTRY_STALLED = shaderConstant('ENTRY_STALLED');

/** log r at u = 0: what the first weights are relative to. */
const ORIGIN_RESIDUAL = -Math.LN2;

export const Flow: MethodHost = {
  contents: (replica) => {
    const { tolerance, log1pHorizon, maxRows } = flowSettings(replica, 'float32');
    return {
      run: {
        sigma: replica.sigma,
        conformal: replica.dynamics === 'conformal' ? 1 : 0,
        tolerance,
        log1p_horizon: log1pHorizon,
        max_rows: maxRows,
        largest: ORIGIN_RESIDUAL,
      },
    };
  },
  rows: (_, words) => new Float32Array(words.buffer),
  failure: (kind) => {
    if (kind === ENTRY_FULL) return 'the record is full';
    if (kind === ENTRY_STALLED) return 'the step size fell to zero';
    return null;
  },
};
