/** The shaders as complete modules: shared parts, constants of the host and one pass each. */
import baselineColumns from '../../shaders/baseline/columns.wgsl?raw';
import copy from '../../shaders/baseline/copy.wgsl?raw';
import baselineRows from '../../shaders/baseline/rows.wgsl?raw';
import baselineShared from '../../shaders/baseline/shared.wgsl?raw';
import advance from '../../shaders/flow/advance.wgsl?raw';
import control from '../../shaders/flow/control.wgsl?raw';
import journal from '../../shaders/flow/journal.wgsl?raw';
import merge from '../../shaders/flow/merge.wgsl?raw';
import partials from '../../shaders/flow/partials.wgsl?raw';
import pass from '../../shaders/flow/pass.wgsl?raw';
import regenerated from '../../shaders/flow/regenerated.wgsl?raw';
import resident from '../../shaders/flow/resident.wgsl?raw';
import residual from '../../shaders/flow/residual.wgsl?raw';
import rows from '../../shaders/flow/rows.wgsl?raw';
import state from '../../shaders/flow/state.wgsl?raw';
import step from '../../shaders/flow/step.wgsl?raw';
import stored from '../../shaders/flow/stored.wgsl?raw';
import generate from '../../shaders/generate.wgsl?raw';
import probe from '../../shaders/probe.wgsl?raw';
import entries from '../../shaders/shared/entries.wgsl?raw';
import layout from '../../shaders/shared/layout.wgsl?raw';
import reduce from '../../shaders/shared/reduce.wgsl?raw';
import threefry from '../../shaders/shared/threefry.wgsl?raw';
import { Control } from '../model/replica.ts';
import { MAX_STAGES } from '../model/rkc.ts';
import { structLayout } from './layout.ts';
import type { RowSource, Variant } from './plan.ts';
import { unroll } from './unroll.ts';

export const slotLayout = structLayout(layout, 'Slot');
export const paramsLayout = structLayout(layout, 'Params');
export const stageLayout = structLayout(layout, 'Stage');
export const questionLayout = structLayout(probe, 'Question');
export const answerLayout = structLayout(probe, 'Answer');
export const shapeLayout = structLayout(baselineShared, 'Shape');

/**
 * A constant of the shaders.
 * @throws Error if the source has none of that name
 */
export function shaderConstant(name: string): number {
  const value = new RegExp(`const ${name} = (\\d+)u;`).exec(layout)?.[1];
  if (value === undefined) throw new Error(`no constant ${name} in the shader source`);
  return Number(value);
}

/** Constants of the step control that shaders and host share, declared from the host's values. */
function controlConstants(): string {
  const float = (value: number): string => `f32(${value.toExponential()})`;
  return [
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
  ].join('\n');
}

/** What a pass over rows is compiled for. */
function variantConstants(variant: Variant, index: number): string {
  const { workgroup, lanes, held, batch, members, kept } = variant;
  const counts = { WORKGROUP: workgroup, LANES: lanes, HELD: held, BATCH: batch };
  return Object.entries({ ...counts, MEMBERS: members, KEPT: kept, VARIANT: index })
    .map(([name, value]) => `const ${name} = ${value}u;`)
    .join('\n');
}

function passSource({ held, batch, members }: Variant): string {
  return unroll(pass, { HELD: held, BATCH: batch, MEMBERS: members });
}

/** Source of the pass that gets seats ready. */
export function generateSource(workgroup: number): string {
  return [`const WORKGROUP = ${workgroup}u;`, layout, threefry, entries, generate].join('\n');
}

/** Everything that the passes of a flow have in common. */
function flowParts(variant: Variant, index: number): string[] {
  const constants = [variantConstants(variant, index), controlConstants()];
  return [...constants, layout, state, reduce, journal, residual];
}

/**
 * Source of the kernel in which one workgroup trains a replica, many gradients a dispatch.
 * @param index of the variant among those of the plan: it takes the seats that name it
 */
export function residentSource(variant: Variant, index = 0): string {
  return [...flowParts(variant, index), passSource(variant), step, advance, resident].join('\n');
}

/** Source of the three passes of a streamed gradient. */
export function streamedSource(
  variant: Variant,
  rowSource: RowSource,
): { readonly rows: string; readonly merge: string; readonly control: string } {
  const source = rowSource === 'stored' ? [stored] : [threefry, entries, regenerated];
  const own = [...flowParts(variant, 0), partials];
  return {
    rows: [...own, ...source, passSource(variant), rows].join('\n'),
    merge: [...own, merge].join('\n'),
    control: [...own, step, advance, control].join('\n'),
  };
}

/** Source of the pass that probes the arithmetic of a device. */
export function probeSource(workgroup: number): string {
  return [`const WORKGROUP = ${workgroup}u;`, probe].join('\n');
}

/** Source of a pass that copies a buffer. */
export function copySource(workgroup: number): string {
  return [`const WORKGROUP = ${workgroup}u;`, copy].join('\n');
}

/** Sources of the two passes of the straightforward gradient. */
export function baselineSources(workgroup: number): {
  readonly rows: string;
  readonly columns: string;
} {
  const own = [`const WORKGROUP = ${workgroup}u;`, baselineShared];
  return {
    rows: [...own, baselineRows].join('\n'),
    columns: [...own, baselineColumns].join('\n'),
  };
}
