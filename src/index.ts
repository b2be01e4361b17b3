/** The headless library: specs, sweeps, engines and results; nothing of a page. */
export { CpuEngine, type WorkerPort } from './cpu/engine.ts';
export { serve } from './cpu/worker.ts';
export { engineChooser, type Surroundings } from './engines.ts';
export { WebGpuEngine, type WebGpuOptions } from './gpu/engine.ts';
export { axisValues } from './model/axis.ts';
export { datasetHalves, datasetValues } from './model/dataset.ts';
export type { Batch, Engine, EngineChoice, EnginePreference } from './model/engine.ts';
export { FieldError } from './model/fields.ts';
export { testAccuracy, testLoss } from './model/observables.ts';
export type { Replica, Trajectory } from './model/replica.ts';
export { DEFAULT_SPEC, parseSpec, parseSpecText, type SweepSpec } from './model/spec.ts';
export { decodeResults, encodeResults } from './results/codec.ts';
export { summarise } from './results/summary.ts';
export { ResultTable } from './results/table.ts';
export { testTime, trainTime } from './results/times.ts';
export { SweepPlan } from './sweep/plan.ts';
export { Sweep } from './sweep/sweep.ts';
