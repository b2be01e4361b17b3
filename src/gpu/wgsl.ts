/** The shaders as complete modules: shared parts, constants of the host and one pass each. */
import flow from '../../shaders/flow.wgsl?raw';
import generate from '../../shaders/generate.wgsl?raw';
import gradient from '../../shaders/gradient.wgsl?raw';
import journal from '../../shaders/journal.wgsl?raw';
import probe from '../../shaders/probe.wgsl?raw';
import layout from '../../shaders/shared/layout.wgsl?raw';
import reduce from '../../shaders/shared/reduce.wgsl?raw';
import threefry from '../../shaders/shared/threefry.wgsl?raw';
import step from '../../shaders/step.wgsl?raw';
import { Control } from '../model/replica.ts';
import { MAX_STAGES } from '../model/rkc.ts';
import { structLayout } from './layout.ts';

export const slotLayout = structLayout(layout, 'Slot');
export const paramsLayout = structLayout(layout, 'Params');
export const stageLayout = structLayout(layout, 'Stage');
export const questionLayout = structLayout(probe, 'Question');
export const answerLayout = structLayout(probe, 'Answer');

/**
 * A constant of the shaders.
 * @throws Error if the source has none of that name
 */
export function shaderConstant(name: string): number {
  const value = new RegExp(`const ${name} = (\\d+)u;`).exec(layout)?.[1];
  if (value === undefined) throw new Error(`no constant ${name} in the shader source`);
  return Number(value);
}

/** Constants that shaders and host share, declared from the host's values. */
function constants(workgroup: number): string {
  const float = (value: number): string => `f32(${value.toExponential()})`;
  return [
    `const WORKGROUP = ${workgroup}u;`,
    `const MAX_STAGES = ${MAX_STAGES}u;`,
    `const UNORM_FLOOR = ${float(Control.uNormFloor)};`,
    `const FIRST_STEP = ${float(Control.firstStep)};`,
    `const MAX_LOG_TIME_STEP = ${float(Control.maxLogTimeStep)};`,
    `const TIME_ERROR_WEIGHT = ${float(Control.timeErrorWeight)};`,
    `const RADIUS_INTERVAL = ${Control.radiusInterval}u;`,
    `const FIRST_POWER_ITERATIONS = ${Control.firstPowerIterations}u;`,
    `const POWER_ITERATIONS = ${Control.powerIterations}u;`,
    `const RADIUS_SAFETY = ${float(Control.radiusSafety)};`,
    `const DIFFERENCE_DISTANCE = ${float(Control.differenceDistance)};`,
    `const MAX_GROWTH = ${float(Control.maxGrowth)};`,
    `const MAX_SHRINK = ${float(Control.maxShrink)};`,
    `const MAX_REJECTIONS = ${Control.maxRejections}u;`,
    '',
  ].join('\n');
}

/** Source of the pass that makes datasets. */
export function generateSource(workgroup: number): string {
  return [constants(workgroup), layout, threefry, generate].join('\n');
}

/** Source of the pass that trains. */
export function flowSource(workgroup: number): string {
  return [constants(workgroup), layout, reduce, journal, gradient, step, flow].join('\n');
}

/** Source of the pass that probes the arithmetic of a device. */
export function probeSource(workgroup: number): string {
  return [`const WORKGROUP = ${workgroup}u;`, probe].join('\n');
}
