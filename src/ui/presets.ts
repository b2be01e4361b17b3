import type { DynamicsNumber } from '../model/dynamics.ts';
import { parseSpec, type SweepSpec } from '../model/spec.ts';

/** A spec to start from. */
export interface Preset {
  readonly name: string;
  readonly about: string;
  readonly spec: SweepSpec;
}

/**
 * A map over λ and a setting of training, small enough for the processor: medians over 5 seeds at N = 64. The
 * datasets of a seed are parts of one another, so that columns differ by λ alone.
 */
function overSetting(
  over: DynamicsNumber,
  values: readonly number[],
  more: Readonly<Record<string, unknown>>,
): SweepSpec {
  return parseSpec({
    samples: 64,
    ensemble: 'nested',
    x: { over: 'lambda', from: 0.2, to: 0.55, step: 0.05 },
    y: { over, values },
    seedsPerCell: 5,
    ...more,
  });
}

/** The presets of the laboratory; the first runs by itself. */
export const PRESETS: readonly Preset[] = [
  {
    name: 'Quick look',
    about: '25 λ × 16 seeds at N = 128, seconds on any machine',
    spec: parseSpec({}),
  },
  {
    name: 'The edge at σ = 5',
    about: '65 λ × 48 seeds at N = 512',
    spec: parseSpec({
      samples: 512,
      x: { over: 'lambda', from: 0.4, to: 0.56, step: 0.0025 },
      y: { over: 'seed', from: 1, to: 48, step: 1 },
    }),
  },
  {
    name: 'λ × σ',
    about: 'both are needed: medians over 9 seeds at N = 256',
    spec: parseSpec({
      samples: 256,
      x: { over: 'lambda', from: 0.3, to: 0.7, step: 0.02 },
      y: { over: 'sigma', values: [0.5, 1, 1.5, 2, 3, 4, 5, 7, 10] },
      seedsPerCell: 9,
    }),
  },
  {
    name: 'One dimension',
    about: 'two points, −1 and 1 − 2λ, over λ and σ: every regime in closed form',
    spec: parseSpec({
      ensemble: 'twoPoint',
      x: { over: 'lambda', from: 0.25, to: 0.75, step: 0.0125 },
      y: { over: 'sigma', from: 1, to: 10, step: 0.5 },
    }),
  },
  {
    name: 'λ × N',
    about: 'the edge sharpens with N: medians over 15 seeds',
    spec: parseSpec({
      x: { over: 'lambda', from: 0.4, to: 0.56, step: 0.01 },
      y: { over: 'samples', values: [128, 256, 512] },
      seedsPerCell: 15,
    }),
  },
  {
    name: 'λ × η',
    about:
      'gradient descent in 10 000 steps: short steps do not get there, above η ≈ 0.1 they are too long to be stable at the start, far above it runs fail',
    spec: overSetting(
      'learningRate',
      [0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 1000, 10_000],
      { dynamics: { kind: 'gd', steps: 10_000 } },
    ),
  },
  {
    name: 'λ × weight decay',
    about:
      'gradient flow to t = 10¹⁰: decay stops the bias where it balances the gradient, and what groks late never does',
    spec: overSetting('weightDecay', [0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1], {
      horizon: 10,
      dynamics: { kind: 'flow' },
    }),
  },
  {
    name: 'λ × batch size',
    about:
      'minibatches at η = 0.1: large ones do as all samples do, the noise of small ones moves the weights and costs time',
    spec: overSetting('batchSize', [1, 2, 4, 8, 16, 32, 64], {
      dynamics: { kind: 'sgd', learningRate: 0.1, steps: 10_000 },
    }),
  },
  {
    name: 'λ × β',
    about:
      'heavy ball at η = 0.01 in 10 000 steps: momentum β is faster by 1/(1 − β), until it overshoots',
    spec: overSetting('momentum', [0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99], {
      dynamics: { kind: 'heavyBall', learningRate: 0.01, steps: 10_000 },
    }),
  },
];
