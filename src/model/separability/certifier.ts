/** Certificates for many datasets, as tables, files and the page have them. */
import type { Replica } from '../replica.ts';
import type { Certificate } from './certificate.ts';
import { norm } from './points.ts';

/** What a certificate says, without the vectors that prove it. */
export type Separability =
  | {
      readonly kind: 'separable';
      /** Bounds on κ, the margin of g; the margin of the data is M = σκ. */
      readonly lower: number;
      readonly upper: number;
    }
  | {
      readonly kind: 'inseparable';
      /** ‖u∞‖ = σ‖S∞‖. */
      readonly norm: number;
      /** E∞, the minimum of (1/N) Σ exp(u·g_i). */
      readonly objective: number;
      /** ‖Σ p_i g_i‖ of the positive combination. */
      readonly residual: number;
    }
  | { readonly kind: 'undecided'; readonly reason: string };

/** A dataset that has been certified: the replica it belongs to, and what it is. */
export interface Certified {
  readonly index: number;
  readonly separability: Separability;
}

/** Certifies datasets off the main thread. */
export interface Certifier {
  /**
   * Draws replicas as it goes and yields what their datasets are, in batches, some of them empty.
   * Ends when all are done, or at once when `signal` aborts.
   * @throws EngineLostError if a worker fails
   */
  run(replicas: Iterable<Replica>, signal: AbortSignal): AsyncIterable<readonly Certified[]>;
}

/** A certificate without its vectors. */
export function summaryOf(certificate: Certificate): Separability {
  switch (certificate.kind) {
    case 'separable': {
      const { kind, lower, upper } = certificate;
      return { kind, lower, upper };
    }
    case 'inseparable': {
      const { kind, minimiser, objective, residual } = certificate;
      return { kind, norm: norm(minimiser), objective, residual };
    }
    case 'undecided':
      return certificate;
  }
}
