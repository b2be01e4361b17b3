/**
 * The tables of docs/prediction.md: how well each way of telling the grokking time does on the runs of a file.
 *
 *     node dist/cli.js run examples/prediction.json --certify --trajectories --out map.json
 *     node bench/prediction.js map.json [--accuracy 0.95]
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

const { decodeResults, effectiveLambda, SweepPlan, lateTestTime, ...library } =
  /** @type {typeof import('../src/index.ts')} */ (
    await import(new URL('../dist/index.js', import.meta.url).href)
  );

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { accuracy: { type: 'string', default: '0.95' } },
});
const accuracy = Number(values.accuracy);
const text = await readFile(positionals[0] ?? '', 'utf8');
const { table } = decodeResults(text, (spec) => new SweepPlan(spec));
const plan = new SweepPlan(table.spec);

/** log10 of the times at which a run is looked at. */
const LOOKS = [1, 2, 3, 4];

/** Upper ends of the ranges of a dataset's own λ. */
const PLACES = [0.42, 0.46, 0.48, 0.49, 0.5, 0.51, 0.52, 1];

/** @typedef {import('../src/results/times.ts').Crossing} Crossing */
/** @typedef {{ place: number, log10t: number, told: Map<string, Crossing | undefined> }} Run */

/** @type {Run[]} */
const runs = [];
/** @type {Map<number, Crossing | undefined>} */
const byLambda = new Map();
for (let index = 0; index < plan.size; index++) {
  const { samples, dimensions, sigma, horizon } = plan.cellOf(index);
  const question = { sigma, accuracy, horizon };
  const separability = table.separability(index);
  const rows = table.record(index);
  const measured = table.testTimeAt(index, accuracy);
  if (!separability || !rows || !measured) throw new Error('A file with records and certificates.');
  const lambda = dimensions / samples;
  if (!byLambda.has(lambda)) byLambda.set(lambda, library.predictFromPlace(lambda, question));
  const log10t = measured.state === 'crossed' ? measured.log10t : Infinity;
  const told = new Map([
    ['λ alone', byLambda.get(lambda)],
    ['certificate', library.predictFromCertificate(separability, question)],
  ]);
  if (separability.kind === 'inseparable') {
    const settled = lateTestTime(accuracy, separability.norm, separability.objective);
    told.set(
      'settled norm',
      settled <= horizon ? { state: 'crossed', log10t: settled } : { state: 'notBy' },
    );
  }
  for (const look of LOOKS.filter((each) => each < log10t)) {
    told.set(`run, t₀ = ${10 ** look}`, library.predictFromRun(rows, look, question)?.time);
    told.set(`power law, t₀ = ${10 ** look}`, powerLaw(rows, look, question));
    told.set(`line, t₀ = ${10 ** look}`, library.predictFromAccuracy(rows, look, question));
  }
  runs.push({ place: effectiveLambda(separability) ?? Number.NaN, log10t, told });
}

console.log('\nRuns with t_test over 1000\n');
row(['predicted by', 'runs', 'ever or not, rightly', 'median size', 'median', '10 to 90 %']);
row(['---', '---', '---', '---', '---', '---']);
for (const way of ways()) {
  const asked = runs.filter((run) => run.log10t > 3 && run.told.get(way));
  const errors = errorsOf(asked, way);
  const sizes = errors.map(Math.abs).sort((a, b) => a - b);
  const right = asked.filter((run) => reached(run.told.get(way)) === run.log10t < Infinity);
  row([
    way,
    String(asked.length),
    `${((100 * right.length) / asked.length).toFixed(1)} %`,
    at(sizes, 0.5).toFixed(2),
    signed(at(errors, 0.5)),
    `${signed(at(errors, 0.1))} to ${signed(at(errors, 0.9))}`,
  ]);
}

console.log('\nBy the place of the dataset: median error, 10 to 90 %, and how many told wrongly\n');
const shown = [
  'λ alone',
  'settled norm',
  'certificate',
  'run, t₀ = 10',
  'run, t₀ = 100',
  'run, t₀ = 1000',
];
row(['own λ', 'runs', ...shown]);
row(['---', '---', ...shown.map(() => '---')]);
PLACES.forEach((to, k) => {
  const from = PLACES[k - 1] ?? 0;
  const here = runs.filter(({ place }) => place >= from && place < to);
  if (here.length === 0) return;
  row([
    k === 0 ? `below ${to}` : k === PLACES.length - 1 ? `from ${from}` : `${from} to ${to}`,
    String(here.length),
    ...shown.map((way) => {
      const errors = errorsOf(here, way);
      const wrong = here.filter((run) => {
        const told = run.told.get(way);
        return told && reached(told) !== run.log10t < Infinity;
      }).length;
      const asked = here.filter((run) => run.told.get(way));
      const none = asked.length > 2 && asked.every((run) => !reached(run.told.get(way)));
      const text =
        errors.length > 2
          ? `${signed(at(errors, 0.5))} (${signed(at(errors, 0.1))} to ${signed(at(errors, 0.9))})`
          : none
            ? 'not by t_end'
            : '–';
      return wrong > 0 ? `${text}, ${wrong} wrong` : text;
    }),
  ]);
});

/**
 * ‖u‖ ∝ θ^p from now on, with the p and E of the last row by t₀: what a norm on doubly logarithmic paper suggests.
 * Columns of a record are those of docs/file-format.md.
 * @param {import('../src/model/trajectory.ts').Rows} rows
 * @param {number} log10t0
 * @param {import('../src/results/prediction.ts').Question} question
 * @returns {Crossing | undefined}
 */
function powerLaw(rows, log10t0, question) {
  const column = (/** @type {number} */ row, /** @type {number} */ k) =>
    /** @type {number} */ (rows[12 * row + k]);
  let row = 0;
  while (Math.log10(Math.expm1(column(row + 1, 1))) <= log10t0) row++;
  const [clock, log1pTime, logMeanResidual] = [column(row, 0), column(row, 1), column(row, 2)];
  const [norm, slope] = [column(row, 3), column(row, 4)];
  const quantile = quantileOf(question.accuracy);
  if (norm === 0 || clock >= quantile * norm) return undefined;
  const power = (slope * clock) / norm;
  if (power >= 1) return { state: 'notBy' };
  const end = clock * ((quantile * norm) / clock) ** (1 / (1 - power));
  const logRest = end - (clock + logMeanResidual) + Math.log1p(-Math.exp(clock - end));
  const rest = logRest / Math.LN10;
  const log10t = rest > 15 ? rest : Math.log10(Math.expm1(log1pTime) + 10 ** rest);
  return log10t <= question.horizon ? { state: 'crossed', log10t } : { state: 'notBy' };
}

/** @param {number} a */
function quantileOf(a) {
  // Φ⁻¹ from what the library has: θ of settled weights of norm 1 and E = 1 is log(1 + t).
  return Math.log1p(10 ** lateTestTime(a, 1, 1));
}

/** @returns {string[]} */
function ways() {
  const names = new Set(runs.flatMap(({ told }) => [...told.keys()]));
  const kinds = ['λ alone', 'settled norm', 'certificate', 'run', 'power law', 'line'];
  return kinds.flatMap((kind) => [...names].filter((each) => each.split(',')[0] === kind).sort());
}

/** @param {Crossing | undefined} told */
function reached(told) {
  return told?.state === 'crossed';
}

/**
 * Errors in decades, ascending, where both are times.
 * @param {Run[]} of
 * @param {string} way
 */
function errorsOf(of, way) {
  return of
    .flatMap(({ told, log10t }) => {
      const time = told.get(way);
      return time?.state === 'crossed' && log10t < Infinity ? [time.log10t - log10t] : [];
    })
    .sort((a, b) => a - b);
}

/**
 * @param {number[]} sorted
 * @param {number} share
 */
function at(sorted, share) {
  return sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
}

/** @param {number} value */
function signed(value) {
  const text = value.toFixed(2);
  return text === '-0.00' ? '0.00' : text.replace('-', '−');
}

/** @param {string[]} cells */
function row(cells) {
  console.log(`| ${cells.join(' | ')} |`);
}
