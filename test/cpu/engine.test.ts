import { afterAll, describe, it } from 'vitest';
import { CpuEngine } from '../../src/cpu/engine.ts';
import { deviceCheckCases } from '../conformance/device-check.ts';
import { engineCases } from '../conformance/engine.ts';
import { inlineWorker } from './inline-worker.ts';

/** docs/numerics.md: what each tolerance promises. */
const CPU_LIMITS = { default: 0.005, fine: 0.0005 } as const;

describe('float64 engine', () => {
  const engine = new CpuEngine(inlineWorker, 2);
  afterAll(() => engine.dispose());
  for (const { name, run } of [...deviceCheckCases, ...engineCases]) {
    it(name, async () => {
      const figure = await run({ engine, limits: CPU_LIMITS });
      if (figure) console.info(`  ${name}: ${figure}`);
    });
  }
});
