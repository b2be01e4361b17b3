/** Entry of the paper page: registers its elements and hands it the means to run claims. */
import { browserSurroundings } from './browser.ts';
import { certifierOf, engineChooser } from './engines.ts';
import { register } from './register.ts';
import { GrokClaim } from './ui/claim.ts';
import { GrokFigure } from './ui/figure.ts';
import { GrokHeatmap } from './ui/heatmap.ts';
import { GrokPaper } from './ui/paper.ts';
import { GrokTable } from './ui/table.ts';

register({
  'grok-claim': GrokClaim,
  'grok-figure': GrokFigure,
  'grok-heatmap': GrokHeatmap,
  'grok-paper': GrokPaper,
  'grok-table': GrokTable,
});

const paper = document.querySelector<GrokPaper>('grok-paper');
if (paper) {
  const surroundings = browserSurroundings(
    () => new Worker(new URL('./cpu/worker.web.ts', import.meta.url), { type: 'module' }),
  );
  paper.certifier = certifierOf(surroundings);
  paper.chooseEngine = engineChooser(surroundings);
}
