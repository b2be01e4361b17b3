import { bothNeeded } from './both-needed.ts';
import type { Claim } from './claim.ts';
import { conformalTime } from './conformal.ts';
import { timeDivergence } from './divergence.ts';
import { finalAccuracy } from './final-accuracy.ts';
import { float32Freezes } from './float32-freezes.ts';
import { lateGeneralisation } from './late-generalisation.ts';
import { oneDimensional } from './one-dimensional.ts';
import { prediction } from './prediction.ts';
import { nonMonotonicTestLoss } from './test-loss.ts';
import { weightDivergence } from './weight-divergence.ts';

/** The results of the paper, in the order in which they are told, what is in the way of repeating them, and what is of use. */
export const CLAIMS: readonly Claim[] = [
  lateGeneralisation,
  nonMonotonicTestLoss,
  finalAccuracy,
  timeDivergence,
  weightDivergence,
  conformalTime,
  oneDimensional,
  bothNeeded,
  float32Freezes,
  prediction,
];
