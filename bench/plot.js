/**
 * Draws how cost grows, from a file that `node bench/run.js --only scaling` has written:
 *
 *     node bench/plot.js bench/results/scaling.json docs/pictures/cost.svg
 */
import { readFile, writeFile } from 'node:fs/promises';

const [from, to] = process.argv.slice(2);
if (from === undefined || to === undefined) {
  console.error('bench/plot.js: expected the paths of a result and of the picture');
  process.exit(2);
}

/**
 * @typedef {import('../src/bench/result.ts').BenchCaseResult} BenchCaseResult
 * @typedef {{ title: string, x: string, y: string, logX: boolean, logY: boolean, points: [number, number][] }} Panel
 */

/** @type {{ entries: { job: string, contestant: string, result: { cases: BenchCaseResult[] } }[], machine: { processor: string, processors: number } }} */
const file = JSON.parse(await readFile(from, 'utf8'));

/** @param {string} job */
function casesOf(job) {
  const entry = file.entries.find((each) => each.job === job);
  if (!entry) throw new Error(`${from}: no ${job} in it`);
  return entry.result.cases.filter((each) => !('failure' in each));
}

/** Gradients of a replica on average, in the last run. @param {BenchCaseResult} each */
function gradientsPerReplica({ columns }) {
  const sum = (/** @type {'gradients' | 'replicas'} */ key) =>
    columns.reduce((total, column) => total + column[key], 0);
  return sum('gradients') / sum('replicas');
}

/**
 * Processor seconds over `what`, the median of the last runs.
 * @param {BenchCaseResult} each @param {'gradients' | 'replicas'} what
 */
function processorTime({ runs }, what) {
  const last = runs.slice(-3).map((run) => (run.cpuSeconds ?? Number.NaN) / run[what]);
  return last.sort((a, b) => a - b)[Math.floor(last.length / 2)] ?? Number.NaN;
}

/** @type {Panel[]} */
const panels = [
  {
    title: 'a gradient, with N',
    x: 'N (λ from 0.3 to 0.6)',
    y: 'µs',
    logX: true,
    logY: true,
    points: casesOf('size').map((each) => [each.samples, 1e6 * processorTime(each, 'gradients')]),
  },
  {
    title: 'a cell, with replicas, N = 128',
    x: 'replicas that were run',
    y: 'ms',
    logX: true,
    logY: true,
    points: casesOf('replicas').map((each) => [
      each.runs.at(-1)?.replicas ?? Number.NaN,
      1e3 * processorTime(each, 'replicas'),
    ]),
  },
  {
    title: 'a replica, with t_end, N = 128',
    x: 'log10 t_end',
    y: 'gradients',
    logX: false,
    logY: false,
    points: casesOf('horizon').map((each) => [each.horizon, gradientsPerReplica(each)]),
  },
];

const WIDTH = 300;
const HEIGHT = 240;
const LEFT = 54;
const TOP = 34;
const RIGHT = 14;
const BOTTOM = 44;

/**
 * Ticks of an axis: powers of ten, with 2 and 5 where there are few, or even steps.
 * @param {number} low @param {number} high @param {boolean} log
 */
function ticksOf(low, high, log) {
  if (!log) {
    const step = [50, 100, 200, 250, 500, 1000].find((each) => high / each <= 6) ?? 2000;
    return Array.from({ length: Math.floor(high / step) + 1 }, (_, k) => k * step);
  }
  const decades = Math.log10(high / low);
  const factors = decades > 2.2 ? [1] : [1, 2, 5];
  return Array.from({ length: 16 }, (_, k) => 10 ** (k - 6))
    .flatMap((power) => factors.map((factor) => factor * power))
    .filter((tick) => tick >= low && tick <= high);
}

/** @param {number} value */
const label = (value) => String(Number(value.toPrecision(2)));

/** @param {Panel} panel @param {number} index */
function draw({ title, x, y, logX, logY, points }, index) {
  const measured = points.filter((point) => point.every(Number.isFinite));
  /** @param {0 | 1} axis @param {boolean} log @returns {[number, number]} */
  const rangeOf = (axis, log) => {
    const values = measured.map((point) => point[axis]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return log ? [low / 1.3, high * 1.3] : [0, high * 1.08];
  };
  const [x0, x1] = rangeOf(0, logX);
  const [y0, y1] = rangeOf(1, logY);
  /** @param {number} v @param {number} low @param {number} high @param {boolean} log */
  const share = (v, low, high, log) =>
    log ? Math.log(v / low) / Math.log(high / low) : (v - low) / (high - low);
  const inner = { width: WIDTH - LEFT - RIGHT, height: HEIGHT - TOP - BOTTOM };
  /** @param {number} v */
  const px = (v) => LEFT + inner.width * share(v, x0, x1, logX);
  /** @param {number} v */
  const py = (v) => TOP + inner.height * (1 - share(v, y0, y1, logY));
  const at = measured.map(([u, v]) => [px(u).toFixed(1), py(v).toFixed(1)]);
  return [
    `<g transform="translate(${index * WIDTH} 0)">`,
    `<text x="${LEFT}" y="18" class="title">${title}</text>`,
    ...ticksOf(x0, x1, logX).map(
      (tick) =>
        `<path class="grid" d="M${px(tick).toFixed(1)} ${TOP}v${inner.height}"/><text x="${px(tick).toFixed(1)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${label(tick)}</text>`,
    ),
    ...ticksOf(y0, y1, logY).map(
      (tick) =>
        `<path class="grid" d="M${LEFT} ${py(tick).toFixed(1)}h${inner.width}"/><text x="${LEFT - 6}" y="${(py(tick) + 4).toFixed(1)}" text-anchor="end">${label(tick)}</text>`,
    ),
    `<text x="${LEFT + inner.width / 2}" y="${HEIGHT - 8}" text-anchor="middle">${x}</text>`,
    `<text x="${LEFT - 6}" y="${TOP - 6}" text-anchor="end">${y}</text>`,
    `<path class="line" d="M${at.map((point) => point.join(' ')).join('L')}"/>`,
    ...at.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3"/>`),
    '</g>',
  ].join('\n');
}

const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH * panels.length} ${HEIGHT}" width="${WIDTH * panels.length}" height="${HEIGHT}" role="img">
<title>Cost: ${panels.map(({ title }) => title).join('; ')}</title>
<style>
svg { background: #fff }
text { font: 11px system-ui, sans-serif; fill: #444 }
.title { font-weight: 600; fill: #111 }
.grid { stroke: #ddd }
.line { fill: none; stroke: #2563a8; stroke-width: 1.5 }
circle { fill: #2563a8 }
@media (prefers-color-scheme: dark) {
  svg { background: #14161a } text { fill: #b5b8bd } .title { fill: #eee }
  .grid { stroke: #33363c } .line { stroke: #7db3ea } circle { fill: #7db3ea }
}
</style>
${panels.map(draw).join('\n')}
</svg>
`;
await writeFile(to, svg);
