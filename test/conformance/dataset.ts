/** The dataset as a GPU makes it, for comparison with the host's. */

import type { Device } from '../../src/gpu/device.ts';
import { Kernels } from '../../src/gpu/kernels.ts';
import { Seats } from '../../src/gpu/seats.ts';
import { SAMPLE_ARRAYS, vectorQuads } from '../../src/gpu/storage.ts';
import { Workspace } from '../../src/gpu/workspace.ts';
import { type DatasetId, datasetHalves } from '../../src/model/dataset.ts';
import { type Case, check, checkEqual } from './check.ts';

/** SHA-256 in hexadecimal of halves as little-endian 16-bit words. */
export async function sha256(halves: Uint16Array): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', halves.buffer as ArrayBuffer));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Makes a dataset on the GPU and reads it back without the padding, row-major. */
export async function gpuHalves(kernels: Kernels, id: DatasetId, parts = 1): Promise<Uint16Array> {
  const { device } = kernels;
  const { samples, dimensions } = id;
  const octets = Math.ceil(dimensions / 8);
  const partRows = Math.ceil(samples / parts);
  const bytes = 16 * partRows * octets;
  const workspace = await Workspace.create(kernels, {
    method: 'flow',
    kernel: 'streamed',
    samples,
    dimensions,
    variants: [
      {
        workgroup: 16,
        lanes: 16,
        held: 3,
        batch: 4,
        members: 1,
        kept: 0,
        subgroup: 0,
        rereads: false,
      },
    ],
    members: 1,
    teams: 1,
    groups: 1,
    rowSource: 'stored',
    parts,
    dataBytes: bytes,
    vectorBytes: 16 * vectorQuads('flow', dimensions),
    sampleBytes: 4 * SAMPLE_ARRAYS * samples,
    partialBytes: 16,
  });
  const seats = new Seats(workspace);
  const replica = { ...id, index: 0, sigma: 1, dynamics: 'flow' as const, horizon: 1, goal: null };
  check(seats.seat(0, { ...replica, tolerance: 'default' }), 'the dataset has room');
  const { gpu } = device;
  const staging = gpu.createBuffer({
    size: parts * bytes,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  const encoder = gpu.createCommandEncoder();
  workspace.encodeGenerate(encoder, seats.fresh, seats.freshOctets);
  for (const [part, buffer] of workspace.data.entries()) {
    encoder.copyBufferToBuffer(buffer, 0, staging, part * bytes, bytes);
  }
  gpu.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const padded = new Uint16Array(staging.getMappedRange().slice(0));
  staging.destroy();
  workspace.destroy();
  device.check();
  const halves = new Uint16Array(samples * dimensions);
  for (let i = 0; i < samples; i++) {
    const row = padded.subarray(i * 8 * octets, (i + 1) * 8 * octets);
    halves.set(row.subarray(0, dimensions), i * dimensions);
    check(
      row.subarray(dimensions).every((half) => half === 0),
      `padding of row ${i} is zero`,
    );
  }
  return halves;
}

/** The datasets whose digests every implementation must agree on. */
export const DIGEST_IDS: readonly DatasetId[] = (['independent', 'nested'] as const).map(
  (ensemble) => ({ seed: 7, samples: 333, dimensions: 149, ensemble }),
);

export const datasetCases: readonly Case<Device>[] = [
  {
    name: 'generate: the dataset is bit-exact on every shape',
    run: async (device) => {
      const kernels = new Kernels(device);
      for (const [samples, dimensions] of [
        [2, 1],
        [5, 4],
        [3, 7],
        [64, 16],
        [130, 33],
        [20, 300],
      ] as const) {
        for (const ensemble of ['independent', 'nested'] as const) {
          const id = { seed: 0xfedcba98, samples, dimensions, ensemble };
          const parts = samples > 60 ? 3 : 1; // spread over several buffers where there is enough
          const [gpu, host] = [await gpuHalves(kernels, id, parts), datasetHalves(id)];
          checkEqual(
            gpu.findIndex((half, k) => half !== host[k]),
            -1,
            `first difference, ${samples} × ${dimensions}`,
          );
        }
      }
      return undefined;
    },
  },
  {
    name: 'generate: SHA-256 of seed 7, N 333, d 149, both ensembles',
    run: async (device) => {
      const kernels = new Kernels(device);
      const digests: string[] = [];
      for (const id of DIGEST_IDS) {
        const digest = await sha256(await gpuHalves(kernels, id));
        checkEqual(digest, await sha256(datasetHalves(id)), id.ensemble);
        digests.push(digest);
      }
      return digests.join(' ');
    },
  },
];
