/** The shaders as complete modules: shared parts, constants of the host and one pass each. */
import baselineColumns from '../../shaders/baseline/columns.wgsl?raw';
import copy from '../../shaders/baseline/copy.wgsl?raw';
import baselineRows from '../../shaders/baseline/rows.wgsl?raw';
import baselineShared from '../../shaders/baseline/shared.wgsl?raw';
import descentAccumulator from '../../shaders/descent/accumulator.wgsl?raw';
import descentAdvance from '../../shaders/descent/advance.wgsl?raw';
import descentBatches from '../../shaders/descent/batches.wgsl?raw';
import descentLayout from '../../shaders/descent/layout.wgsl?raw';
import descentRecord from '../../shaders/descent/record.wgsl?raw';
import descentResident from '../../shaders/descent/resident.wgsl?raw';
import descentResidual from '../../shaders/descent/residual.wgsl?raw';
import descentState from '../../shaders/descent/state.wgsl?raw';
import descentUpdate from '../../shaders/descent/update.wgsl?raw';
import flowAdvance from '../../shaders/flow/advance.wgsl?raw';
import control from '../../shaders/flow/control.wgsl?raw';
import flowLayout from '../../shaders/flow/layout.wgsl?raw';
import merge from '../../shaders/flow/merge.wgsl?raw';
import partials from '../../shaders/flow/partials.wgsl?raw';
import flowRecord from '../../shaders/flow/record.wgsl?raw';
import regenerated from '../../shaders/flow/regenerated.wgsl?raw';
import flowReset from '../../shaders/flow/reset.wgsl?raw';
import flowResident from '../../shaders/flow/resident.wgsl?raw';
import flowResidual from '../../shaders/flow/residual.wgsl?raw';
import rows from '../../shaders/flow/rows.wgsl?raw';
import flowState from '../../shaders/flow/state.wgsl?raw';
import step from '../../shaders/flow/step.wgsl?raw';
import stored from '../../shaders/flow/stored.wgsl?raw';
import timeAdvance from '../../shaders/flow-in-time/advance.wgsl?raw';
import timeLayout from '../../shaders/flow-in-time/layout.wgsl?raw';
import timeRecord from '../../shaders/flow-in-time/record.wgsl?raw';
import timeResident from '../../shaders/flow-in-time/resident.wgsl?raw';
import timeResidual from '../../shaders/flow-in-time/residual.wgsl?raw';
import solve from '../../shaders/flow-in-time/solve.wgsl?raw';
import timeState from '../../shaders/flow-in-time/state.wgsl?raw';
import generate from '../../shaders/generate.wgsl?raw';
import probe from '../../shaders/probe.wgsl?raw';
import entries from '../../shaders/shared/entries.wgsl?raw';
import exchange from '../../shaders/shared/exchange.wgsl?raw';
import subgroupExchange from '../../shaders/shared/exchange-subgroups.wgsl?raw';
import journal from '../../shaders/shared/journal.wgsl?raw';
import layout from '../../shaders/shared/layout.wgsl?raw';
import pass from '../../shaders/shared/pass.wgsl?raw';
import reduce from '../../shaders/shared/reduce.wgsl?raw';
import subgroupReduce from '../../shaders/shared/reduce-subgroups.wgsl?raw';
import writtenByHost from '../../shaders/shared/reset.wgsl?raw';
import resident from '../../shaders/shared/resident.wgsl?raw';
import residual from '../../shaders/shared/residual.wgsl?raw';
import seats from '../../shaders/shared/seats.wgsl?raw';
import threefry from '../../shaders/shared/threefry.wgsl?raw';
import subgroups from '../../shaders/subgroups.wgsl?raw';
import { DESCENTS } from '../model/dynamics.ts';
import { DIVERGED } from '../model/record.ts';
import { Control, TimeControl } from '../model/replica.ts';
import { MAX_STAGES } from '../model/rkc.ts';
import { structLayout } from './layout.ts';
import type { Method } from './machine.ts';
import type { RowSource } from './plan.ts';
import { unroll } from './unroll.ts';
import type { Variant } from './variant.ts';

/** What a slot has depends on the method. */
const LAYOUTS: Readonly<Record<Method, string>> = {
  flow: layout + flowLayout,
  flowInTime: layout + timeLayout,
  descent: layout + descentLayout,
};

export const slotLayouts = {
  flow: structLayout(LAYOUTS.flow, 'Slot'),
  flowInTime: structLayout(LAYOUTS.flowInTime, 'Slot'),
  descent: structLayout(LAYOUTS.descent, 'Slot'),
} as const satisfies Record<Method, unknown>;
export const paramsLayout = structLayout(layout, 'Params');
export const stageLayout = structLayout(flowLayout, 'Stage');
export const questionLayout = structLayout(probe, 'Question');
export const answerLayout = structLayout(probe, 'Answer');
export const shapeLayout = structLayout(baselineShared, 'Shape');

/**
 * A constant that all methods have.
 * @throws Error if the source has none of that name
 */
export function shaderConstant(name: string): number {
  return constantOf(layout, name);
}

/** What a slot has beside it, for the host, which writes some of it. */
const STATES = { flowInTime: timeState, descent: descentState } as const;

/**
 * Place of a vector of a method, in vectors.
 * @throws Error if it has none of that name
 */
export function vectorPlace(method: keyof typeof STATES, name: string): number {
  return constantOf(STATES[method], name);
}

function constantOf(source: string, name: string): number {
  const value = new RegExp(`const ${name} = (\\d+)u;`).exec(source)?.[1];
  if (value === undefined) throw new Error(`no constant ${name} in the shader source`);
  return Number(value);
}

/** Quads of columns that a workgroup of the second streamed pass adds up. */
export function mergedQuads(workgroup: number): number {
  return Math.min(constantOf(merge, 'MOST_MERGED'), workgroup);
}

const float = (value: number): string => `f32(${value.toExponential()})`;

/** Constants of the step control in the clock that shaders and host share, declared from the host's values. */
function controlConstants(): string {
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

/** The same of the step control in time. */
function timeConstants(): string {
  return [
    `const UNORM_FLOOR = ${float(Control.uNormFloor)};`,
    `const GAMMA = ${float(TimeControl.gamma)};`,
    `const MAX_STEP = ${float(TimeControl.maxStep)};`,
    `const SOLVED = ${float(TimeControl.residual)};`,
    `const MAX_ITERATIONS = ${TimeControl.maxIterations}u;`,
    `const MAX_GROWTH = ${float(TimeControl.maxGrowth)};`,
    `const MAX_SHRINK = ${float(TimeControl.maxShrink)};`,
    `const MAX_REJECTIONS = ${TimeControl.maxRejections}u;`,
    `const ROW_DISTANCE = ${float(TimeControl.rowDistance)};`,
  ].join('\n');
}

/** Kinds of descents and when they have failed. */
function descentConstants(): string {
  const kinds = DESCENTS.map((kind, k) => `const KIND_${kind.toUpperCase()} = ${k}u;`);
  return [...kinds, `const DIVERGED = ${float(DIVERGED)};`].join('\n');
}

/** What a pass over rows is compiled for. */
function variantConstants(variant: Variant, index: number): string {
  const { workgroup, lanes, held, batch, members, kept, subgroup } = variant;
  const counts = { WORKGROUP: workgroup, LANES: lanes, HELD: held, BATCH: batch };
  const own = { ...counts, MEMBERS: members, KEPT: kept, VARIANT: index, SUBGROUP: subgroup };
  const lines = Object.entries(own).map(([name, value]) => `const ${name} = ${value}u;`);
  return [...(subgroup > 0 ? ['enable subgroups;'] : []), ...lines].join('\n');
}

function passSource({ held, batch, members, subgroup, rereads }: Variant): string {
  const READ = Number(rereads);
  const counts = { HELD: held, BATCH: batch, MEMBERS: members };
  const source = unroll(pass, { ...counts, POINTS_READ: READ, POINTS_HELD: 1 - READ });
  return [source, subgroup > 0 ? subgroupExchange : exchange].join('\n');
}

const RESETS: Readonly<Record<Method, string>> = {
  flow: flowReset,
  flowInTime: writtenByHost,
  descent: writtenByHost,
};

/** Source of the pass that gets seats ready. */
export function generateSource(workgroup: number, method: Method): string {
  const own = [LAYOUTS[method], RESETS[method]];
  return [`const WORKGROUP = ${workgroup}u;`, ...own, threefry, entries, generate].join('\n');
}

/** What all passes of a method have in common. */
function sharedParts(method: Method, variant: Variant, index: number): string[] {
  const sums = variant.subgroup > 0 ? subgroupReduce : reduce;
  return [variantConstants(variant, index), LAYOUTS[method], seats, sums, journal];
}

function flowParts(variant: Variant, index: number): string[] {
  const shared = sharedParts('flow', variant, index);
  return [...shared, controlConstants(), flowState, flowRecord, residual, flowResidual];
}

function descentParts(variant: Variant, index: number): string[] {
  const shared = sharedParts('descent', variant, index);
  const own = [descentState, descentRecord, descentResidual, descentBatches, threefry];
  return [...shared, descentConstants(), ...own, descentAccumulator, descentUpdate];
}

function timeParts(variant: Variant, index: number): string[] {
  const shared = sharedParts('flowInTime', variant, index);
  const own = [timeState, residual, timeResidual, timeRecord, solve, timeAdvance, timeResident];
  return [...shared, timeConstants(), ...own];
}

/** Everything of a method that the resident kernel needs. */
const RESIDENT: Readonly<Record<Method, (variant: Variant, index: number) => string[]>> = {
  flow: (variant, index) => [...flowParts(variant, index), step, flowAdvance, flowResident],
  flowInTime: timeParts,
  descent: (variant, index) => [...descentParts(variant, index), descentAdvance, descentResident],
};

/**
 * Source of the kernel in which one workgroup trains a replica, many gradients a dispatch.
 * @param index of the variant among those of the plan: it takes the seats that name it
 */
export function residentSource(method: Method, variant: Variant, index = 0): string {
  return [...RESIDENT[method](variant, index), passSource(variant), resident].join('\n');
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
    control: [...own, step, flowAdvance, control].join('\n'),
  };
}

/** Source of the pass that probes the arithmetic of a device. */
export function probeSource(workgroup: number): string {
  return [`const WORKGROUP = ${workgroup}u;`, probe].join('\n');
}

/** Source of the pass that looks where the invocations of subgroups are. */
export function subgroupsSource(workgroup: number, subgroup: number): string {
  const counts = [`const WORKGROUP = ${workgroup}u;`, `const SUBGROUP = ${subgroup}u;`];
  return ['enable subgroups;', ...counts, subgroups].join('\n');
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
