import { expect, it } from 'vitest';
import { engineChooser } from '../../src/engines.ts';
import { parseSpec } from '../../src/model/spec.ts';
import { SweepPlan } from '../../src/sweep/plan.ts';
import { dawn } from './dawn.ts';

const choose = engineChooser({
  findGpu: async () => dawn,
  spawnWorker: () => {
    throw new Error('nothing is run');
  },
  workers: 1,
  memory: 2 ** 28,
});

it('trains in steps on WebGPU where it is asked for, in float64 where it is software', async () => {
  const asked = await choose('webgpu', 'steps');
  expect(asked.engine.info).toMatchObject({ kind: 'webgpu', precision: 'float32' });
  const spec = parseSpec({ samples: 40, dynamics: { kind: 'adam', steps: 1000 } });
  const sentences = await asked.engine.plan([new SweepPlan(spec).replica(0)]);
  expect(sentences.join(' ')).toMatch(/one workgroup of \d+ trains a replica.*once a step/);
  asked.engine.dispose();
  const { engine, why } = await choose('auto', 'steps');
  expect(engine.info).toMatchObject({ kind: 'wasm', precision: 'float64' });
  expect(why).toMatch(/runs in software/);
  engine.dispose();
});

it('trains a flow with decay on WebGPU, in one workgroup, and in float64 on the processor', async () => {
  const asked = await choose('webgpu', 'flowInTime');
  const spec = parseSpec({ samples: 40, dynamics: { kind: 'flow', weightDecay: 0.1 } });
  const sentences = await asked.engine.plan([new SweepPlan(spec).replica(0)]);
  expect(sentences.join(' ')).toMatch(/one workgroup of \d+ trains a replica.*once a gradient/);
  asked.engine.dispose();
  const { engine } = await choose('wasm', 'flowInTime');
  expect(engine.info).toMatchObject({ kind: 'wasm', precision: 'float64' });
  engine.dispose();
});

it('makes the data of nothing but a flow without decay anew', async () => {
  for (const workload of ['steps', 'flowInTime'] as const) {
    await expect(choose('webgpu-regenerating', workload)).rejects.toThrow(
      /^Training in steps, with decay .* needs its dataset stored: it goes with the engine webgpu\.$/,
    );
  }
});
