import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { LAVAPIPE } from '../../scripts/system.js';
import { bundle } from '../conformance/bundle.ts';
import type { Outcome } from '../conformance/check.ts';
import { datasetCases } from '../conformance/dataset.ts';
import { descentCases } from '../conformance/descent.ts';
import { descentKernelCases } from '../conformance/descent-kernels.ts';
import { deviceCheckCases } from '../conformance/device-check.ts';
import { engineCases } from '../conformance/engine.ts';
import { flowInTimeCases } from '../conformance/flow-in-time.ts';
import { gradientCases } from '../conformance/gradient.ts';
import { allWebGpuCases } from '../conformance/main.ts';
import { probeCases } from '../conformance/probe.ts';

/**
 * The same cases on a second, independent implementation of WebGPU: wgpu with naga, under Deno, on
 * Mesa's software Vulkan.
 */
describe('wgpu (Deno)', () => {
  let outcomes: readonly Outcome[] = [];
  let adapter = '';

  beforeAll(async () => {
    const path = await bundle('deno.ts');
    const deno = new URL('../../node_modules/.bin/deno', import.meta.url).pathname;
    const { stdout } = await promisify(execFile)(deno, ['run', '--no-config', '-A', path], {
      env: { VK_ICD_FILENAMES: LAVAPIPE, ...process.env, NO_COLOR: '1' },
      maxBuffer: 2 ** 24,
    });
    const result = JSON.parse(stdout) as { adapter: string; outcomes: Outcome[] };
    console.info(`  adapter: ${result.adapter}`);
    ({ adapter, outcomes } = result);
    // Where no driver has compiled them before, its kernels take minutes.
  }, 1_200_000);

  const names = [
    ...datasetCases,
    ...gradientCases,
    ...descentKernelCases,
    ...probeCases,
    ...deviceCheckCases,
    ...engineCases,
    ...descentCases,
    ...flowInTimeCases,
    ...allWebGpuCases,
  ];
  it('probe: finds the compensated sums that llvmpipe folds away', () => {
    // Another driver was chosen by the one who runs the tests.
    if (!adapter.includes('llvmpipe')) return;
    const figures = outcomes.filter(({ name }) => name.startsWith('probe')).map((o) => o.figure);
    expect(figures.join()).toContain('sums reassociated');
  });

  for (const { name } of names) {
    it(name, () => {
      const outcome = outcomes.find((each) => each.name === name);
      expect(outcome).toBeDefined();
      expect(outcome?.error).toBeNull();
      const { figure, seconds } = outcome as Outcome;
      console.info(`  ${name}, ${seconds.toFixed(1)} s${figure ? `: ${figure}` : ''}`);
    });
  }
});
