import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { EnginePreference } from '../model/engine.ts';
import { InputError } from './usage.ts';

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'help' | 'version' }
  | { readonly kind: 'show'; readonly file: string }
  | {
      readonly kind: 'run';
      readonly spec: string;
      readonly engine: EnginePreference;
      readonly out: string | undefined;
      readonly trajectories: boolean;
      readonly workers: number | undefined;
      readonly quiet: boolean;
    };

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  engine: { type: 'string' },
  out: { type: 'string' },
  trajectories: { type: 'boolean' },
  workers: { type: 'string' },
  quiet: { type: 'boolean' },
} satisfies ParseArgsConfig['options'];

const RUN_ONLY = ['engine', 'out', 'trajectories', 'workers', 'quiet'] as const;
const ENGINES: readonly EnginePreference[] = ['auto', 'webgpu', 'cpu'];

/**
 * Reads the arguments after the program's name.
 * @throws InputError
 */
export function readArguments(args: string[]): Command {
  const { values, positionals } = parse(args);
  if (values.help) return { kind: 'help' };
  if (values.version) return { kind: 'version' };
  const [command, file, ...rest] = positionals;
  if (command !== 'run' && command !== 'show') {
    throw new InputError(`command: got ${quote(command)}; expected run or show`);
  }
  const what = command === 'run' ? 'SPEC.json' : 'FILE.json';
  if (file === undefined) throw new InputError(`${what}: got nothing; expected the path of a file`);
  if (rest.length > 0)
    throw new InputError(`${what}: got ${quote(rest[0])} as well; expected one file`);
  if (command === 'show') {
    const extra = RUN_ONLY.find((name) => values[name] !== undefined);
    if (extra) throw new InputError(`--${extra}: got it with show; expected it with run only`);
    return { kind: 'show', file };
  }
  const engine = values.engine ?? 'auto';
  if (!ENGINES.includes(engine as EnginePreference)) {
    throw new InputError(`--engine: got ${quote(engine)}; expected one of ${ENGINES.join(', ')}`);
  }
  if (values.out === '') throw new InputError('--out: got ""; expected the path of a file');
  if (values.trajectories && values.out === undefined) {
    throw new InputError('--trajectories: got it without --out; expected a file to write them to');
  }
  return {
    kind: 'run',
    spec: file,
    engine: engine as EnginePreference,
    out: values.out,
    trajectories: values.trajectories ?? false,
    workers: values.workers === undefined ? undefined : readWorkers(values.workers),
    quiet: values.quiet ?? false,
  };
}

function parse(
  args: string[],
): ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>> {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new InputError(`arguments: ${(error as Error).message}`);
  }
}

function readWorkers(text: string): number {
  const workers = Number(text);
  if (Number.isInteger(workers) && workers >= 1 && workers <= 1024) return workers;
  throw new InputError(`--workers: got ${quote(text)}; expected a whole number from 1 to 1024`);
}

function quote(text: string | undefined): string {
  return text === undefined ? 'nothing' : JSON.stringify(text);
}
