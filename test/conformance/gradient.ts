/** One gradient of the shader against the float64 twin, in every variant of the pass over rows. */
import { Gradient } from '../../src/cpu/gradient.ts';
import type { Device } from '../../src/gpu/device.ts';
import { packStruct } from '../../src/gpu/layout.ts';
import { SAMPLE_ARRAYS, vectorQuads } from '../../src/gpu/storage.ts';
import type { Variant } from '../../src/gpu/variant.ts';
import { residentSource, slotLayouts } from '../../src/gpu/wgsl.ts';
import { datasetHalves, datasetValues } from '../../src/model/dataset.ts';
import { type Case, check, checkClose, checkEqual } from './check.ts';

/**
 * An entry point that evaluates and leaves the statistics behind the vectors: twice, as the first
 * pass finds out what the weights of the second are relative to.
 */
const PROBE = `
@compute @workgroup_size(WORKGROUP)
fn probe_gradient(@builtin(local_invocation_index) lid: u32) {
  if (!take_team(lid, 0u)) { return; }
  keep_rows(lid);
  for (var turn = 0u; turn < 2u; turn++) {
    pass_over(lid, 0u, workgroupUniformLoad(&team[0].samples));
    storageBarrier();
    workgroupBarrier();
    if (lid == 0u) {
      for (var m = 0u; m < MEMBERS; m++) {
        let stats = stats_of(m, totals[m], reference(m) - reference_offset(m));
        vectors[vector(m, DIRECTION + 1u)] =
          vec4(stats.log_mean_residual, stats.log_train_loss, f32(stats.train_errors), 0.0);
        team[m].run.largest = totals[m].w - reference_offset(m);
      }
    }
    workgroupBarrier();
  }
}`;

interface Evaluation {
  readonly slope: Float32Array;
  readonly logMeanResidual: number;
  readonly logTrainLoss: number;
  readonly trainErrors: number;
}

/** Where a member of the team stands. */
interface Point {
  readonly u: Float64Array;
  readonly clock: number;
  readonly sigma: number;
}

function compile({ gpu }: Device, variant: Variant): Promise<GPUComputePipeline> {
  const module = gpu.createShaderModule({ code: residentSource('flow', variant) + PROBE });
  return gpu.createComputePipelineAsync({
    layout: 'auto',
    compute: { module, entryPoint: 'probe_gradient' },
  });
}

async function evaluate(
  device: Device,
  pipeline: GPUComputePipeline,
  id: Parameters<typeof datasetHalves>[0],
  points: readonly Point[],
): Promise<Evaluation[]> {
  const { gpu } = device;
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const octets = Math.ceil(id.dimensions / 8);
  const halves = datasetHalves(id);
  const padded = new Uint16Array(id.samples * octets * 8);
  for (let i = 0; i < id.samples; i++) {
    padded.set(halves.subarray(i * id.dimensions, (i + 1) * id.dimensions), i * octets * 8);
  }
  const stride = 4 * vectorQuads('flow', id.dimensions) + 4;
  const vectors = new Float32Array(points.length * stride);
  const slots = new Uint8Array(points.length * 4 * slotLayouts.flow.words);
  points.forEach(({ u, clock, sigma }, m) => {
    vectors.set(u, m * stride + 2 * 8 * octets); // POINT
    const fields = {
      phase: 1,
      samples: id.samples,
      dimensions: id.dimensions,
      octets,
      quads: 2 * octets,
      row_octets: octets,
      vectors_offset: (m * stride) / 4,
      samples_offset: m * SAMPLE_ARRAYS * id.samples,
      'run.sigma': sigma,
      clock,
    };
    slots.set(new Uint8Array(packStruct(slotLayouts.flow, fields)), m * 4 * slotLayouts.flow.words);
  });
  const vectorBuffer = device.upload('vectors', STORAGE | COPY_SRC, vectors);
  // What the entry point does not use of the bindings of a flow is not in its layout.
  const buffers = [
    device.upload('slots', STORAGE, slots),
    device.upload('data', STORAGE, padded),
    vectorBuffer,
    device.upload('samples', STORAGE, new Float32Array(2 * points.length * id.samples)),
  ];
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
  return points.map((_, m) => {
    const own = result.subarray(m * stride, (m + 1) * stride);
    const [logMeanResidual, logTrainLoss, trainErrors] = own.subarray(stride - 4) as unknown as [
      number,
      number,
      number,
    ];
    const slope = own.slice(3 * 8 * octets, 3 * 8 * octets + id.dimensions);
    return { slope, logMeanResidual, logTrainLoss, trainErrors };
  });
}

/** Shapes of data and of the pass: full and ragged tiles, several members, rows that are kept. */
const SHAPES: readonly (readonly [number, number, Omit<Variant, 'subgroup' | 'rereads'>])[] = [
  [2, 1, { workgroup: 16, lanes: 1, held: 1, batch: 4, members: 1, kept: 0 }],
  [5, 3, { workgroup: 2, lanes: 1, held: 1, batch: 2, members: 1, kept: 0 }],
  [50, 20, { workgroup: 16, lanes: 4, held: 1, batch: 4, members: 1, kept: 0 }],
  [50, 20, { workgroup: 16, lanes: 4, held: 1, batch: 2, members: 2, kept: 256 }],
  [130, 65, { workgroup: 64, lanes: 4, held: 3, batch: 1, members: 4, kept: 0 }],
  [300, 9, { workgroup: 64, lanes: 2, held: 1, batch: 4, members: 1, kept: 768 }],
  [64, 300, { workgroup: 16, lanes: 16, held: 3, batch: 2, members: 2, kept: 0 }],
  [40, 700, { workgroup: 128, lanes: 128, held: 1, batch: 2, members: 2, kept: 0 }],
  [40, 900, { workgroup: 128, lanes: 64, held: 2, batch: 2, members: 1, kept: 0 }],
  [33, 250, { workgroup: 128, lanes: 32, held: 2, batch: 4, members: 1, kept: 0 }],
];

/** Every shape through workgroup memory and, where the device has them, subgroups; every other one rereads the point. */
function passesOf({ subgroup }: Device): (readonly [number, number, Variant])[] {
  return [0, ...(subgroup > 0 ? [subgroup] : [])].flatMap((size) =>
    SHAPES.map(
      ([samples, dimensions, shape], k) =>
        [samples, dimensions, { ...shape, subgroup: size, rereads: k % 2 === 1 }] as const,
    ),
  );
}

export const gradientCases: readonly Case<Device>[] = [
  {
    name: 'gradient: one evaluation to rounding, from z near 0 to z near −600',
    run: async (device) => {
      let worst = 0;
      for (const [samples, dimensions, variant] of passesOf(device)) {
        const pipeline = await compile(device, variant);
        for (const clock of [0.1, 30, 600]) {
          const id = { seed: 3, samples, dimensions, ensemble: 'independent' } as const;
          const points = Array.from({ length: variant.members }, (_, m) => ({
            u: Float64Array.from({ length: dimensions }, (_, j) =>
              Math.fround((0.5 + 0.1 * m) * Math.sin(j + 1 + m)),
            ),
            clock: Math.fround(clock * (1 + m)),
            sigma: 2 + m,
          }));
          const actual = await evaluate(device, pipeline, id, points);
          for (const [m, point] of points.entries()) {
            const twin = new Gradient(datasetValues(id), samples, dimensions, point.sigma, 'flow');
            const expected = new Float64Array(dimensions);
            twin.evaluate(point.u, point.clock, expected);
            const own = actual[m] as Evaluation;
            const name = `N ${samples}, d ${dimensions}, θ ${point.clock}`;
            const scale = Math.hypot(...expected);
            // z carries the rounding of θ: 600·2^-24 moves a weight by 4e-5, sums average over it.
            const rounding = 3e-6 + point.clock * 2 ** -23;
            for (const [j, value] of expected.entries()) {
              const error = Math.abs((own.slope[j] as number) - value) / scale;
              check(error <= rounding, `${name}, F_${j}: off by ${error} of ‖F‖`);
              worst = Math.max(worst, error);
            }
            const { logMeanResidual, logTrainLoss, trainErrors } = twin.stats;
            checkClose(own.logMeanResidual, logMeanResidual, rounding, `${name}: log mean r`);
            checkClose(own.logTrainLoss, logTrainLoss, rounding, `${name}: log loss`);
            checkEqual(own.trainErrors, trainErrors, `${name}: errors`);
          }
        }
      }
      return `worst error of F ${worst.toExponential(1)} of its norm`;
    },
  },
];
