/**
 * The element `<grok-scope>`: importing this registers it, once, where there is a DOM; in node it only
 * brings the class and the types.
 */

import { browserSurroundings } from './browser.ts';
import InlineWorker from './cpu/worker.web.ts?worker&inline';
import { engineChooser } from './engines.ts';
import { register } from './register.ts';
import { GrokChart } from './ui/chart.ts';
import { EngineShare } from './ui/engine-share.ts';
import { GrokFigure } from './ui/figure.ts';
import { GrokHeatmap } from './ui/heatmap.ts';
import { GrokInspector } from './ui/inspector.ts';
import { GrokPool } from './ui/pool.ts';
import { GrokProfile } from './ui/profile.ts';
import { GrokScope } from './ui/scope.ts';
import { GrokTable } from './ui/table.ts';
import { GrokViewBar } from './ui/view-bar.ts';

export type { CellPosition } from './ui/map-window.ts';
export {
  GrokScope,
  type GrokScopeEventMap,
  type ScopeFormat,
  type ScopeProgress,
} from './ui/scope.ts';

if (typeof document !== 'undefined') {
  GrokScope.share ??= new EngineShare(
    // The worker travels inside the file: there is nothing else to serve.
    engineChooser(browserSurroundings(() => new InlineWorker())),
  );
  register({
    'grok-chart': GrokChart,
    'grok-figure': GrokFigure,
    'grok-heatmap': GrokHeatmap,
    'grok-inspector': GrokInspector,
    'grok-pool': GrokPool,
    'grok-profile': GrokProfile,
    'grok-scope': GrokScope,
    'grok-table': GrokTable,
    'grok-view-bar': GrokViewBar,
  });
}
