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

it('refuses on WebGPU what it does not train, and trains it elsewhere unless told to', async () => {
  await expect(choose('webgpu', 'flowInTime')).rejects.toThrow(/^WebGPU trains no flow with decay/);
  await expect(choose('webgpu-regenerating', 'steps')).rejects.toThrow(
    'Training in steps needs its dataset stored: it goes with the engine webgpu.',
  );
  const { engine, why } = await choose('auto', 'flowInTime');
  expect(engine.info).toMatchObject({ kind: 'wasm', precision: 'float64' });
  expect(why).toMatch(/^WebGPU trains no flow with decay/);
  engine.dispose();
});

it('refuses a flow with decay that an engine is given all the same', async () => {
  const { engine } = await choose('webgpu');
  const spec = parseSpec({ samples: 40, dynamics: { kind: 'flow', weightDecay: 0.1 } });
  await expect(engine.plan([new SweepPlan(spec).replica(0)])).rejects.toThrow(
    /trains no flow with/,
  );
  engine.dispose();
});
