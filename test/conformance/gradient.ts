/** One gradient of the shader against the float64 twin. */
import { Gradient } from '../../src/cpu/gradient.ts';
import type { Device } from '../../src/gpu/device.ts';
import { packStruct } from '../../src/gpu/layout.ts';
import { flowSource, slotLayout } from '../../src/gpu/wgsl.ts';
import { datasetHalves, datasetValues } from '../../src/model/dataset.ts';
import { type Case, check, checkClose, checkEqual } from './check.ts';

/** An entry point that evaluates once and leaves the statistics behind the vectors. */
const PROBE = `
@compute @workgroup_size(WORKGROUP)
fn probe_gradient(@builtin(local_invocation_index) lid: u32) {
  if (lid == 0u) { slot = slots[0]; }
  workgroupBarrier();
  let stats = evaluate_gradient(lid);
  if (lid == 0u) {
    vectors[vector(DIRECTION + 1u)] =
      vec4(stats.log_mean_residual, stats.log_train_loss, f32(stats.train_errors), 0.0);
  }
}`;

interface Evaluation {
  readonly slope: Float32Array;
  readonly logMeanResidual: number;
  readonly logTrainLoss: number;
  readonly trainErrors: number;
}

async function evaluate(
  device: Device,
  id: Parameters<typeof datasetHalves>[0],
  sigma: number,
  u: Float64Array,
  clock: number,
  workgroup: number,
): Promise<Evaluation> {
  const { gpu } = device;
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const octets = Math.ceil(id.dimensions / 8);
  const halves = datasetHalves(id);
  const padded = new Uint16Array(id.samples * octets * 8);
  for (let i = 0; i < id.samples; i++) {
    padded.set(halves.subarray(i * id.dimensions, (i + 1) * id.dimensions), i * octets * 8);
  }
  const vectors = new Float32Array(7 * 8 * octets + 4);
  vectors.set(u, 2 * 8 * octets); // POINT
  const slot = packStruct(slotLayout, {
    samples: id.samples,
    dimensions: id.dimensions,
    octets,
    sigma,
    clock,
  });
  const vectorBuffer = device.upload('vectors', STORAGE | COPY_SRC, vectors);
  const buffers = [
    device.upload('slots', STORAGE, slot),
    device.upload('data', STORAGE, padded),
    vectorBuffer,
    device.upload('samples', STORAGE, new Float32Array(3 * id.samples)),
  ];
  const module = gpu.createShaderModule({ code: flowSource(workgroup) + PROBE });
  const pipeline = await gpu.createComputePipelineAsync({
    layout: 'auto',
    compute: { module, entryPoint: 'probe_gradient' },
  });
  const staging = gpu.createBuffer({ size: vectors.byteLength, usage: MAP_READ | COPY_DST });
  const encoder = gpu.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    gpu.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    }),
  );
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(vectorBuffer, 0, staging, 0, vectors.byteLength);
  gpu.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const result = new Float32Array(staging.getMappedRange().slice(0));
  staging.destroy();
  device.check();
  const [logMeanResidual, logTrainLoss, trainErrors] = result.subarray(
    7 * 8 * octets,
  ) as unknown as [number, number, number];
  return {
    slope: result.slice(3 * 8 * octets, 3 * 8 * octets + id.dimensions),
    logMeanResidual,
    logTrainLoss,
    trainErrors,
  };
}

export const gradientCases: readonly Case<Device>[] = [
  {
    name: 'gradient: one evaluation to rounding, from z near 0 to z near −600',
    run: async (device) => {
      let worst = 0;
      for (const [samples, dimensions, workgroup] of [
        [2, 1, 16],
        [50, 20, 16],
        [130, 65, 64],
        [300, 9, 64],
        [64, 300, 16],
      ] as const) {
        for (const clock of [0.1, 30, 600]) {
          const id = { seed: 3, samples, dimensions, ensemble: 'independent' } as const;
          const sigma = 2;
          const u = Float64Array.from({ length: dimensions }, (_, j) =>
            Math.fround(0.5 * Math.sin(j + 1)),
          );
          const twin = new Gradient(datasetValues(id), samples, dimensions, sigma, 'flow');
          const expected = new Float64Array(dimensions);
          twin.evaluate(u, clock, expected);
          const actual = await evaluate(device, id, sigma, u, clock, workgroup);
          const name = `N ${samples}, d ${dimensions}, θ ${clock}`;
          const scale = Math.hypot(...expected);
          // z carries the rounding of θ: 600·2^-24 moves a weight by 4e-5, sums average over it.
          const rounding = 3e-6 + clock * 2 ** -23;
          for (const [j, value] of expected.entries()) {
            const error = Math.abs((actual.slope[j] as number) - value) / scale;
            check(error <= rounding, `${name}, F_${j}: off by ${error} of ‖F‖`);
            worst = Math.max(worst, error);
          }
          const { logMeanResidual, logTrainLoss, trainErrors } = twin.stats;
          checkClose(actual.logMeanResidual, logMeanResidual, rounding, `${name}: log mean r`);
          checkClose(actual.logTrainLoss, logTrainLoss, rounding, `${name}: log loss`);
          checkEqual(actual.trainErrors, trainErrors, `${name}: errors`);
        }
      }
      return `worst error of F ${worst.toExponential(1)} of its norm`;
    },
  },
];
