import { afterAll, describe, it } from 'vitest';
import { SWIFTSHADER } from '../../scripts/system.js';
import type { Device } from '../../src/gpu/device.ts';
import type { WebGpuEngine } from '../../src/gpu/engine.ts';
import { datasetCases } from '../conformance/dataset.ts';
import { descentCases } from '../conformance/descent.ts';
import { descentKernelCases } from '../conformance/descent-kernels.ts';
import { deviceCheckCases } from '../conformance/device-check.ts';
import { briefEngineCases, engineCases, FLOAT32_LIMITS } from '../conformance/engine.ts';
import { briefFlowInTimeCases, flowInTimeCases } from '../conformance/flow-in-time.ts';
import { gradientCases } from '../conformance/gradient.ts';
import {
  allWebGpuCases,
  briefWebGpuCases,
  requestDevice,
  requestEngine,
} from '../conformance/main.ts';
import { probeCases } from '../conformance/probe.ts';
import { dawn } from './dawn.ts';

/** SwiftShader, and not a driver that was chosen by the one who runs the tests. */
const brief = process.env.VK_ICD_FILENAMES === SWIFTSHADER;

// In Chromium the same Dawn compiles them for SwiftShader: chromium.test.ts.
if (!brief) {
  describe('kernels on Dawn', () => {
    let device: Device | undefined;
    afterAll(() => device?.gpu.destroy());
    for (const { name, run } of [
      ...datasetCases,
      ...gradientCases,
      ...descentKernelCases,
      ...probeCases,
    ]) {
      it(name, async () => {
        device ??= await requestDevice(dawn);
        const figure = await run(device);
        if (figure) console.info(`  ${name}: ${figure}`);
      });
    }
  });
}

describe('engine on Dawn', () => {
  let engine: WebGpuEngine | undefined;
  afterAll(() => engine?.dispose());
  for (const { name, run } of [
    ...deviceCheckCases,
    ...(brief ? briefEngineCases : engineCases),
    ...descentCases,
    ...(brief ? briefFlowInTimeCases : flowInTimeCases),
  ]) {
    it(name, async () => {
      engine ??= await requestEngine(dawn);
      const figure = await run({ engine, limits: FLOAT32_LIMITS });
      if (figure) console.info(`  ${name}: ${figure}`);
    });
  }
});

describe('engine with other sizes on Dawn', () => {
  for (const { name, run } of brief ? briefWebGpuCases : allWebGpuCases) {
    it(name, async () => {
      const figure = await run(dawn);
      if (figure) console.info(`  ${name}: ${figure}`);
    });
  }
});
