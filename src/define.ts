/** Registers the custom elements. Importing it is the only side effect of the library. */
import { register } from './register.ts';
import { GrokCertificates } from './ui/certificates.ts';
import { GrokChart } from './ui/chart.ts';
import { GrokCompared } from './ui/compared.ts';
import { GrokComparison } from './ui/comparison.ts';
import { GrokDivergence } from './ui/divergence.ts';
import { GrokFigure } from './ui/figure.ts';
import { GrokHeatmap } from './ui/heatmap.ts';
import { GrokHistogram } from './ui/histogram.ts';
import { GrokInspector } from './ui/inspector.ts';
import { GrokLab } from './ui/lab.ts';
import { GrokPool } from './ui/pool.ts';
import { GrokProfile } from './ui/profile.ts';
import { GrokProgress } from './ui/progress.ts';
import { GrokRuns } from './ui/runs.ts';
import { GrokSigmaSlider } from './ui/sigma-slider.ts';
import { GrokSpecForm } from './ui/spec-form.ts';
import { GrokTable } from './ui/table.ts';
import { GrokTakeOut } from './ui/take-out.ts';
import { GrokTerm } from './ui/term.ts';
import { GrokTour } from './ui/tour.ts';
import { GrokViewBar } from './ui/view-bar.ts';

register({
  'grok-certificates': GrokCertificates,
  'grok-chart': GrokChart,
  'grok-compared': GrokCompared,
  'grok-comparison': GrokComparison,
  'grok-divergence': GrokDivergence,
  'grok-figure': GrokFigure,
  'grok-heatmap': GrokHeatmap,
  'grok-histogram': GrokHistogram,
  'grok-inspector': GrokInspector,
  'grok-lab': GrokLab,
  'grok-pool': GrokPool,
  'grok-profile': GrokProfile,
  'grok-progress': GrokProgress,
  'grok-runs': GrokRuns,
  'grok-sigma-slider': GrokSigmaSlider,
  'grok-spec-form': GrokSpecForm,
  'grok-table': GrokTable,
  'grok-take-out': GrokTakeOut,
  'grok-term': GrokTerm,
  'grok-tour': GrokTour,
  'grok-view-bar': GrokViewBar,
});
