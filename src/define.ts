/** Registers the custom elements. Importing it is the only side effect of the library. */
import { GrokLab } from './ui/lab.ts';

customElements.define('grok-lab', GrokLab);
