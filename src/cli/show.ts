import { decodeFile } from '../results/formats.ts';
import { SweepPlan } from '../sweep/plan.ts';
import { count } from '../ui/format.ts';
import { readBytes } from './files.ts';
import { certifiedText } from './limits.ts';
import { mapText } from './map.ts';
import { terminal, viewOf } from './run.ts';
import { ExitCode } from './usage.ts';

/** `grokscope show`: the map of a result file; returns the exit code. */
export async function show(file: string): Promise<number> {
  const { spec, table, provenance } = decodeFile(
    await readBytes(file, 'FILE'),
    (each) => new SweepPlan(each),
  );
  const plan = new SweepPlan(spec);
  process.stdout.write(mapText(viewOf({ plan, table }), terminal()));
  const { created, engine } = provenance as { created?: unknown; engine?: unknown };
  console.log(`\n${count(table.done)} of ${count(table.size)} replicas`);
  const certified = certifiedText(viewOf({ plan, table }));
  if (certified !== '') console.log(certified);
  if (created) console.log(`made ${JSON.stringify(created)} by ${JSON.stringify(engine)}`);
  return ExitCode.done;
}
