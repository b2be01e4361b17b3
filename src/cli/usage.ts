/** The command line's words and exit codes. */

export const USAGE = `Usage:
  grokscope run SPEC.json [options]   train a sweep; SPEC.json may be - for standard input
  grokscope show FILE                 print the map of a result file
  grokscope audit [options]           check every claim of the paper on this machine
  grokscope --help | --version

Options of run:
  --out FILE              write the results there, whole or not at all; its name ends in .json, .csv,
                          .npz or .parquet
  --trajectories          with --out FILE.json: the record of every replica as well
  --certify               decide for every dataset whether it is separable, with a certificate
Options of audit:
  --size small|medium|large  how much to compute (default: small)
  --claim ID              only this one; may be repeated
Options of both:
  --engine auto|webgpu|wasm|cpu  auto (default): WebGPU where there is a GPU, else WebAssembly SIMD;
                          both compute in float32, cpu in float64
  --workers N             worker threads of wasm and cpu (default: one a processor)
  --quiet                 no progress; run: no map; audit: only what fails

Exit codes: 0 done; 1 a replica, the engine or a claim failed; 2 bad input; 130 interrupted, nothing
written.
`;

export const ExitCode = { done: 0, failed: 1, badInput: 2, interrupted: 130 } as const;

/** Input that is not accepted; the message says what and why. Ends with ExitCode.badInput. */
export class InputError extends Error {
  override readonly name = 'InputError';
}
