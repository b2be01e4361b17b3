/** The probe of a device's arithmetic against shaders of its own that ask in other ways. */
import type { Device } from '../../src/gpu/device.ts';
import { probeArithmetic } from '../../src/gpu/probe.ts';
import { subgroupsInOrder } from '../../src/gpu/subgroups.ts';
import { MAX_EXP_ULPS, MAX_LOG_ULPS } from '../../src/model/device-check.ts';
import { type Case, check, checkEqual } from './check.ts';

/** Turns of the compensated sum. */
const TURNS = 4096;

/** Answers of a shader to numbers in a buffer: `expression` of x, or a body that sets `y`. */
async function evaluate(device: Device, body: string, input: Float32Array): Promise<Float32Array> {
  const { gpu } = device;
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const pipeline = await device.pipeline(
    'direct',
    `@group(0) @binding(0) var<storage, read> input: array<f32>;
     @group(0) @binding(1) var<storage, read_write> output: array<f32>;
     @compute @workgroup_size(64) fn direct(@builtin(global_invocation_id) id: vec3<u32>) {
       if (id.x >= arrayLength(&input)) { return; }
       let x = input[id.x];
       var y = 0.0;
       ${body}
       output[id.x] = y;
     }`,
  );
  const size = input.byteLength;
  const output = gpu.createBuffer({ usage: STORAGE | COPY_SRC, size });
  const staging = gpu.createBuffer({ usage: MAP_READ | COPY_DST, size });
  const entries = [device.upload('input', STORAGE, input), output].map((buffer, binding) => ({
    binding,
    resource: { buffer },
  }));
  const encoder = gpu.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, gpu.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(Math.ceil(input.length / 64));
  pass.end();
  encoder.copyBufferToBuffer(output, 0, staging, 0, size);
  gpu.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const result = new Float32Array(staging.getMappedRange().slice(0));
  staging.destroy();
  device.check();
  return result;
}

/** Largest error in ulps of what a shader makes of some points. */
async function largestError(
  device: Device,
  body: string,
  points: Float32Array,
  exact: (x: number) => number,
  allowed: (x: number) => number,
): Promise<number> {
  const answers = await evaluate(device, body, points);
  let worst = 0;
  for (const [k, x] of points.entries()) {
    const expected = exact(x);
    const scale = Math.max(2 ** -126, body.includes('log') ? 1 : 0, Math.abs(expected));
    const ulps =
      Math.abs((answers[k] as number) - expected) / 2 ** (Math.floor(Math.log2(scale)) - 23);
    check(ulps <= allowed(x), `${body} at ${x}: off by ${ulps} ulp`);
    worst = Math.max(worst, ulps);
  }
  return worst;
}

/** Points that the probe does not ask about, spread by the golden ratio. */
function spread(from: number, to: number): Float32Array {
  return Float32Array.from(
    { length: 3000 },
    (_, k) => from + (to - from) * ((k * 0.6180339887) % 1),
  );
}

export const probeCases: readonly Case<Device>[] = [
  {
    name: 'probe: exp and log are as exact as it says, and as WGSL allows',
    run: async (device) => {
      const { expUlps, logUlps } = await probeArithmetic(device);
      const exp = await largestError(
        device,
        'y = exp(x);',
        spread(-87, 2),
        Math.exp,
        (x) => 3 + 2 * Math.abs(x),
      );
      const points = [...spread(-69, 0.69).map(Math.exp), ...spread(0.5, 2)];
      const log = await largestError(
        device,
        'y = log(x);',
        Float32Array.from(points),
        Math.log,
        () => MAX_LOG_ULPS,
      );
      check(expUlps > 0 && expUlps <= MAX_EXP_ULPS, `exp: ${expUlps} ulp`);
      check(logUlps > 0 && logUlps <= MAX_LOG_ULPS, `log: ${logUlps} ulp`);
      // Other points of the same ranges: the largest errors are alike.
      check(expUlps > 0.7 * exp && expUlps < exp / 0.7, `exp: ${expUlps}, directly ${exp} ulp`);
      check(logUlps > 0.7 * log && logUlps < log / 0.7, `log: ${logUlps}, directly ${log} ulp`);
      return `exp ${expUlps} ulp (directly ${exp.toFixed(2)}), log ${logUlps} ulp (${log.toFixed(2)})`;
    },
  },
  {
    name: 'probe: what it says of sums, products and subnormal numbers is what shaders meet',
    run: async (device) => {
      const { fused, reassociated, subnormalsFlushed } = await probeArithmetic(device);
      // A compensated sum of TURNS times 2^-30 onto 1: 1 + 2^-18, or 1 where compensation is gone.
      const kahan = `y = 1.0; var lost = 0.0;
        for (var k = 0u; k < ${TURNS}u; k++) {
          let term = x - lost; let sum = y + term; lost = (sum - y) - term; y = sum;
        }`;
      const [sum] = await evaluate(device, kahan, Float32Array.of(2 ** -30));
      checkEqual(sum === 1 + TURNS * 2 ** -30, !reassociated, 'compensated sums work');
      // (1 + 2^-12)² − (1 + 2^-11) = 2^-24, which is lost when the product is rounded.
      const [rest] = await evaluate(
        device,
        'y = x * x - 1.00048828125;',
        Float32Array.of(1 + 2 ** -12),
      );
      checkEqual(rest === 2 ** -24, fused, 'products are fused');
      // Made by subtraction, and taken from a buffer.
      const least = 1.1754943508222875e-38;
      const [made] = await evaluate(device, `y = x - ${least}f;`, Float32Array.of(1.5 * least));
      const [taken] = await evaluate(device, 'y = x * 1048576.0;', Float32Array.of(least / 2));
      const kept = made === least / 2 && taken === least * 2 ** 19;
      checkEqual(kept, !subnormalsFlushed, 'subnormal numbers are kept');
      return [
        fused ? 'products fused' : 'products rounded',
        reassociated ? 'sums reassociated' : 'sums in order',
        subnormalsFlushed ? 'subnormals flushed' : 'subnormals kept',
      ].join(', ');
    },
  },
  {
    name: 'probe: subgroups are as large as kernels take them to be, if there are any',
    run: async (device) => {
      const { subgroup } = device;
      if (subgroup === 0) return 'none here';
      checkEqual(await subgroupsInOrder(device, 2 * subgroup), false, 'larger ones pass');
      return `${subgroup} invocations`;
    },
  },
];
