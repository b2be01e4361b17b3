/** Settings of the dynamics in words, for the form and for captions. */
import type { DataLaw, DistributionKind } from '../model/distribution.ts';
import type { Decayed, DynamicsKind, DynamicsNumber, ParametersKept } from '../model/dynamics.ts';
import { type Dynamics, defaultDynamics } from '../model/dynamics.ts';

/** How each kind trains, in a few words. */
export const DYNAMICS_NAMES: Readonly<Record<DynamicsKind, string>> = {
  flow: 'gradient flow',
  conformal: 'exponential loss, no bias',
  gd: 'gradient descent',
  heavyBall: 'heavy ball',
  nesterov: 'Nesterov momentum',
  adam: 'Adam',
  adamw: 'AdamW',
  sgd: 'minibatch descent',
};

export const SETTING_LABELS: Readonly<Record<DynamicsNumber, string>> = {
  learningRate: 'Learning rate η',
  steps: 'Steps',
  momentum: 'Momentum β',
  beta1: 'β₁',
  beta2: 'β₂',
  epsilon: 'ε',
  batchSize: 'Samples in a minibatch',
  l2: 'ℓ2 regularisation γ',
  weightDecay: 'Weight decay γ',
  initialScale: 'Scale of S at the start',
};

export const DECAYED_NAMES: Readonly<Record<Decayed, string>> = {
  both: 'weights and bias',
  weights: 'weights',
  bias: 'bias',
};

export const PARAMETERS_NAMES: Readonly<Record<ParametersKept, string>> = {
  exact: 'exact',
  float32: 'float32, which freezes',
};

export const DISTRIBUTION_NAMES: Readonly<Record<DistributionKind, string>> = {
  gaussian: 'Gaussian',
  rademacher: '±1 (Rademacher)',
  uniform: 'uniform',
  laplace: 'Laplace',
  studentT: 'Student t',
};

/** What is not standard Gaussian about data: "Student t, ν 3, mean 0.5 of x₁". Empty for Gaussian data. */
export function dataText({ distribution, degrees, spectrum, shift }: DataLaw): string {
  return [
    ...(distribution === 'gaussian' ? [] : [`${DISTRIBUTION_NAMES[distribution]} data`]),
    ...(degrees === undefined ? [] : [`ν ${degrees}`]),
    ...(spectrum === 0 ? [] : [`covariance j^−${spectrum}`]),
    ...(shift === 0 ? [] : [`mean ${shift}σ of x₁`]),
  ].join(', ');
}

const SYMBOLS: Readonly<Partial<Record<DynamicsNumber, string>>> = {
  learningRate: 'η',
  momentum: 'β',
  beta1: 'β₁',
  beta2: 'β₂',
  epsilon: 'ε',
  batchSize: 'minibatches of',
  l2: 'ℓ2',
  weightDecay: 'decay',
  initialScale: 'S(0) of scale',
};

/**
 * What is not plain gradient flow: "Adam, η 0.001, β₁ 0.9". Empty for gradient flow from zero.
 * @param along settings that axes run over
 */
export function dynamicsText(dynamics: Dynamics, along: readonly string[]): string {
  const defaults = defaultDynamics(dynamics.kind);
  const parts = Object.entries(SYMBOLS).flatMap(([name, symbol]) => {
    const value = dynamics[name as DynamicsNumber];
    // A rate of learning or a momentum is worth saying; what is off is not.
    const told = name === 'epsilon' ? value !== defaults.epsilon : value !== 0;
    return value === undefined || along.includes(name) || !told ? [] : [`${symbol} ${value}`];
  });
  if (dynamics.parameters === 'float32') parts.push('float32 parameters');
  if (dynamics.kind === 'flow' && parts.length === 0) return '';
  return [DYNAMICS_NAMES[dynamics.kind], ...parts].join(', ');
}
