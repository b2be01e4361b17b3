import { expect, it } from 'vitest';
import { requestEngine } from '../conformance/main.ts';
import { referenceReplicas } from '../conformance/reference.ts';
import { dawn } from './dawn.ts';

it('gives the GPU nothing to do while nobody asks for a batch', async () => {
  const engine = await requestEngine(dawn);
  const batches = engine.run(referenceReplicas('default'), new AbortController().signal);
  await batches.next();
  const queue = engine.device?.queue as GPUQueue;
  let submissions = 0;
  const submit = queue.submit.bind(queue);
  queue.submit = (buffers) => {
    submissions++;
    submit(buffers);
  };
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(submissions).toBe(0);
  // Asked again, it goes on; and it can be left in the middle.
  const next = await batches.next();
  expect(next.done).toBe(false);
  expect(submissions).toBeGreaterThan(0);
  await batches.return(undefined);
  engine.dispose();
});
