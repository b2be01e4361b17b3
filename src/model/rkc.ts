/**
 * Runge–Kutta–Chebyshev of second order: an explicit method whose stability interval on the
 * negative real axis grows with the square of the number of stages (Sommeijer, Shampine, Verwer,
 * "RKC: an explicit solver for parabolic PDEs", J. Comput. Appl. Math. 88, 1998).
 */

/** Largest number of stages in use: rounding errors of the inner stages grow with its square. */
export const MAX_STAGES = 160;

/** Damping of the paper: keeps a strip around the real axis stable, not only points on it. */
const DAMPING = 2 / 13;

/**
 * Coefficients of one stage for increments D_j = Y_j − Y_0:
 * D_j = μ D_{j−1} + ν D_{j−2} + h (μ̃ F_{j−1} + γ̃ F_0), at the time c·h into the step.
 */
export interface Stage {
  readonly mu: number;
  readonly nu: number;
  readonly muTilde: number;
  readonly gammaTilde: number;
  readonly c: number;
}

/** Largest h·ρ that s stages keep stable. */
export function stabilityLimit(stages: number): number {
  return 0.653 * (stages * stages - 1);
}

/** Least number of stages, at least 2, that keeps a step with the given h·ρ stable. */
export function stagesFor(stepTimesRadius: number): number {
  return Math.max(2, Math.ceil(Math.sqrt(1 + stepTimesRadius / 0.653)));
}

/** The stages 1 … s of the method with s ≥ 2 stages. */
export function stageCoefficients(s: number): Stage[] {
  const w0 = 1 + DAMPING / (s * s);
  // Chebyshev polynomials T_j(w0) and their first two derivatives by the three-term recurrence.
  const T = [1, w0];
  const dT = [0, 1];
  const ddT = [0, 0];
  const at = (values: number[], j: number): number => values[j] as number;
  for (let j = 2; j <= s; j++) {
    T.push(2 * w0 * at(T, j - 1) - at(T, j - 2));
    dT.push(2 * at(T, j - 1) + 2 * w0 * at(dT, j - 1) - at(dT, j - 2));
    ddT.push(4 * at(dT, j - 1) + 2 * w0 * at(ddT, j - 1) - at(ddT, j - 2));
  }
  const w1 = at(dT, s) / at(ddT, s);
  const b = (j: number): number => at(ddT, Math.max(j, 2)) / at(dT, Math.max(j, 2)) ** 2;
  const c = (j: number): number => (j === 1 ? c(2) / at(dT, 2) : (w1 * at(ddT, j)) / at(dT, j));
  const stages: Stage[] = [{ mu: 0, nu: 0, muTilde: b(1) * w1, gammaTilde: 0, c: c(1) }];
  for (let j = 2; j <= s; j++) {
    const muTilde = (2 * b(j) * w1) / b(j - 1);
    stages.push({
      mu: (2 * b(j) * w0) / b(j - 1),
      nu: -b(j) / b(j - 2),
      muTilde,
      gammaTilde: -(1 - b(j - 1) * at(T, j - 1)) * muTilde,
      c: c(j),
    });
  }
  return stages;
}
