/** The headless library: specs, engines, results; no DOM. */
export { axisValues } from './model/axis.ts';
export { parseSpec } from './model/spec.ts';
