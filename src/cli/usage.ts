/** The command line's words and exit codes. */

export const USAGE = `Usage:
  grokscope run SPEC.json [options]   train a sweep; SPEC.json may be - for standard input
  grokscope plan SPEC.json [options]  say how a sweep would be trained on this machine
  grokscope show FILE.json            print the map of a result file
  grokscope audit [options]           check every claim of the paper on this machine
  grokscope bench [options]           time an engine on this machine
  grokscope --help | --version

Options of run:
  --out FILE.json         write the results there, whole or not at all
  --trajectories          with --out: the record of every replica as well
  --certify               decide for every dataset whether it is separable, with a certificate
Options of audit:
  --size small|medium|large  how much to compute (default: small)
  --claim ID              only this one; may be repeated
Options of bench:
  --cases quick|standard|full  what to time (default: quick); or names with commas: N512R64 is 64
                          replicas of N 512 over λ and seed, N512d235R64t8 of one shape to t = 1e8
  --out FILE.json         write the results there, whole or not at all
Options of run, plan, audit and bench:
  --engine auto|webgpu|webgpu-regenerating|wasm|cpu
                          auto (default): WebGPU where there is a GPU, else WebAssembly SIMD; both
                          compute in float32, cpu in float64; webgpu-regenerating stores no data,
                          for datasets larger than memory
  --workers N             worker threads of wasm and cpu (default: one a processor)
  --memory GIB            memory for datasets (default: 4 on a GPU, else 3/4 of the machine's)
Options of run, audit and bench:
  --quiet                 no progress; run: no map; audit: only what fails; bench: no table

Exit codes: 0 done; 1 a replica, the engine or a claim failed; 2 bad input; 130 interrupted, nothing
written.
`;

export const ExitCode = { done: 0, failed: 1, badInput: 2, interrupted: 130 } as const;

/** Input that is not accepted; the message says what and why. Ends with ExitCode.badInput. */
export class InputError extends Error {
  override readonly name = 'InputError';
}
