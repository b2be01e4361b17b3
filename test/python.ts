import { existsSync } from 'node:fs';
import { PYTHON } from '../scripts/system.js';

export { PYTHON };

/** Whether the independent readers are missing; what reads with them is then left out, and says so. */
export const noPython = !existsSync(PYTHON);
if (noPython) console.warn(`\n  TESTS THAT READ WITH PYTHON ARE LEFT OUT: ${PYTHON} is missing.\n`);
