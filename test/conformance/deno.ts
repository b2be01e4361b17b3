/** Entry under Deno, whose WebGPU is wgpu: prints the outcomes as JSON. */
import { conformance } from './main.ts';

console.log(JSON.stringify(await conformance(navigator.gpu, { engine: true })));
