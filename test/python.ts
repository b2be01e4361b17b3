import { existsSync } from 'node:fs';
import { PYTHON } from '../scripts/system.js';

/**
 * The Python that has numpy, pandas, pyarrow and DuckDB: independent readers of what is written here.
 * @throws Error where it is missing; `scripts/prepare.js` makes it
 */
export function python(): string {
  if (!existsSync(PYTHON)) throw new Error(`${PYTHON} is missing: run node scripts/prepare.js`);
  return PYTHON;
}
