/** The tour: seven states of the laboratory and what there is to see in them. */
import { html } from 'lit';
import { parseSpec, type SweepSpec } from '../model/spec.ts';
import type { Term } from './glossary.ts';
import { FIRST_VIEW, type LabView } from './lab-view.ts';
import { PRESETS } from './presets.ts';

export interface TourStep {
  readonly title: string;
  readonly text: unknown;
  readonly spec: SweepSpec;
  readonly view: LabView;
}

const term = (name: Term): unknown => html`<grok-term name=${name}></grok-term>`;

const edge = parseSpec({});
const oneDimension = (PRESETS.find(({ name }) => name === 'One dimension') ?? { spec: edge }).spec;
const both = parseSpec({
  x: { over: 'lambda', from: 0.3, to: 0.7, step: 0.05 },
  y: { over: 'sigma', values: [0.5, 1, 2, 3, 5] },
  seedsPerCell: 5,
});

export const TOUR: readonly TourStep[] = [
  {
    title: 'Four hundred runs',
    text: html`Each cell is one ${term('replica')}: its own Gaussian data, all with the same label, and its own
      run. Across goes ${term('lambda')}, up the seed. The colour is ${term('testTime')}. Hatched is
      ${term('censored')}.`,
    spec: edge,
    view: FIRST_VIEW,
  },
  {
    title: 'One of them',
    text: html`Beside the map is the marked run. Training accuracy is there within moments; test accuracy has
      hardly begun by then. That is ${term('grokking')}. Point at other cells to see their curve beside it.`,
    spec: edge,
    view: { ...FIRST_VIEW, cell: { ix: 12, iy: 8 } },
  },
  {
    title: 'The delay',
    text: html`The same runs, coloured by ${term('testTime')} over ${term('trainTime')}. Far below ½ there is next
      to no delay; towards ½ it grows by many decades, and seeds differ by as much.`,
    spec: edge,
    view: { ...FIRST_VIEW, quantity: 'delay', cell: { ix: 12, iy: 8 } },
  },
  {
    title: 'How good is good?',
    text: html`Nothing was run again for this: times to 0.99 are in the records, too. Drag the slider of a. The
      higher it is, the earlier ${term('edge')} comes, and the more runs are hatched.`,
    spec: edge,
    view: { ...FIRST_VIEW, accuracy: 0.99, cell: { ix: 12, iy: 8 } },
  },
  {
    title: 'The edge',
    text: html`Around ½ datasets of one λ are ${term('separable')} or not, by chance. Press “Certify all datasets”
      below: a ${term('certificate')} decides it for each, and turns hatched cells into ${term('never')} where
      it can.`,
    spec: edge,
    view: {
      ...FIRST_VIEW,
      cell: { ix: 16, iy: 8 },
      window: { x: [10.5, 22.5], y: [-0.5, 15.5] },
    },
  },
  {
    title: 'Both are needed',
    text: html`Now ${term('sigma')} goes up the map. Where it is small, the bias learns first and nothing is
      delayed, whatever λ is. Late generalisation takes a λ near ½ and spread-out data.`,
    spec: both,
    view: { ...FIRST_VIEW, cell: { ix: 3, iy: 4 } },
  },
  {
    title: 'In one dimension',
    text: html`Two points, at −1 and 1 − 2λ, have every regime in closed form: the same edge, the same divergence.
      From here on it is yours: change the experiment and press Run.`,
    spec: oneDimension,
    view: FIRST_VIEW,
  },
];
