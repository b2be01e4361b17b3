import { inBytes } from '../model/memory.ts';
import type { Work } from './machine.ts';
import type { Plan } from './plan.ts';
import { datasetBytes } from './storage.ts';
import { widestOf } from './variant.ts';

/** The plan in sentences, for a reader who wants to know why. */
export function explain(work: Work, plan: Plan): string[] {
  const { variants, members, teams, groups, parts } = plan;
  const { workgroup, lanes, held, batch, kept, subgroup } = widestOf(variants);
  const bytes = datasetBytes(work.samples, work.dimensions);
  const inFlight = teams * members;
  const lines = [
    plan.kernel === 'resident'
      ? `Resident kernel: one workgroup of ${workgroup} trains a replica; ${groups} workgroups.`
      : `Streamed kernel: ${groups * parts} workgroups of ${workgroup} share the rows of a replica.`,
    `A dataset of ${work.samples} × ${work.dimensions} takes ${inBytes(bytes)}` +
      (plan.rowSource === 'regenerated'
        ? ' and is made anew for every gradient.'
        : kept > 0
          ? ' and stays in workgroup memory.'
          : ` and is read once a ${plan.method === 'descent' ? 'step' : 'gradient'}.`),
    `${lanes} ${lanes === 1 ? 'invocation has' : 'invocations share'} a row, each with ${held} of its ` +
      `octets, ${batch} ${batch === 1 ? 'row' : 'rows'} at a time; they add up ` +
      `${subgroup > 0 ? `within subgroups of ${subgroup}` : 'through workgroup memory'}.`,
    `${inFlight} ${inFlight === 1 ? 'replica' : 'replicas'} in flight` +
      (members > 1 ? `, ${members} to a dataset.` : '.'),
  ];
  if (plan.method === 'descent') {
    lines.push('Gradients are in float32; parameters are sums of two numbers, 48 bits.');
  }
  if (variants.length > 1) lines.push(`${variants.length} variants, for shorter rows as well.`);
  if (parts > 1) lines.push(`The rows are spread over ${parts} buffers.`);
  return lines;
}
