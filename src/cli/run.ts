import { createHash } from 'node:crypto';
import { certifierOf, engineChooser } from '../engines.ts';
import type { DeviceCheck } from '../model/device-check.ts';
import { ENGINE_NAMES, type EngineChoice } from '../model/engine.ts';
import type { Certifier } from '../model/separability/certifier.ts';
import { parseSpecText, type SweepSpec, workloadOf } from '../model/spec.ts';
import { type Provenance, sourceOf } from '../results/codec.ts';
import { encodeAs } from '../results/formats.ts';
import { firstAccuracy, type MapView } from '../sweep/cells.ts';
import { Certification } from '../sweep/certification.ts';
import { checkDevice } from '../sweep/device-check.ts';
import { SweepPlan } from '../sweep/plan.ts';
import { Sweep } from '../sweep/sweep.ts';
import { count, duration } from '../ui/format.ts';
import { VERSION } from '../version.ts';
import type { Command } from './arguments.ts';
import { checkWritable, formatToWrite, readText, writeAtomically } from './files.ts';
import { certifiedText } from './limits.ts';
import { mapText, type TextOptions } from './map.ts';
import { Bar, certificationText, sweepText } from './progress.ts';
import { nodeSurroundings } from './surroundings.ts';
import { ExitCode } from './usage.ts';

type RunCommand = Extract<Command, { kind: 'run' }>;

/** `grokscope run`; returns the exit code. */
export async function run(command: RunCommand): Promise<number> {
  const spec = parseSpecText(await readText(command.spec, 'SPEC.json'));
  const format = command.out === undefined ? undefined : formatToWrite(command.out);
  if (command.out !== undefined) await checkWritable(command.out);
  const surroundings = nodeSurroundings(command);
  const choice = await engineChooser(surroundings)(command.engine, workloadOf(spec));
  const sweep = new Sweep(new SweepPlan(spec), choice.engine);
  const certifier = command.certify ? certifierOf(surroundings) : undefined;
  const { interrupted, deviceCheck, certified } = await drive(
    sweep,
    choice,
    certifier,
    command.quiet,
  );
  choice.engine.dispose();
  if (interrupted) {
    console.error(`Interrupted after ${count(sweep.table.done)} replicas; nothing was written.`);
    return ExitCode.interrupted;
  }
  if (sweep.message !== '') console.error(sweep.message);
  if (command.out !== undefined && format && sweep.state === 'done') {
    const provenance = provenanceOf(spec, choice, sweep, deviceCheck);
    const { trajectories } = command;
    const source = sourceOf(sweep.table, sweep.plan, provenance, { trajectories });
    await writeAtomically(command.out, encodeAs(format, source, { trajectories }));
  }
  if (!command.quiet && sweep.table.done > 0) report(sweep);
  const whole = sweep.state === 'done' && sweep.table.failures.size === 0 && certified;
  return whole ? ExitCode.done : ExitCode.failed;
}

/** What became of the engine's check and of the sweep. */
interface Driven {
  readonly deviceCheck: DeviceCheck;
  /** From the keyboard. */
  readonly interrupted: boolean;
  /** False if certificates were asked for and could not be had. */
  readonly certified: boolean;
}

/** Checks the engine, runs a sweep and certifies its datasets, with a progress bar. */
async function drive(
  sweep: Sweep,
  { engine, why }: EngineChoice,
  certifier: Certifier | undefined,
  quiet: boolean,
): Promise<Driven> {
  const bar = new Bar(process.stderr);
  sweep.onchange = () => {
    if (!quiet) bar.draw(sweep.table.done / sweep.table.size, sweepText(sweep));
  };
  const certification = certifier && new Certification(sweep.plan, sweep.table, certifier);
  if (certification) {
    certification.onchange = () => {
      if (!quiet)
        bar.draw(certification.done / certification.total, certificationText(certification));
    };
  }
  const interrupt = new AbortController();
  const onInterrupt = (): void => {
    interrupt.abort();
    sweep.stop();
    certification?.stop();
  };
  // Stays after the run: an interrupt while the file is being written lets it be finished.
  process.once('SIGINT', onInterrupt);
  const { kind, device, precision } = engine.info;
  const name = ENGINE_NAMES[kind];
  if (!quiet) console.error(`${name}, ${device}, ${precision}. ${why}`);
  const deviceCheck = await checkDevice(engine, interrupt.signal);
  if (!interrupt.signal.aborted) {
    if (!quiet) console.error(deviceCheck.message);
    await sweep.run();
    if (sweep.state === 'done') await certification?.run();
    if (certification?.state === 'failed') sweep.message = certification.message;
  }
  bar.clear();
  const certified = certification?.state !== 'failed';
  return { deviceCheck, interrupted: interrupt.signal.aborted, certified };
}

function report(sweep: Sweep): void {
  const { gradients, seconds, done, total } = sweep.progress;
  process.stdout.write(mapText(viewOf(sweep), terminal()));
  console.log(
    `\n${count(done)} of ${count(total)} replicas, ${count(gradients)} gradients, ${duration(seconds)}`,
  );
  const certified = certifiedText(viewOf(sweep));
  if (certified !== '') console.log(certified);
  const [failure] = sweep.table.failures;
  if (failure) {
    const { seed, samples, dimensions } = sweep.plan.replica(failure[0]);
    console.error(
      `${count(sweep.table.failures.size)} replicas failed; the first: seed ${seed}, N ${samples}, d ${dimensions}: ${failure[1]}`,
    );
  }
}

/** What the terminal can show. */
export function terminal(): TextOptions {
  const colour = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
  return { width: process.stdout.columns ?? 80, colour };
}

/** The view at the accuracy that is shown first. */
export function viewOf({ plan, table }: Pick<Sweep, 'plan' | 'table'>): MapView {
  return { plan, table, quantity: 'testTime', accuracy: firstAccuracy(plan.spec) };
}

function provenanceOf(
  spec: SweepSpec,
  { engine, why }: EngineChoice,
  { progress }: Sweep,
  deviceCheck: DeviceCheck,
): Provenance {
  return {
    program: 'grokscope',
    programVersion: VERSION,
    ...provenanceHere(),
    specHash: specHash(spec),
    engine: { ...engine.info, why },
    gradients: progress.gradients,
    seconds: Number(progress.seconds.toFixed(3)),
    deviceCheck,
  };
}

/** Where and when. */
export function provenanceHere(): { runtime: string; created: string } {
  return {
    runtime: `node ${process.version} ${process.platform} ${process.arch}`,
    created: new Date().toISOString(),
  };
}

/** SHA-256 of the complete spec. */
export function specHash(spec: SweepSpec): string {
  return createHash('sha256').update(JSON.stringify(spec)).digest('hex');
}
