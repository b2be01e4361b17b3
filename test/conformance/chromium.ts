/** Entry in Chromium: leaves the runner on the page. */
import { conformance } from './main.ts';

Object.assign(globalThis, { conformance });
