#!/usr/bin/env node
/** The command line. */
import { readArguments } from './cli/arguments.ts';
import { audit } from './cli/audit.ts';
import { benchmark } from './cli/bench.ts';
import { cluster } from './cli/cluster.ts';
import { merge } from './cli/merge.ts';
import { plan } from './cli/plan.ts';
import { run } from './cli/run.ts';
import { runShard } from './cli/shard.ts';
import { show } from './cli/show.ts';
import { status } from './cli/status.ts';
import { ExitCode, InputError, USAGE } from './cli/usage.ts';
import { FieldError } from './model/fields.ts';
import { VERSION } from './version.ts';

async function main(args: string[]): Promise<number> {
  const command = readArguments(args);
  switch (command.kind) {
    case 'help':
      process.stdout.write(USAGE);
      return ExitCode.done;
    case 'version':
      console.log(VERSION);
      return ExitCode.done;
    case 'show':
      return show(command.file);
    case 'run':
      return run(command);
    case 'shard':
      return runShard(command);
    case 'status':
      return status(command.directory);
    case 'merge':
      return merge(command);
    case 'cluster':
      return cluster(command);
    case 'plan':
      return plan(command);
    case 'audit':
      return audit(command);
    case 'bench':
      return benchmark(command);
  }
}

try {
  // Native handles of the GPU would keep the process alive: it ends here.
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  const input = error instanceof InputError || error instanceof FieldError;
  console.error(`grokscope: ${error instanceof Error ? error.message : error}`);
  if (error instanceof InputError) console.error('Try grokscope --help.');
  process.exit(input ? ExitCode.badInput : ExitCode.failed);
}
