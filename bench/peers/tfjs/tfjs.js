/**
 * Peer: TensorFlow.js on WebGPU, in a page. It evaluates gradients of a batch of replicas by batched
 * products and takes steps of Euler's method in the bias clock: less than the job of the others, since
 * step control would have to be read back or rebuilt from its operators. What is measured is an upper
 * bound of what it could do.
 */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-webgpu';
import { Gradient } from '../../../src/cpu/gradient.ts';
import { datasetValues } from '../../../src/model/dataset.ts';

/** Gradients between two times that the device is waited for. */
const GRADIENTS = 32;

/** Seconds over which gradients are counted. */
const LEAST_TIME = 2;

/**
 * @param {{ samples: number, dimensions: number, sigma: number, seeds: number[] }} job
 */
async function benchmark({ samples, dimensions, sigma, seeds }) {
  await tf.setBackend('webgpu');
  await tf.ready();
  const generating = performance.now();
  const data = seeds.map((seed) =>
    datasetValues({ seed, samples, dimensions, ensemble: 'independent' }),
  );
  const generateSeconds = (performance.now() - generating) / 1000;
  const x = tf.tidy(() => tf.stack(data.map((each) => tf.tensor2d(each, [samples, dimensions]))));

  /** @param {tf.Tensor} u replicas × dimensions × 1 @param {number} clock */
  const gradient = (u, clock) =>
    tf.tidy(() => {
      const z = tf.sub(tf.matMul(x, u), clock);
      // Weights relative to the largest log r_i = −softplus(−z_i).
      const logs = tf.neg(tf.softplus(tf.neg(z)));
      const weights = tf.softmax(tf.squeeze(logs, [2]));
      const slope = tf.matMul(x, tf.expandDims(weights, 2), true);
      return tf.mul(slope, -sigma * sigma);
    });

  const point = Float32Array.from({ length: dimensions }, (_, j) => 0.05 * Math.sin(j + 1));
  const start = tf.tile(tf.reshape(tf.tensor1d(point), [1, dimensions, 1]), [seeds.length, 1, 1]);
  const first = gradient(start, 3);
  const slope = await first.data();
  const expected = new Float64Array(dimensions);
  const twin = new Gradient(data[0] ?? new Float32Array(), samples, dimensions, sigma, 'flow');
  twin.evaluate(Float64Array.from(point), 3, expected);
  const error = Math.max(...expected.map((value, j) => Math.abs(value - (slope[j] ?? Number.NaN))));
  if (!(error < 1e-3 * Math.hypot(...expected))) throw new Error(`its gradient is off by ${error}`);

  let u = start;
  let clock = 3;
  let gradients = 0;
  const begun = performance.now();
  while (performance.now() - begun < 1000 * LEAST_TIME) {
    for (let k = 0; k < GRADIENTS; k++) {
      const before = u;
      u = tf.tidy(() => tf.add(before, tf.mul(gradient(before, clock), 1e-6)));
      before.dispose();
      clock += 1e-6;
    }
    await u.data();
    gradients += GRADIENTS * seeds.length;
  }
  const seconds = (performance.now() - begun) / 1000;
  return {
    peer: 'TensorFlow.js on WebGPU',
    versions: `tfjs ${tf.version_core}`,
    how: `gradients and Euler steps only, batches of ${seeds.length}, data made before`,
    seconds,
    generateSeconds,
    gradients,
    gradientsPerSecond: gradients / seconds,
    replicas: [],
  };
}

Object.assign(globalThis, { benchmark });
