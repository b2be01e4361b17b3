import { parseSpec, type SweepSpec } from '../model/spec.ts';

/** A spec to start from. */
export interface Preset {
  readonly name: string;
  readonly about: string;
  readonly spec: SweepSpec;
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
];
