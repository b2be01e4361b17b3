import { existsSync } from 'node:fs';
import { PYTHON } from '../scripts/system.js';

/** Whether the independent readers are missing; what reads with them is then left out, and says so. */
export const noPython = !existsSync(PYTHON);
if (noPython) console.warn(`\n  TESTS THAT READ WITH PYTHON ARE LEFT OUT: ${PYTHON} is missing.\n`);

/** The Python that has numpy, pandas, pyarrow and DuckDB: independent readers of what is written here. */
export function python(): string {
  return PYTHON;
}
