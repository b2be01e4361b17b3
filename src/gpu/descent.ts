/** Training in steps as the host sees it; see shaders/descent. */
import { GAUSSIAN, scalesOf } from '../model/distribution.ts';
import { batchKey, initialWeights } from '../model/draws.ts';
import { DESCENTS, type DescentKind, type Training } from '../model/dynamics.ts';
import { divergence, lossOf, NOT_A_NUMBER } from '../model/record.ts';
import type { Replica } from '../model/replica.ts';
import { COLUMNS, Column } from '../model/trajectory.ts';
import type { MethodHost } from './method.ts';
import { quadsOf, vectorQuads } from './storage.ts';
import { gradientCost, orderCost } from './variant.ts';
import { shaderConstant, vectorPlace } from './wgsl.ts';

const ENTRY_NOT_A_NUMBER = shaderConstant('ENTRY_NOT_A_NUMBER');
const ENTRY_DIVERGED = shaderConstant('ENTRY_DIVERGED');

/** Spacing of the high part of parameters below 64; see shaders/descent/accumulator.wgsl. */
const QUANTUM = 2 ** -18;

/** ε below this is zero on some devices, and would divide 0 by 0. */
const LEAST_EPSILON = 2 ** -100;

export const Descent: MethodHost = {
  contents: (replica, variant) => {
    const training = trainingOf(replica);
    const { momentum, beta1, beta2, batchSize, l2, weightDecay } = training;
    const { samples, sigma, dynamics, data = GAUSSIAN } = replica;
    const [key0, key1] = batchKey(replica);
    const velocity = dynamics === 'heavyBall' || dynamics === 'nesterov';
    const batch = Math.min(batchSize, samples);
    const { vectors, shift } = startOf(replica, training);
    return {
      vectors,
      clock: shift,
      run: {
        kind: DESCENTS.indexOf(dynamics as DescentKind),
        single: training.parameters === 'float32' ? 1 : 0,
        learning_rate: training.learningRate,
        momentum,
        forgotten1: 1 - (velocity ? momentum : beta1),
        forgotten2: 1 - beta2,
        epsilon: Math.max(LEAST_EPSILON, training.epsilon),
        l2_weights: l2.weights,
        l2_bias: l2.bias,
        decay_weights: weightDecay.weights,
        decay_bias: weightDecay.bias,
        mean_shift: sigma * data.shift,
        steps: training.steps,
        batch_size: batch,
        batch_key0: key0,
        batch_key1: key1,
        step_cost: gradientCost({ ...replica, samples: batch || samples }, variant),
        order_cost: orderCost(samples, variant),
        test_marks: training.testQuantiles.length,
        train_marks: batch > 0 ? 0 : training.trainErrors.length,
        end_row: samples,
        'now.clock_low': shift,
      },
    };
  },
  rows: (replica, words) => {
    const { learningRate } = trainingOf(replica);
    const values = new Float32Array(words.buffer);
    const rows = Float64Array.from(values);
    for (let at = 0; at < rows.length; at += COLUMNS) {
      const step = words[at + Column.gradients] as number;
      // θ is in two numbers, of which the second is in a column that is 0 in a record in time.
      rows[at + Column.clock] =
        (values[at + Column.clock] as number) + (values[at + Column.uNormSlope] as number);
      rows[at + Column.uNormSlope] = 0;
      rows[at + Column.gradients] = step;
      rows[at + Column.log1pTime] = Math.log1p(step * learningRate);
    }
    return rows;
  },
  failure: (kind, steps, rows) => {
    if (kind === ENTRY_NOT_A_NUMBER) return divergence(NOT_A_NUMBER, steps);
    if (kind !== ENTRY_DIVERGED) return null;
    const loss = rows[rows.length - COLUMNS + Column.logTrainLoss] as number;
    return divergence(lossOf(Math.exp(loss)), steps);
  },
};

function trainingOf({ training, dynamics }: Replica): Training {
  if (!training) throw new Error(`not trained in steps: ${dynamics}`);
  return training;
}

/** The vectors of a seat at the start, and the part of −θ there that comes from the mean of the data. */
function startOf(
  replica: Replica,
  { initialScale, parameters, testQuantiles, trainErrors }: Training,
): { vectors: Float32Array; shift: number } {
  const { dimensions, sigma, data = GAUSSIAN } = replica;
  const quads = quadsOf('descent', Math.ceil(dimensions / 8));
  const vectors = new Float32Array(vectorQuads('descent', dimensions) * 4);
  const vector = (name: string): Float32Array =>
    vectors.subarray(4 * quads * vectorPlace('descent', name));
  const scales = scalesOf(data, dimensions);
  const weights = initialWeights(replica, initialScale);
  for (let j = 0; j < dimensions; j++) {
    const weight = weights[j] as number;
    const high =
      parameters === 'float32' ? Math.fround(weight) : QUANTUM * Math.round(weight / QUANTUM);
    vector('HIGH')[j] = high;
    vector('LOW')[j] = parameters === 'float32' ? 0 : weight - Math.fround(high);
    vector('SCALE')[j] = sigma * (scales[j] as number);
    vector('POINT')[j] = sigma * (scales[j] as number) * weight;
  }
  vector('SCALE')[4 * (quads - 1)] = 1;
  // Quantiles and counts: float32 holds both well enough.
  vector('MARKS').set([...testQuantiles, ...trainErrors]);
  return { vectors, shift: -sigma * data.shift * (weights[0] ?? 0) };
}
