/** Entry of the laboratory: registers the elements and hands it an engine chooser. */
import { browserSurroundings } from './browser.ts';
import './define.ts';
import { certifierOf, engineChooser } from './engines.ts';
import { RunStore } from './store/runs.ts';
import type { GrokLab } from './ui/lab.ts';
import { VERSION } from './version.ts';

const lab = document.querySelector<GrokLab>('grok-lab');
if (lab) {
  const surroundings = browserSurroundings(
    () => new Worker(new URL('./cpu/worker.web.ts', import.meta.url), { type: 'module' }),
  );
  lab.certifier = certifierOf(surroundings);
  lab.version = VERSION;
  lab.openStore = () => RunStore.open();
  lab.chooseEngine = engineChooser(surroundings);
}
