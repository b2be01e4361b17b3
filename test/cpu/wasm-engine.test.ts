import { afterAll, describe, it } from 'vitest';
import { CpuEngine } from '../../src/cpu/engine.ts';
import { deviceCheckCases } from '../conformance/device-check.ts';
import { engineCases, FLOAT32_LIMITS, largestCase } from '../conformance/engine.ts';
import { inlineWorker } from './inline-worker.ts';
import { VARIANTS } from './relaxed.ts';

describe.each(VARIANTS)('WebAssembly engine, %s SIMD', (simd) => {
  const engine = new CpuEngine(inlineWorker, 2, simd);
  afterAll(() => engine.dispose());
  const largest = simd === 'plain' ? [largestCase] : [];
  for (const { name, run } of [...deviceCheckCases, ...engineCases, ...largest]) {
    it(name, async () => {
      const figure = await run({ engine, limits: FLOAT32_LIMITS });
      if (figure) console.info(`  ${name}: ${figure}`);
    });
  }
});
