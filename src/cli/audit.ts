/** `grokscope audit`: every claim of the paper, run and judged on this machine. */
import type { Claim, Size, Verdict } from '../claims/claim.ts';
import { type Means, runClaim } from '../claims/run.ts';
import { verdictText } from '../claims/words.ts';
import { certifierOf, engineChooser } from '../engines.ts';
import { ENGINE_NAMES } from '../model/engine.ts';
import { checkDevice } from '../sweep/device-check.ts';
import { duration } from '../ui/format.ts';
import type { Command } from './arguments.ts';
import { Bar } from './progress.ts';
import { nodeSurroundings } from './surroundings.ts';
import { ExitCode } from './usage.ts';

type AuditCommand = Extract<Command, { kind: 'audit' }>;

/** `grokscope audit`; returns the exit code. */
export async function audit(command: AuditCommand): Promise<number> {
  const surroundings = nodeSurroundings(command);
  const choice = await engineChooser(surroundings)(command.engine);
  const { engine, why } = choice;
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  const check = await checkDevice(engine, interrupt.signal);
  if (!command.quiet) {
    const { kind, device, precision } = engine.info;
    const name = ENGINE_NAMES[kind];
    console.log(`${name}, ${device}, ${precision}. ${why}\n${check.message}`);
  }
  const certifier = certifierOf(surroundings);
  const onGpu = engine.info.kind === 'webgpu';
  const trainer = onGpu ? (await engineChooser(surroundings)('wasm', 'steps')).engine : engine;
  const means = { engine, trainer, certifier };
  const code = await auditClaims(command, means, interrupt.signal, console.log);
  engine.dispose();
  trainer.dispose();
  return code;
}

/**
 * Runs claims one after the other and prints their verdicts as they come.
 * @returns the exit code: `failed` if a claim fails or cannot be run
 */
export async function auditClaims(
  { claims, size, quiet }: { claims: readonly Claim[]; size: Size; quiet: boolean },
  means: Means,
  signal: AbortSignal,
  print: (text: string) => void,
): Promise<number> {
  const bar = new Bar(process.stderr);
  const begun = performance.now();
  let held = 0;
  for (const claim of claims) {
    const started = performance.now();
    let verdicts: readonly Verdict[] = [];
    let problem = '';
    try {
      const outcome = await runClaim(claim, size, means, signal, ({ done, total }) => {
        if (!quiet) bar.draw(done / total, claim.title);
      });
      verdicts = outcome.verdicts;
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    bar.clear();
    if (signal.aborted) {
      print(`Interrupted in “${claim.title}”.`);
      return ExitCode.interrupted;
    }
    const holds = verdicts.length > 0 && verdicts.every(({ passed }) => passed);
    if (holds) held++;
    if (quiet && holds) continue;
    print(`\n${claim.title} (${claim.id}, ${duration((performance.now() - started) / 1000)})`);
    if (problem !== '') print(`  FAIL  ${problem}`);
    for (const verdict of verdicts) if (!(quiet && verdict.passed)) print(`  ${lineOf(verdict)}`);
  }
  const seconds = duration((performance.now() - begun) / 1000);
  const all = held === claims.length;
  if (!(quiet && all)) print(`\n${held} of ${claims.length} claims hold; size ${size}, ${seconds}`);
  return all ? ExitCode.done : ExitCode.failed;
}

function lineOf(verdict: Verdict): string {
  const { measured, predicted } = verdictText(verdict);
  const mark = verdict.passed ? 'pass' : 'FAIL';
  return `${mark}  ${verdict.what}: ${measured}; predicted ${predicted}`;
}
