/** The form's fields as text, to and from a spec; what is typed is judged by parseSpec alone. */
import { type Axis, type AxisParameter, axisValues } from '../model/axis.ts';
import { type DynamicsKind, defaultDynamics, isDescent } from '../model/dynamics.ts';
import { parseSpec, type SweepSpec, specToJson } from '../model/spec.ts';

/** One axis as text. */
export interface AxisDraft {
  over: AxisParameter;
  form: 'range' | 'list';
  from: string;
  to: string;
  step: string;
  list: string;
}

/** Every field of the form. */
export interface Draft {
  samples: string;
  sigma: string;
  lambda: string;
  seed: string;
  seedsPerCell: string;
  ensemble: string;
  distribution: string;
  degrees: string;
  spectrum: string;
  shift: string;
  test: string;
  train: string;
  horizon: string;
  tolerance: string;
  until: string;
  dynamics: DynamicsKind;
  /** Settings of the dynamics, by name. */
  settings: Readonly<Record<string, string>>;
  x: AxisDraft;
  y: AxisDraft;
}

function draftAxis(axis: Axis): AxisDraft {
  const values = axisValues(axis);
  const [first = 0, second] = values;
  const step = 'step' in axis ? axis.step : second === undefined ? 1 : second - first;
  return {
    over: axis.over,
    form: 'values' in axis ? 'list' : 'range',
    from: String(first),
    to: String('to' in axis ? axis.to : values.at(-1)),
    step: String(Number(step.toPrecision(12))),
    list: values.join(', '),
  };
}

/** Settings of dynamics as text, by name. */
export function draftSettings({
  kind,
  ...settings
}: SweepSpec['dynamics']): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)]));
}

/** A draft with dynamics of another kind; settings that both kinds have stay. */
export function withDynamics(draft: Draft, kind: DynamicsKind): Draft {
  const settings = draftSettings(defaultDynamics(kind));
  // A learning rate that suits one kind does not suit the other.
  const { learningRate: _, ...kept } = draft.settings;
  for (const [name, text] of Object.entries(kept)) if (name in settings) settings[name] = text;
  return { ...draft, dynamics: kind, settings };
}

/** The form's text for a spec. */
export function draftOf(spec: SweepSpec): Draft {
  return {
    samples: String(spec.samples),
    sigma: String(spec.sigma),
    lambda: String(spec.lambda),
    seed: String(spec.seed),
    seedsPerCell: String(spec.seedsPerCell),
    ensemble: spec.ensemble,
    distribution: spec.data.distribution,
    degrees: String(spec.data.degrees ?? 3),
    spectrum: String(spec.data.spectrum),
    shift: String(spec.data.shift),
    test: spec.thresholds.test.join(', '),
    train: spec.thresholds.train.join(', '),
    horizon: String(spec.horizon),
    tolerance: spec.tolerance,
    until: spec.until,
    dynamics: spec.dynamics.kind,
    settings: draftSettings(spec.dynamics),
    x: draftAxis(spec.x),
    y: draftAxis(spec.y),
  };
}

/** A number if the text is one, else the text itself, which the parser will complain about. */
function value(text: string): number | string {
  const trimmed = text.trim().replace('−', '-');
  return trimmed !== '' && Number.isFinite(Number(trimmed)) ? Number(trimmed) : text;
}

function list(text: string): (number | string)[] {
  return text
    .split(/[,;\s]+/)
    .filter(Boolean)
    .map(value);
}

function axisJson({ over, form, from, to, step, list: values }: AxisDraft): object {
  return form === 'list'
    ? { over, values: list(values) }
    : { over, from: value(from), to: value(to), step: value(step) };
}

function dataJson({ distribution, degrees, spectrum, shift }: Draft): object {
  return {
    distribution,
    ...(distribution === 'studentT' ? { degrees: value(degrees) } : {}),
    spectrum: value(spectrum),
    shift: value(shift),
  };
}

/** Settings as a spec has them, without those that axes run over. */
export function settingsJson(settings: Draft['settings'], axes: readonly string[]): object {
  const entries = Object.entries(settings).filter(([name]) => !axes.includes(name));
  return Object.fromEntries(entries.map(([name, text]) => [name, value(text)]));
}

/**
 * The spec that a draft stands for.
 * @throws FieldError that names the first field that is not accepted
 */
export function specOf(draft: Draft): SweepSpec {
  const axes: string[] = [draft.x.over, draft.y.over];
  const json: Record<string, unknown> = {
    ...specToJson(parseSpec({})),
    data: undefined,
    samples: value(draft.samples),
    sigma: value(draft.sigma),
    lambda: value(draft.lambda),
    seed: value(draft.seed),
    seedsPerCell: axes.includes('seed') ? 1 : value(draft.seedsPerCell),
    ensemble: draft.ensemble,
    ...(draft.ensemble === 'twoPoint' ? {} : { data: dataJson(draft) }),
    thresholds: { test: list(draft.test), train: list(draft.train) },
    ...(isDescent(draft.dynamics) ? {} : { horizon: value(draft.horizon) }),
    tolerance: draft.tolerance,
    until: draft.until,
    dynamics: { kind: draft.dynamics, ...settingsJson(draft.settings, axes) },
    x: axisJson(draft.x),
    y: axisJson(draft.y),
  };
  if (isDescent(draft.dynamics)) delete json.horizon;
  for (const name of axes) delete json[name];
  return parseSpec(json);
}
