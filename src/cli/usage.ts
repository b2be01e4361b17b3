/** The command line's words and exit codes. */

export const USAGE = `Usage:
  grokscope run SPEC.json [options]   train a sweep; SPEC.json may be - for standard input
  grokscope run SPEC.json --shard i/n --out DIR [options]   train a part of it; may be killed and run again
  grokscope status DIR                say how far its shards have come
  grokscope merge DIR --out FILE      write one result file of all shards
  grokscope cluster slurm SPEC.json   print a script for sbatch, with the time that a shard takes
  grokscope plan SPEC.json [options]  say how a sweep would be trained on this machine
  grokscope show FILE                 print the map of a result file
  grokscope audit [options]           check every claim of the paper on this machine
  grokscope bench [options]           time an engine on this machine
  grokscope --help | --version

Options of run:
  --out FILE              write the results there, whole or not at all; its name ends in .json, .csv,
                          .npz or .parquet
  --trajectories          with --out FILE.json: the record of every replica as well
  --certify               decide for every dataset whether it is separable, with a certificate
  --shard i/n             part i of n, i = 1 … n, into a directory that all parts share
  --shards n              the same, where SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX or PARALLEL_SEQ is i
  --extend                the directory has a smaller grid, and grows to this one
Options of merge:
  --out FILE              its name ends in .json, .csv, .npz or .parquet
  --partial               although replicas are missing
Options of cluster:
  --shards n              default: as many as keep a shard near half an hour
  --replica-seconds S     what a replica takes there (default: measured on this machine)
Options of audit:
  --size small|medium|large  how much to compute (default: small)
  --claim ID              only this one; may be repeated
Options of bench:
  --cases quick|standard|full  what to time (default: quick); or names with commas: N512R64 is 64
                          replicas of N 512 over λ and seed, N512d235R64t8 of one shape to t = 1e8
  --out FILE.json         write the results there, whole or not at all
Options of run, cluster, plan, audit and bench:
  --engine auto|webgpu|webgpu-regenerating|wasm|cpu
                          auto (default): WebGPU where there is a GPU, else WebAssembly SIMD; both
                          compute in float32, cpu in float64; webgpu-regenerating stores no data,
                          for datasets larger than memory
  --workers N             worker threads of wasm and cpu (default: one a processor)
  --memory GIB            memory for datasets (default: 4 on a GPU, else 3/4 of the machine's)
  --adapter NAME          the GPU with this in its name, where there are several
Options of run, audit and bench:
  --quiet                 no progress; run: no map; audit: only what fails; bench: no table

Exit codes: 0 done; 1 a replica, the engine or a claim failed; 2 bad input; 75 a shard was stopped by
SIGTERM, what is done is saved; 130 interrupted, nothing written but what a shard has
done and the cases of a benchmark.
`;

/** `stopped` is EX_TEMPFAIL of sysexits.h: what is done is saved, and running again goes on. */
export const ExitCode = {
  done: 0,
  failed: 1,
  badInput: 2,
  stopped: 75,
  interrupted: 130,
} as const;

/** Input that is not accepted; the message says what and why. Ends with ExitCode.badInput. */
export class InputError extends Error {
  override readonly name = 'InputError';
}
