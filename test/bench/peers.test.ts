import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { orMissing, type PeerResult, plainJavaScript, python } from '../../bench/runtimes.js';
import reference from '../fixtures/flow.json';

/** Peers must do the job that they are compared with: the reference runs, to the engines' accuracy. */

const HORIZON = 8;

/** Whether Python is here with a module; a peer that is not is skipped, not passed. */
function hasModule(name: string): boolean {
  const command = process.env.PYTHON ?? 'python3';
  return spawnSync(command, ['-c', `import ${name}`], { stdio: 'ignore' }).status === 0;
}

const SHAPES = [
  [64, 29],
  [128, 64],
  [256, 123],
  [512, 241],
] as const;

async function checkPeer(run: (job: Job) => Promise<PeerResult>): Promise<void> {
  let compared = 0;
  for (const [samples, dimensions] of SHAPES) {
    const runs = reference.filter(
      ({ N, d, sigma, ensemble }) =>
        N === samples && d === dimensions && sigma === 5 && ensemble === 'independent',
    );
    expect(runs.length).toBeGreaterThan(0);
    const seeds = runs.map(({ seed }) => seed);
    const job = { samples, dimensions, sigma: 5, horizon: HORIZON, seeds };
    const { replicas, gradients } = await run(job);
    expect(gradients).toBe(replicas.reduce((sum, each) => sum + each.gradients, 0));
    for (const { seed, failed, log10TestTime } of replicas) {
      const time = runs.find((each) => each.seed === seed)?.log10tTestAccuracy['0.95'];
      expect(failed).toBe(false);
      if (typeof time !== 'number' || time > HORIZON) expect(log10TestTime).toBeNull();
      else expect(Math.abs((log10TestTime as number) - time)).toBeLessThan(0.005);
      compared++;
    }
  }
  expect(compared).toBe(6);
}

interface Job {
  readonly samples: number;
  readonly dimensions: number;
  readonly sigma: number;
  readonly horizon: number;
  readonly seeds: number[];
}

describe('peers against the reference', () => {
  it('plain JavaScript', () => checkPeer(plainJavaScript));

  it.skipIf(!hasModule('numpy'))('numpy batched', () =>
    checkPeer((job) => python('numpy_batched.py', { ...job })),
  );

  it.skipIf(!hasModule('torch'))('PyTorch', () =>
    checkPeer((job) => python('torch_batched.py', { ...job })),
  );

  it.skipIf(!hasModule('jax'))('JAX', () =>
    checkPeer((job) => python('jax_batched.py', { ...job })),
  );

  for (const variable of ['t', 'log']) {
    it.skipIf(!hasModule('scipy'))(`LSODA in ${variable}`, () =>
      checkPeer((job) => python('scipy_lsoda.py', { ...job, variable })),
    );
  }

  it('that is not there is missing, with the reason', async () => {
    const nothing = await orMissing(() => python('nothing.py', { ...JOB }));
    expect(nothing).toMatchObject({ missing: expect.stringMatching(/python3: .*nothing\.py/) });
  });
});

const JOB: Job = { samples: 64, dimensions: 29, sigma: 5, horizon: HORIZON, seeds: [1] };
