/** Numbers and states in words, for labels, tables and spoken values. */
import type { AxisParameter } from '../model/axis.ts';
import type { SweepSpec } from '../model/spec.ts';
import type { Quantile } from '../results/summary.ts';

const SUPERSCRIPTS: Record<string, string> = {
  '-': '⁻',
  '.': '·',
  0: '⁰',
  1: '¹',
  2: '²',
  3: '³',
  4: '⁴',
  5: '⁵',
  6: '⁶',
  7: '⁷',
  8: '⁸',
  9: '⁹',
};

/** 10 to a power, with a true superscript: 10³⁰. */
export function powerOfTen(exponent: number): string {
  return `10${[...number(exponent)].map((c) => SUPERSCRIPTS[c] ?? c).join('')}`;
}

/** A time given by its log10: 0.0316, 4.2, 1.3·10⁵. */
export function time(log10t: number): string {
  if (log10t > -3 && log10t < 4) return String(Number((10 ** log10t).toPrecision(3)));
  let exponent = Math.floor(log10t);
  let mantissa = Number((10 ** (log10t - exponent)).toPrecision(2));
  if (mantissa >= 10) {
    mantissa /= 10;
    exponent++;
  }
  return `${mantissa}·${powerOfTen(exponent)}`;
}

/**
 * A quantile of times, or its state, in words.
 * @param end t_end in words: see endOf
 */
export function quantileText(quantile: Quantile, end: string): string {
  switch (quantile.state) {
    case 'crossed':
      return time(quantile.log10t);
    case 'fromStart':
      return 'from the start';
    case 'notBy':
      return `not by ${end}`;
    case 'never':
      return 'never';
    case 'none':
      return '–';
  }
}

/** What ends the runs of a spec: 10³⁰, or a number of steps, which is another t for every learning rate. */
export function endOf({ horizon, dynamics }: Pick<SweepSpec, 'horizon' | 'dynamics'>): string {
  const { steps } = dynamics;
  return steps === undefined ? powerOfTen(horizon) : `step ${count(steps)}`;
}

/** At most `digits` significant digits, without trailing zeros. */
export function number(value: number, digits = 4): string {
  return String(Number(value.toPrecision(digits)));
}

/** A count with narrow no-break spaces between thousands. */
export function count(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** Seconds as 3 s, 2 min 5 s, 1 h 10 min. */
export function duration(seconds: number): string {
  const s = Math.ceil(seconds);
  if (s < 60) return `${s}\u00a0s`;
  if (s < 3600) return `${Math.floor(s / 60)}\u00a0min ${s % 60}\u00a0s`;
  return `${Math.floor(s / 3600)}\u00a0h ${Math.floor((s % 3600) / 60)}\u00a0min`;
}

/** Symbol and meaning of a parameter, as axis titles have them. */
export const PARAMETER_LABELS: Record<AxisParameter, { symbol: string; title: string }> = {
  lambda: { symbol: 'λ', title: 'λ = d/N' },
  seed: { symbol: 'seed', title: 'seed' },
  sigma: { symbol: 'σ', title: 'σ, standard deviation of the data' },
  samples: { symbol: 'N', title: 'N, training samples' },
  learningRate: { symbol: 'η', title: 'η, learning rate' },
  momentum: { symbol: 'β', title: 'β, momentum' },
  beta1: { symbol: 'β₁', title: 'β₁, decay of the mean gradient' },
  beta2: { symbol: 'β₂', title: 'β₂, decay of the mean square gradient' },
  batchSize: { symbol: 'batch', title: 'samples in a minibatch' },
  l2: { symbol: 'γ', title: 'γ, ℓ2 regularisation' },
  weightDecay: { symbol: 'γ', title: 'γ, weight decay' },
  initialScale: { symbol: 'S(0)', title: 'standard deviation of S(0)' },
};
