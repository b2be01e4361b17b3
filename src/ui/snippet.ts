/** A few lines of Python that redraw the map from a file. */
import type { MapView } from '../sweep/cells.ts';
import { PARAMETER_LABELS } from './format.ts';

/**
 * Loads the CSV or Parquet file with pandas and draws the median of log10 t_test over the axes; cells where it
 * is not by t_end or never stay empty, those from the start too.
 */
export function pythonSnippet({ plan, accuracy }: MapView, file: string): string {
  const { x, y, thresholds } = plan.spec;
  // Files have the times of the thresholds alone.
  const shown = thresholds.test.reduce((best, a) =>
    Math.abs(a - accuracy) < Math.abs(best - accuracy) ? a : best,
  );
  const read = file.endsWith('.parquet')
    ? `pd.read_parquet("${file}")`
    : `pd.read_csv("${file}", comment="#")`;
  return `import matplotlib.pyplot as plt
import pandas as pd

table = ${read}
state, time = table["test_${shown}_state"], table["test_${shown}_log10t"]
# Later than all times where not by t_end or never, earlier where from the start.
table["rank"] = time.where(state == "crossed", float("inf")).where(state != "fromStart", float("-inf"))
grid = table.pivot_table(index="${y.over}", columns="${x.over}", values="rank", aggfunc="median")
image = plt.pcolormesh(grid.columns, grid.index, grid.where(abs(grid) < float("inf")))
plt.xlabel("${PARAMETER_LABELS[x.over].title}")
plt.ylabel("${PARAMETER_LABELS[y.over].title}")
plt.colorbar(image, label="log10 t_test(${shown}), median")
plt.show()
`;
}
