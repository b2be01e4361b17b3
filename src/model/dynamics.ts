/** How a replica is trained: kinds of dynamics, their settings and what those may be. */
import { FieldError, join, type Range, readChoice, readNumber, readObject } from './fields.ts';

/**
 * `flow`: gradient flow of the logistic loss. `conformal`: gradient flow of (1/N) Σ exp(u·g_i), the
 * exponential loss without bias, which late runs of `flow` follow in the conformal time ∫ e^b dt. Its
 * clock θ grows by the mean of exp(u·g_i), as −b would with a bias; t is the conformal time itself.
 */
export const FLOWS = ['flow', 'conformal'] as const;

/**
 * Training in steps of a fixed learning rate η: gradient descent; heavy ball (Polyak 1964) and
 * Nesterov's momentum; Adam (Kingma, Ba 2015) and AdamW (Loshchilov, Hutter 2019), both with bias
 * correction; gradient descent on minibatches. Times are t = η · steps.
 */
export const DESCENTS = ['gd', 'heavyBall', 'nesterov', 'adam', 'adamw', 'sgd'] as const;
export type DescentKind = (typeof DESCENTS)[number];

export const DYNAMICS = [...FLOWS, ...DESCENTS] as const;
export type DynamicsKind = (typeof DYNAMICS)[number];

/** Which parameters ℓ2 regularisation or weight decay pulls to zero. */
export const DECAYED = ['weights', 'bias', 'both'] as const;
export type Decayed = (typeof DECAYED)[number];

/**
 * How S and b are kept between steps. `exact`: in more digits than the steps need. `float32`: in single
 * precision, as most programs do, to show what that does: steps below half a spacing are lost.
 */
export const PARAMETERS_KEPT = ['exact', 'float32'] as const;
export type ParametersKept = (typeof PARAMETERS_KEPT)[number];

/** Settings that are numbers. */
export interface DynamicsNumbers {
  /** η. */
  readonly learningRate: number;
  /** Steps to t_end. */
  readonly steps: number;
  /** β of heavy ball and Nesterov. */
  readonly momentum: number;
  /** Decay of Adam's means of the gradient and of its square. */
  readonly beta1: number;
  readonly beta2: number;
  /** ε, added to the root of the mean square gradient. */
  readonly epsilon: number;
  /** Samples in a minibatch. */
  readonly batchSize: number;
  /** Strength γ of the term ½γ‖·‖² of the loss. */
  readonly l2: number;
  /** Rate γ of decoupled decay: a step multiplies by 1 − ηγ, a flow has −γS. */
  readonly weightDecay: number;
  /** Weights S start as Gaussian numbers of this standard deviation. */
  readonly initialScale: number;
}

/** Dynamics as the spec has them: the settings that the kind has, each present. */
export interface Dynamics extends Partial<DynamicsNumbers> {
  readonly kind: DynamicsKind;
  readonly decayed?: Decayed;
  readonly parameters?: ParametersKept;
}

export type DynamicsNumber = keyof DynamicsNumbers;

/** Settings along which an axis of the map may run. */
export const DYNAMICS_AXES = [
  'learningRate',
  'momentum',
  'beta1',
  'beta2',
  'batchSize',
  'l2',
  'weightDecay',
  'initialScale',
] as const satisfies readonly DynamicsNumber[];

/** What each setting may be. */
export const DYNAMICS_RANGES: Readonly<Record<DynamicsNumber, Range>> = {
  learningRate: { min: 0, max: 1e6, open: true },
  steps: { min: 10, max: 1e9, integer: true },
  momentum: { min: 0, max: 0.999999 },
  beta1: { min: 0, max: 0.999999 },
  beta2: { min: 0, max: 0.999999 },
  epsilon: { min: 0, max: 1, open: true },
  batchSize: { min: 1, max: 1_000_000, integer: true },
  l2: { min: 0, max: 1000 },
  weightDecay: { min: 0, max: 1000 },
  initialScale: { min: 0, max: 100 },
};

const DEFAULTS: DynamicsNumbers & {
  readonly decayed: Decayed;
  readonly parameters: ParametersKept;
} = {
  learningRate: 0.01,
  steps: 1_000_000,
  momentum: 0.9,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  batchSize: 32,
  l2: 0,
  weightDecay: 0,
  decayed: 'both',
  initialScale: 0,
  parameters: 'exact',
};

/** PyTorch's default for Adam; 0.01 is the learning rate of the paper. */
const ADAM_RATE = 0.001;

const STEPPED = ['learningRate', 'steps', 'parameters'] as const;
const PULLS = ['l2', 'weightDecay', 'decayed', 'initialScale'] as const;
const MOMENTS = ['beta1', 'beta2', 'epsilon'] as const;

/** The settings of each kind. Adam takes decay into its gradient (l2), AdamW beside it. */
const SETTINGS: Readonly<Record<DynamicsKind, readonly (keyof typeof DEFAULTS)[]>> = {
  flow: ['weightDecay', 'decayed', 'initialScale'],
  conformal: [],
  gd: [...STEPPED, ...PULLS],
  heavyBall: [...STEPPED, 'momentum', ...PULLS],
  nesterov: [...STEPPED, 'momentum', ...PULLS],
  adam: [...STEPPED, ...MOMENTS, 'l2', 'decayed', 'initialScale'],
  adamw: [...STEPPED, ...MOMENTS, 'weightDecay', 'decayed', 'initialScale'],
  sgd: [...STEPPED, 'batchSize', ...PULLS],
};

/** Names of the settings of a kind, in the order of forms and files. */
export function settingsOf(kind: DynamicsKind): readonly (keyof typeof DEFAULTS)[] {
  return SETTINGS[kind];
}

export function isDescent(kind: DynamicsKind): kind is DescentKind {
  return (DESCENTS as readonly string[]).includes(kind);
}

/** Dynamics of a kind with the default of every setting that it has. */
export function defaultDynamics(kind: DynamicsKind): Dynamics {
  const settings = Object.fromEntries(SETTINGS[kind].map((name) => [name, DEFAULTS[name]]));
  const adaptive = kind === 'adam' || kind === 'adamw';
  return { kind, ...settings, ...(adaptive ? { learningRate: ADAM_RATE } : {}) };
}

/**
 * Reads dynamics. Settings that are absent take their default.
 * @param along settings that axes run over
 * @throws FieldError, also for a setting that the kind does not have
 */
export function readDynamics(value: unknown, along: readonly string[]): Dynamics {
  const all = ['kind', ...Object.keys(DEFAULTS)];
  const { kind: name } = readObject(value, 'dynamics', all);
  const kind = readChoice(name, 'dynamics.kind', DYNAMICS);
  const object = readObject(value, 'dynamics', ['kind', ...SETTINGS[kind]]);
  const read: Record<string, unknown> = { ...defaultDynamics(kind) };
  for (const setting of SETTINGS[kind]) {
    const given = object[setting];
    if (given === undefined) continue;
    const field = join('dynamics', setting);
    if (along.includes(setting)) {
      throw new FieldError(field, given, `nothing: an axis runs over ${setting}`);
    }
    read[setting] =
      setting === 'decayed'
        ? readChoice(given, field, DECAYED)
        : setting === 'parameters'
          ? readChoice(given, field, PARAMETERS_KEPT)
          : readNumber(given, field, DYNAMICS_RANGES[setting]);
  }
  return read as unknown as Dynamics;
}

/** Dynamics as they would be written by hand: no settings that are at their default. */
export function dynamicsToJson(dynamics: Dynamics, along: readonly string[]): object {
  const defaults = defaultDynamics(dynamics.kind);
  const entries = Object.entries(dynamics).filter(
    ([name, value]) =>
      name === 'kind' || (!along.includes(name) && value !== defaults[name as keyof Dynamics]),
  );
  return Object.fromEntries(entries);
}

/** log10 t_end of training in steps: twelve digits, as a file has it. */
export function stepHorizon({ learningRate = 1, steps = 1 }: Dynamics): number {
  return Number(Math.log10(learningRate * steps).toPrecision(12));
}

/** Rates at which weights and bias are pulled to zero. */
export interface Pull {
  readonly weights: number;
  readonly bias: number;
}

/** All settings that training needs beside data; what a kind has not is neutral. */
export interface Training {
  readonly learningRate: number;
  readonly steps: number;
  readonly momentum: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Samples in a minibatch; 0: all. */
  readonly batchSize: number;
  readonly l2: Pull;
  readonly weightDecay: Pull;
  readonly initialScale: number;
  readonly parameters: ParametersKept;
  /** θ/‖u‖ at the test thresholds: the first step at which each has been reached is recorded. */
  readonly testQuantiles: readonly number[];
  /** Training errors that each training threshold allows, likewise. */
  readonly trainErrors: readonly number[];
}

/** The part of a Training that comes from the spec's dynamics. */
export function trainingOf(dynamics: Dynamics): Omit<Training, 'testQuantiles' | 'trainErrors'> {
  const { decayed = 'both', batchSize = 0, l2 = 0, weightDecay = 0, initialScale = 0 } = dynamics;
  const pull = (rate: number): Pull => ({
    weights: decayed === 'bias' ? 0 : rate,
    bias: decayed === 'weights' ? 0 : rate,
  });
  return {
    learningRate: dynamics.learningRate ?? 0,
    steps: dynamics.steps ?? 0,
    momentum: dynamics.momentum ?? 0,
    beta1: dynamics.beta1 ?? 0,
    beta2: dynamics.beta2 ?? 0,
    epsilon: dynamics.epsilon ?? 0,
    batchSize,
    l2: pull(l2),
    weightDecay: pull(weightDecay),
    initialScale,
    parameters: dynamics.parameters ?? 'exact',
  };
}
