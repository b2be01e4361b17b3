/** The headless library: specs, sweeps, engines, results, theory and claims; nothing of a page. */
export { CLAIMS } from './claims/all.ts';
export type { Claim, Size, Verdict } from './claims/claim.ts';
export { runClaim } from './claims/run.ts';
export { CpuCertifier } from './cpu/certifier.ts';
export { CpuEngine } from './cpu/engine.ts';
export type { WorkerPort } from './cpu/pool.ts';
export type { Simd } from './cpu/simd.ts';
export { simdSupport } from './cpu/simd-support.ts';
export { serve } from './cpu/worker.ts';
export { certifierOf, engineChooser, type Surroundings } from './engines.ts';
export { WebGpuEngine, type WebGpuOptions } from './gpu/engine.ts';
export { axisValues } from './model/axis.ts';
export { datasetHalves, datasetValues } from './model/dataset.ts';
export type { Arithmetic, CheckedReplica, DeviceCheck } from './model/device-check.ts';
export type { Batch, Engine, EngineChoice, EnginePreference } from './model/engine.ts';
export { FieldError } from './model/fields.ts';
export { testAccuracy, testLoss } from './model/observables.ts';
export type { Replica, Trajectory } from './model/replica.ts';
export {
  type Certificate,
  certify,
  checkCertificate,
} from './model/separability/certificate.ts';
export type { Certifier, Separability } from './model/separability/certifier.ts';
export { DEFAULT_SPEC, parseSpec, parseSpecText, type SweepSpec } from './model/spec.ts';
export { logConformalTime } from './model/theory/conformal.ts';
export { lateClock, lateTestTime, separableRates } from './model/theory/late.ts';
export { divergenceLambda, finalTestAccuracy, marginOf } from './model/theory/margin.ts';
export { saddlePoint, saddlePointOfNorm } from './model/theory/saddle.ts';
export { separableProbability } from './model/theory/wendel.ts';
export { decodeResults, encodeResults, sourceOf } from './results/codec.ts';
export { fitCollapse } from './results/collapse.ts';
export { fitDivergence } from './results/divergence.ts';
export { decodeFile, encodeAs, type Format, formatOf } from './results/formats.ts';
export { effectiveLambda } from './results/limits.ts';
export {
  predictFromAccuracy,
  predictFromCertificate,
  predictFromPlace,
  predictFromRun,
  type Question,
  type Told,
} from './results/prediction.ts';
export { fitSeparability } from './results/scaling.ts';
export { summarise } from './results/summary.ts';
export { ResultTable } from './results/table.ts';
export { testTime, trainTime } from './results/times.ts';
export { Certification } from './sweep/certification.ts';
export { checkDevice } from './sweep/device-check.ts';
export { SweepPlan } from './sweep/plan.ts';
export { Sweep } from './sweep/sweep.ts';
