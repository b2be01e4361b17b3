/** Gradient flow in time as the host sees it; see shaders/flow-in-time. */
import { GAUSSIAN, scalesOf } from '../model/distribution.ts';
import { initialWeights } from '../model/draws.ts';
import { flowSettings, TimeControl } from '../model/replica.ts';
import { Flow } from './flow.ts';
import type { MethodHost } from './method.ts';
import { quadsOf, vectorQuads } from './storage.ts';
import { vectorPlace } from './wgsl.ts';

/** In place of log 0: far below all other logarithms, and a float32. */
const NOTHING = -1e30;

const log = (rate: number): number => (rate > 0 ? Math.log(rate) : NOTHING);

export const FlowInTime: MethodHost = {
  contents: (replica) => {
    const { dimensions, sigma, training, data = GAUSSIAN } = replica;
    if (!training) throw new Error('the flow without decay has a kernel of its own');
    const { weightDecay, initialScale } = training;
    const { tolerance, log1pHorizon } = flowSettings(replica, 'float32');
    const quads = quadsOf('flowInTime', Math.ceil(dimensions / 8));
    const vectors = new Float32Array(vectorQuads('flowInTime', dimensions) * 4);
    const put = (name: string, values: ArrayLike<number>): void =>
      vectors.set(values, 4 * quads * vectorPlace('flowInTime', name));
    const scales = scalesOf(data, dimensions).map((scale) => sigma * scale);
    const weights = initialWeights(replica, initialScale);
    put('SCALE', scales);
    put(
      'POINT',
      scales.map((scale, j) => scale * (weights[j] as number)),
    );
    put('X', weights);
    const meanShift = sigma * data.shift;
    return {
      vectors,
      clock: -meanShift * (weights[0] ?? 0),
      run: {
        sigma,
        mean_shift: meanShift,
        log_decay_weights: log(weightDecay.weights),
        log_decay_bias: log(weightDecay.bias),
        tolerance,
        log1p_horizon: log1pHorizon,
        wanted: TimeControl.firstStep,
        largest: -Math.LN2,
      },
    };
  },
  // A record in time is one of float64.
  rows: (replica, words) => Float64Array.from(Flow.rows(replica, words)),
  failure: Flow.failure,
};
