import { engineChooser } from '../engines.ts';
import { ENGINE_NAMES } from '../model/engine.ts';
import { parseSpecText, workloadOf } from '../model/spec.ts';
import { SweepPlan } from '../sweep/plan.ts';
import { Sweep } from '../sweep/sweep.ts';
import { count } from '../ui/format.ts';
import type { Command } from './arguments.ts';
import { readText } from './files.ts';
import { nodeSurroundings } from './surroundings.ts';
import { ExitCode } from './usage.ts';

/** `grokscope plan`: says how a sweep would be trained, and trains nothing; returns the exit code. */
export async function plan(command: Extract<Command, { kind: 'plan' }>): Promise<number> {
  const spec = parseSpecText(await readText(command.spec, 'SPEC.json'));
  const { engine, why } = await engineChooser(nodeSurroundings(command))(
    command.engine,
    workloadOf(spec),
  );
  const sweep = new Sweep(new SweepPlan(spec), engine);
  const { xs, ys, size } = sweep.plan;
  const { kind, device, precision } = engine.info;
  console.log(`${ENGINE_NAMES[kind]}, ${device}, ${precision}. ${why}`);
  console.log(
    `${xs.length} × ${ys.length} cells, ${count(size)} ${size === 1 ? 'replica' : 'replicas'}.`,
  );
  try {
    for (const sentence of await sweep.explain()) console.log(sentence);
    return ExitCode.done;
  } finally {
    engine.dispose();
  }
}
