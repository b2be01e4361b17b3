/** What a device check finds out, what it holds that against, and how it says so. */
import type { Precision } from './replica.ts';

/**
 * Arithmetic of a float32 device as its kernels meet it. Only the first two can fail a check: the
 * kernels rely on neither answer to the others, which are there to explain a difference.
 */
export interface Arithmetic {
  /** Largest error of exp over −87 … 2, in units in the last place of the result. */
  readonly expUlps: number;
  /** Largest error of log over 1e-30 … 2, in units in the last place of the result, or of 1 if larger. */
  readonly logUlps: number;
  /** a·b + c is rounded once, not twice. */
  readonly fused: boolean;
  /** (a + b) − a becomes b: compensated sums do not work. */
  readonly reassociated: boolean;
  /** Numbers below 2^−126 become zero. */
  readonly subnormalsFlushed: boolean;
}

/** One replica whose grokking time is known, and what the engine made of it. */
export interface CheckedReplica {
  readonly samples: number;
  readonly dimensions: number;
  readonly sigma: number;
  readonly seed: number;
  /** log10 t_test(0.95) of the float64 reference. */
  readonly expected: number;
  /** The same by the engine; null if it did not get there. */
  readonly measured: number | null;
}

/** The outcome of a check, as the page shows it and files keep it. */
export interface DeviceCheck {
  readonly passed: boolean;
  /** null: the engine computes in float64 on the CPU, or its arithmetic could not be probed. */
  readonly arithmetic: Arithmetic | null;
  readonly replicas: readonly CheckedReplica[];
  /** One sentence for a reader. */
  readonly message: string;
}

/**
 * Most ulps that exp may be off. WGSL allows 3 + 2|x| ulp, which is 177 at −87. That is a relative
 * error of 2e-5, as if z were off by 2e-5: a tenth of the error allowed per step.
 */
export const MAX_EXP_ULPS = 177;

/**
 * Most ulps that log may be off. WGSL allows an absolute 2^−21 between 0.5 and 2, four ulps of 1,
 * and three ulps of the result elsewhere. Log weights add it to z, where 2e-5 would still do.
 */
export const MAX_LOG_ULPS = 4;

/** Largest |Δ log10 t_test| at default tolerance that docs/numerics.md promises. */
export const MAX_DEVIATION: Readonly<Record<Precision, number>> = { float32: 0.01, float64: 0.005 };

/** The accuracy whose time is known. */
export const CHECKED_ACCURACY = 0.95;

/**
 * Replicas that cross after 10^1.9, 10^3.8 and 10^11: stiff, usual and far below the underflow of
 * float32. Times are those of test/fixtures/flow.json (Dormand–Prince 5(4) at 1e-8 in float64).
 */
export const REFERENCES: readonly Omit<CheckedReplica, 'measured'>[] = [
  { samples: 256, dimensions: 115, sigma: 10, seed: 5, expected: 1.8724866 },
  { samples: 128, dimensions: 64, sigma: 5, seed: 2, expected: 3.7526808 },
  { samples: 256, dimensions: 128, sigma: 5, seed: 3, expected: 10.973335 },
];

/**
 * The verdict on what a check found.
 * @param troubles what kept the check from finding out more, each a clause in words
 */
export function judge(
  precision: Precision,
  arithmetic: Arithmetic | null,
  replicas: readonly CheckedReplica[],
  troubles: readonly string[],
): DeviceCheck {
  const limit = MAX_DEVIATION[precision];
  const off = replicas.map(deviation);
  const compared = off.filter((each) => each !== undefined);
  const worst = Math.max(0, ...compared);
  const faults = [...troubles];
  if (compared.length < replicas.length && troubles.length === 0) {
    faults.push(
      `${replicas.length - compared.length} of ${replicas.length} reference runs have no time`,
    );
  }
  if (!(worst <= limit)) {
    faults.push(`a reference run is off by ${worst.toPrecision(2)} in log₁₀ t, more than ${limit}`);
  }
  if (arithmetic && !(arithmetic.expUlps <= MAX_EXP_ULPS)) {
    faults.push(`exp is off by ${ulps(arithmetic.expUlps)}, more than ${MAX_EXP_ULPS}`);
  }
  if (arithmetic && !(arithmetic.logUlps <= MAX_LOG_ULPS)) {
    faults.push(`log is off by ${ulps(arithmetic.logUlps)}, more than ${MAX_LOG_ULPS}`);
  }
  const message =
    faults.length > 0
      ? `The device check failed: ${faults.join('; ')}.`
      : `The device check passed: ${compared.length} reference runs are within ` +
        `${worst.toFixed(4)} of float64 in log₁₀ t (${limit} is promised).`;
  return { passed: faults.length === 0, arithmetic, replicas, message };
}

/** |Δ log10 t| of a replica; undefined if there is nothing to compare. */
function deviation({ expected, measured }: CheckedReplica): number | undefined {
  return measured === null ? undefined : Math.abs(measured - expected);
}

/** An error in units in the last place, in words. */
export function ulps(error: number): string {
  return `${error >= 100 ? error.toFixed(0) : error.toPrecision(2)} ulp`;
}
