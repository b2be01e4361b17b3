/** The device check, which every engine that works passes. */
import { MAX_DEVIATION } from '../../src/model/device-check.ts';
import { checkDevice } from '../../src/sweep/device-check.ts';
import { type Case, check, checkEqual } from './check.ts';
import type { EngineContext } from './engine.ts';
import { referenceTime } from './reference.ts';

/** Milliseconds: software GPUs compile for long on processors that have something else to do. */
export const DEADLINE = 300_000;

export const deviceCheckCases: readonly Case<Pick<EngineContext, 'engine'>>[] = [
  {
    name: 'passes the device check',
    run: async ({ engine }) => {
      const start = performance.now();
      const { passed, arithmetic, replicas, message } = await checkDevice(
        engine,
        new AbortController().signal,
        DEADLINE,
      );
      const first = performance.now() - start;
      check(passed, message);
      checkEqual(arithmetic === null, engine.info.kind !== 'webgpu', 'no probe but on a GPU');
      checkEqual(replicas.length, 3, 'replicas');
      for (const { expected, measured, ...shape } of replicas) {
        checkEqual(expected, referenceTime(shape), 'the time in the fixture');
        const off = Math.abs((measured ?? NaN) - expected);
        check(off <= MAX_DEVIATION[engine.info.precision], `${off} of ${expected}`);
      }
      return `${first.toFixed(0)} ms; ${message} ${JSON.stringify(arithmetic)}`;
    },
  },
];
