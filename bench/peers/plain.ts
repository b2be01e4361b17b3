/**
 * Peer: plain JavaScript with typed arrays, one thread: the algorithm of Grokscope with a gradient as
 * anybody would write it, two passes in float32 data and float64 sums, a row at a time.
 *
 *     node plain.mjs < job.json > result.json
 */
import { text } from 'node:stream/consumers';
import { runFlow } from '../../src/cpu/flow.ts';
import {
  countErrors,
  type GradientSource,
  type GradientStats,
  stage,
  sumUp,
} from '../../src/cpu/gradient.ts';
import { datasetValues } from '../../src/model/dataset.ts';
import type { Replica } from '../../src/model/replica.ts';
import { testTime } from '../../src/results/times.ts';

class Plain implements GradientSource {
  readonly stage = stage;
  readonly sumUp = sumUp;
  readonly stats: GradientStats = { logMeanResidual: 0, logTrainLoss: 0, trainErrors: 0 };
  readonly z: Float64Array;
  readonly #accepted: Float64Array;

  constructor(
    readonly data: Float32Array,
    readonly samples: number,
    readonly dimensions: number,
    readonly sigma: number,
  ) {
    this.z = new Float64Array(samples);
    this.#accepted = new Float64Array(samples);
  }

  vector(): Float64Array {
    return new Float64Array(this.dimensions);
  }

  evaluate(u: Float64Array, clock: number, slope: Float64Array): void {
    const { data, samples, dimensions, z } = this;
    let largest = -Infinity;
    let errors = 0;
    for (let i = 0; i < samples; i++) {
      let sum = -clock;
      const at = i * dimensions;
      for (let j = 0; j < dimensions; j++) sum += (data[at + j] as number) * (u[j] as number);
      z[i] = sum;
      if (sum > largest) largest = sum;
      if (sum >= 0) errors++;
    }
    // log r_i = −softplus(−z_i), relative to its largest value.
    const logResidual = (value: number): number =>
      Math.min(value, 0) - Math.log1p(Math.exp(-Math.abs(value)));
    const shift = logResidual(largest);
    let total = 0;
    let loss = 0;
    slope.fill(0);
    for (let i = 0; i < samples; i++) {
      const value = z[i] as number;
      const weight = Math.exp(logResidual(value) - shift);
      total += weight;
      loss += Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value)));
      const at = i * dimensions;
      for (let j = 0; j < dimensions; j++) {
        slope[j] = (slope[j] as number) + weight * (data[at + j] as number);
      }
    }
    const scale = -(this.sigma * this.sigma) / total;
    for (let j = 0; j < dimensions; j++) slope[j] = (slope[j] as number) * scale;
    this.stats.logMeanResidual = shift + Math.log(total / samples);
    this.stats.logTrainLoss = Math.log(loss / samples);
    this.stats.trainErrors = errors;
  }

  accept(): number[] {
    return countErrors(this.#accepted, this.z);
  }
}

interface Job {
  readonly samples: number;
  readonly dimensions: number;
  readonly sigma: number;
  readonly horizon: number;
  readonly seeds: readonly number[];
}

const job: Job = JSON.parse(await text(process.stdin));
const { samples, dimensions, sigma, horizon } = job;
let generateSeconds = 0;
const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const cpuBegun = cpuSeconds();
const begun = performance.now();
const trajectories = job.seeds.map((seed, index) => {
  const replica: Replica = {
    ...{ index, seed, samples, dimensions, sigma, horizon },
    ensemble: 'independent',
    dynamics: 'flow',
    tolerance: 'default',
    goal: null,
  };
  const generating = performance.now();
  return runFlow(replica, undefined, {
    precision: 'float64',
    make: (id) => {
      const data = datasetValues(id);
      generateSeconds += (performance.now() - generating) / 1000;
      return new Plain(data, samples, dimensions, sigma);
    },
  });
});
// With the making of the data, which is a few hundredths of it.
const cpu = cpuSeconds() - cpuBegun;
const seconds = (performance.now() - begun) / 1000 - generateSeconds;
const gradients = trajectories.reduce((sum, each) => sum + each.gradients, 0);
const replicas = trajectories.map((each, k) => {
  const time = testTime(each.rows, 0.95, horizon);
  const log10TestTime =
    time.state === 'crossed' ? time.log10t : time.state === 'fromStart' ? 'start' : null;
  return {
    seed: job.seeds[k],
    gradients: each.gradients,
    failed: each.failure !== null,
    log10TestTime,
  };
});
console.log(
  JSON.stringify({
    peer: 'plain JavaScript',
    versions: `node ${process.version}`,
    how: 'one thread',
    seconds,
    cpuSeconds: cpu,
    generateSeconds,
    gradients,
    gradientsPerSecond: gradients / seconds,
    secondsPerReplica: seconds / replicas.length,
    replicas,
  }),
);
