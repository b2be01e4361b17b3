/** What the entries of a dataset are drawn from, and how its coordinates are scaled and shifted. */
import { FieldError, join, readChoice, readNumber, readObject } from './fields.ts';

/** Symmetric distributions of unit variance. */
export const DISTRIBUTIONS = ['gaussian', 'rademacher', 'uniform', 'laplace', 'studentT'] as const;
export type DistributionKind = (typeof DISTRIBUTIONS)[number];

/** The data as the spec has them: x_i = σ (s ∘ g_i + m e₁). */
export interface DataLaw {
  /** Of the entries of g. */
  readonly distribution: DistributionKind;
  /** Degrees of freedom ν of Student's t; only with it. */
  readonly degrees?: number;
  /** Exponent α of the covariance: s_j² goes with j^{−α}, with mean 1. */
  readonly spectrum: number;
  /** m, mean of the first coordinate in units of σ. */
  readonly shift: number;
}

export const GAUSSIAN: DataLaw = { distribution: 'gaussian', spectrum: 0, shift: 0 };

/** ν from 3 on: with less, the variance is infinite, or nearly. */
const DEGREES = { min: 3, max: 1000 };
const DEFAULT_DEGREES = 3;
const SPECTRUM = { min: 0, max: 10 };
const SHIFT = { min: -10, max: 10 };

/**
 * Reads the data of a spec.
 * @throws FieldError
 */
export function readData(value: unknown): DataLaw {
  const object = readObject(value, 'data', ['distribution', 'degrees', 'spectrum', 'shift']);
  const at = (name: string): string => join('data', name);
  const distribution = readChoice(
    object.distribution ?? GAUSSIAN.distribution,
    at('distribution'),
    DISTRIBUTIONS,
  );
  if (distribution !== 'studentT' && object.degrees !== undefined) {
    throw new FieldError(at('degrees'), object.degrees, 'nothing without "studentT"');
  }
  const degrees = readNumber(object.degrees ?? DEFAULT_DEGREES, at('degrees'), DEGREES);
  return {
    distribution,
    ...(distribution === 'studentT' ? { degrees } : {}),
    spectrum: readNumber(object.spectrum ?? GAUSSIAN.spectrum, at('spectrum'), SPECTRUM),
    shift: readNumber(object.shift ?? GAUSSIAN.shift, at('shift'), SHIFT),
  };
}

/** Whether coordinates are alike and centred: else only float64 engines train. */
export function isIsotropic({ spectrum, shift }: DataLaw): boolean {
  return spectrum === 0 && shift === 0;
}

/** Whether data are those of the paper. */
export function isPlain(data: DataLaw): boolean {
  return data.distribution === 'gaussian' && isIsotropic(data);
}

/** s_j, standard deviations of the coordinates in units of σ: s_j² = d j^{−α} / Σ k^{−α}. */
export function scalesOf({ spectrum }: DataLaw, dimensions: number): Float64Array {
  const powers = Float64Array.from({ length: dimensions }, (_, j) => (j + 1) ** -spectrum);
  const mean = powers.reduce((sum, p) => sum + p, 0) / dimensions;
  return powers.map((p) => Math.sqrt(p / mean));
}
