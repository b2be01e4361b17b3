import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebGpuEngine } from '../../src/gpu/engine.ts';
import { parseSpec, specToJson } from '../../src/model/spec.ts';
import { checkDevice } from '../../src/sweep/device-check.ts';
import { SweepPlan } from '../../src/sweep/plan.ts';
import { Sweep } from '../../src/sweep/sweep.ts';
import { DEADLINE } from '../conformance/device-check.ts';
import { requestEngine } from '../conformance/main.ts';
import { dawn } from './dawn.ts';

const SPEC = parseSpec({
  samples: 48,
  x: { over: 'lambda', from: 0.3, to: 0.6, step: 0.05 },
  y: { over: 'seed', from: 1, to: 10, step: 1 },
});

describe('device loss on Dawn', () => {
  it('keeps finished replicas, says so, and finishes on a new device', async () => {
    const engine = await requestEngine(dawn);
    const sweep = new Sweep(new SweepPlan(SPEC), engine);
    const devices = new Set<GPUDevice>();
    let kept = 0;
    sweep.onchange = () => {
      if (engine.device) devices.add(engine.device);
      if (kept === 0 && sweep.table.done > 15) {
        kept = sweep.table.done;
        engine.device?.destroy();
      }
    };
    await sweep.run();
    expect(sweep.message).toMatch(/GPU was taken away.*kept.*once more/s);
    expect([sweep.state, sweep.table.done]).toEqual(['done', 70]);
    expect(sweep.table.failures.size).toBe(0);
    expect(kept).toBeGreaterThan(15);
    expect(devices.size).toBe(2);
    engine.dispose();
  });

  it('ends in words when the new device is lost as well', async () => {
    const engine = await requestEngine(dawn);
    const sweep = new Sweep(new SweepPlan(SPEC), engine);
    sweep.onchange = () => {
      if (sweep.table.done > 5) engine.device?.destroy();
    };
    await sweep.run();
    expect(sweep.state).toBe('failed');
    expect(sweep.message).toMatch(/lost again after a retry/);
    expect(sweep.table.done).toBeGreaterThan(5);
    engine.dispose();
  });

  it('is survived by the device check, once', async () => {
    const engine = await requestEngine(dawn);
    const { signal } = new AbortController();
    await engine.probe();
    const first = engine.device;
    first?.destroy();
    const { passed, message } = await checkDevice(engine, signal, DEADLINE);
    expect([passed, message]).toEqual([true, expect.stringMatching(/passed/)]);
    expect(engine.device).not.toBe(first);
    // Lost again and again: it says so, and the engine can still run.
    const run = engine.run.bind(engine);
    engine.run = async function* (...args) {
      for await (const batch of run(...args)) {
        engine.device?.destroy();
        yield batch;
      }
    };
    const lost = await checkDevice(engine, signal, DEADLINE);
    expect(lost.passed).toBe(false);
    expect(lost.message).toMatch(/the reference runs ended with “The GPU was taken away/);
    engine.run = run;
    expect((await checkDevice(engine, signal, DEADLINE)).passed).toBe(true);
    engine.dispose();
  });

  it('reports a shader that does not compile with its line', async () => {
    const adapter = await dawn.requestAdapter();
    if (!adapter) throw new Error('no adapter');
    const { Device } = await import('../../src/gpu/device.ts');
    const device = await Device.request(adapter);
    await expect(device.pipeline('broken', 'fn f() {\n  let x = y;\n}')).rejects.toThrow(
      /broken:2: .*y[\s\S]*let x = y/,
    );
    device.gpu.destroy();
  });
});

describe('what a device on Dawn answers', () => {
  // Compiling takes seconds there, once for all of them.
  let engine: WebGpuEngine;
  beforeAll(async () => {
    engine = await requestEngine(dawn);
    await engine.probe();
  });
  afterAll(() => engine.dispose());

  /** The device answers the next allocations with an error, as one does that has less memory. */
  function runOutOfMemory(times: number): void {
    const { popErrorScope } = GPUDevice.prototype;
    GPUDevice.prototype.popErrorScope = async function () {
      const error = await popErrorScope.call(this);
      if (--times <= 0) GPUDevice.prototype.popErrorScope = popErrorScope;
      return error ?? ({ message: 'not enough memory left' } as GPUError);
    };
  }

  it('plans with less where the device has less memory than was thought', async () => {
    const few = parseSpec({ ...specToJson(SPEC), y: { over: 'seed', from: 1, to: 2, step: 1 } });
    const sweep = new Sweep(new SweepPlan(few), engine);
    runOutOfMemory(2);
    await sweep.run();
    expect([sweep.message, sweep.state, sweep.table.done]).toEqual(['', 'done', 14]);
    expect(sweep.table.failures.size).toBe(0);
  });

  it('names the largest N that fits what memory there is, before anything runs', async () => {
    const sweep = new Sweep(new SweepPlan(SPEC), engine);
    runOutOfMemory(10);
    await sweep.run();
    expect([sweep.state, sweep.table.done]).toEqual(['failed', 0]);
    expect(sweep.message).toMatch(/^A dataset of 48 × \d+ takes .* the largest N is \d+;/);
  });

  it('throws what the device reports in the middle of a run', async () => {
    const sweep = new Sweep(new SweepPlan(SPEC), engine);
    sweep.onchange = () => {
      // Larger than any device allows: a validation error that nobody asked about.
      engine.device?.createBuffer({ size: 2 ** 50, usage: 1 << 7 });
    };
    await sweep.run();
    expect(sweep.state).toBe('failed');
    expect(sweep.message).toMatch(/WebGPU reports: .*size/s);
  });
});
