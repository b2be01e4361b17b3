/**
 * Links that restore what the laboratory shows: `#samples=512&x=lambda:0.4:0.56:0.0025&show=delay`. The
 * fields of a spec that differ from the default by their names, axes as over:from:to:step,
 * over:from:to:*count or over:value,value,…, and those of the view beside them.
 */
import type { Axis } from '../model/axis.ts';
import { FieldError } from '../model/fields.ts';
import { parseSpec, parseSpecText, type SweepSpec, specDifferences } from '../model/spec.ts';
import { FIRST_VIEW, type LabView, VIEW_KEYS, viewFromFields, viewToFields } from './lab-view.ts';

/** What a link says. */
export interface LinkState {
  readonly spec: SweepSpec;
  readonly view: LabView;
}

/** The part of a link that restores a spec and what is shown of it. */
export function hashOf(spec: SweepSpec, view: LabView = FIRST_VIEW): string {
  const { x, y, thresholds, dynamics, ...rest } = specDifferences(spec) as Partial<SweepSpec>;
  const fields: Record<string, unknown> = {
    ...rest,
    ...(x ? { x: axisText(x) } : {}),
    ...(y ? { y: axisText(y) } : {}),
    ...(thresholds ? { test: thresholds.test.join(), train: thresholds.train.join() } : {}),
    ...(dynamics
      ? { dynamics: Object.keys(dynamics).length === 1 ? dynamics.kind : dynamics }
      : {}),
    ...viewToFields(view),
  };
  return `#${Object.entries(fields)
    .map(([key, value]) => `${key}=${escaped(textOf(value))}`)
    .join('&')}`;
}

function axisText(axis: Axis): string {
  if ('values' in axis) return `${axis.over}:${axis.values.join()}`;
  const step = 'count' in axis ? `*${axis.count}` : axis.step;
  return `${axis.over}:${axis.from}:${axis.to}:${step}`;
}

const textOf = (value: unknown): string =>
  typeof value === 'object' ? JSON.stringify(value) : String(value);

/** Colons and commas may stand in a fragment as they are. */
const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/%3A/g, ':').replace(/%2C/g, ',').replace(/%2B/g, '+');

/**
 * What a link says; undefined if it says nothing.
 * @throws FieldError if it is not accepted
 */
export function stateFromHash(hash: string): LinkState | undefined {
  const fields = fieldsOf(hash);
  if (fields.size === 0) return undefined;
  try {
    const spec = specOfFields(fields);
    return { spec, view: viewFromFields(fields, spec) };
  } catch (error) {
    if (error instanceof FieldError) {
      throw new FieldError(`link: ${error.field}`, error.value, error.accepted);
    }
    throw error;
  }
}

/**
 * A spec as a link has it, or as JSON; empty text is the default spec.
 * @throws FieldError
 */
export function specFromText(text: string): SweepSpec {
  if (text.trim().startsWith('{')) return parseSpecText(text);
  return specOfFields(fieldsOf(text));
}

/**
 * What is shown of a sweep, as a link has it.
 * @throws FieldError
 */
export function viewFromText(text: string, spec: SweepSpec): LabView {
  const fields = fieldsOf(text);
  for (const [key, value] of fields) {
    if (!(VIEW_KEYS as readonly string[]).includes(key)) {
      throw new FieldError(`view: ${key}`, value, `one of ${VIEW_KEYS.join(', ')}`);
    }
  }
  return viewFromFields(fields, spec);
}

function fieldsOf(hash: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const part of hash.replace(/^#/, '').split('&')) {
    const [, key, text] = /^([^=]+)=(.*)$/.exec(part) ?? [];
    if (key === undefined || text === undefined) continue;
    try {
      fields.set(decodeURIComponent(key), decodeURIComponent(text));
    } catch {
      throw new FieldError(`link: ${key}`, text, 'text with whole %-escapes');
    }
  }
  return fields;
}

function specOfFields(fields: ReadonlyMap<string, string>): SweepSpec {
  // Links of earlier versions have the spec as JSON.
  const whole = fields.get('spec');
  if (whole !== undefined) return parseSpecText(whole);
  const json: Record<string, unknown> = {};
  for (const [key, text] of fields) {
    if ((VIEW_KEYS as readonly string[]).includes(key)) continue;
    if (key === 'x' || key === 'y') json[key] = axisOf(key, text);
    else if (key === 'test' || key === 'train') {
      json.thresholds = { ...(json.thresholds as object), [key]: text.split(',').map(scalar) };
    } else if (key === 'dynamics' && !text.startsWith('{')) json.dynamics = { kind: text };
    else json[key] = text.startsWith('{') ? objectOf(key, text) : scalar(text);
  }
  return parseSpec(json);
}

/** A number where the text is one; else the text, about which parseSpec complains. */
function scalar(text: string): number | string {
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

function objectOf(key: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FieldError(key, text.slice(0, 40), `JSON (${(error as Error).message})`);
  }
}

function axisOf(key: string, text: string): unknown {
  const [over, ...rest] = text.split(':');
  const [from, to, step] = rest;
  if (rest.length === 1) return { over, values: (from as string).split(',').map(scalar) };
  if (from === undefined || to === undefined || step === undefined || rest.length > 3) {
    throw new FieldError(key, text, 'over:from:to:step, over:from:to:*count or over:value,value');
  }
  const ends = { over, from: scalar(from), to: scalar(to) };
  return step.startsWith('*')
    ? { ...ends, count: scalar(step.slice(1)) }
    : { ...ends, step: scalar(step) };
}
