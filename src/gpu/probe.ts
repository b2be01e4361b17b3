/** Asks a device about its arithmetic, with shaders/probe.wgsl. */
import type { Arithmetic } from '../model/device-check.ts';
import type { Device } from './device.ts';
import { packStruct } from './layout.ts';
import { answerLayout, probeSource, questionLayout } from './wgsl.ts';

/** Questions asked, one an invocation. */
const COUNT = 4096;
const WORKGROUP = 64;

/** Ranges in which the kernels call exp and log; see `Arithmetic`. */
const EXPONENTS = [-87, 2] as const;
const ARGUMENTS = [1e-30, 2] as const;

/** Least normal number of float32. */
const LEAST_NORMAL = 2 ** -126;

/** An error as large as this, or no number at all: no digit is right. Files have no infinity. */
const ALL_WRONG = 2 ** 24;

/** Operands of one invocation; the fields of the shader's struct, each a float32. */
type Question = Readonly<Record<Operand, number>>;
type Operand =
  | 'exponent'
  | 'argument'
  | 'a'
  | 'b'
  | 'c'
  | 'large'
  | 'small'
  | 'tiny'
  | 'least'
  | 'half';

function question(k: number): Question {
  const at = k / (COUNT - 1);
  // Arguments of log: even steps in the logarithm, and every other one near 1, where log(1 + e) is.
  const [least, most] = k % 2 === 0 ? ARGUMENTS : ([0.5, 2] as const);
  const odd = 2 * (k % 1024) + 1;
  const a = 1 + odd * 2 ** -12;
  const b = 1 + 2 ** -13;
  return {
    exponent: Math.fround(EXPONENTS[0] + at * (EXPONENTS[1] - EXPONENTS[0])),
    argument: Math.fround(least * (most / least) ** at),
    a,
    b,
    c: -Math.fround(a * b),
    large: a,
    small: odd * 2 ** -42,
    tiny: odd * 2 ** -140,
    least: LEAST_NORMAL * a,
    half: 0.5,
  };
}

/**
 * Error of a float32 in units in the last place.
 * @param unit the number whose last place counts; that of the least normal number at least
 */
function error(actual: number, exact: number, unit: number): number {
  const place = Math.max(Math.floor(Math.log2(Math.abs(unit))), -126) - 23;
  const ulps = Math.abs(actual - exact) / 2 ** place;
  return Number.isNaN(ulps) ? ALL_WRONG : Math.min(ulps, ALL_WRONG);
}

/**
 * Probes the arithmetic of a device.
 * @throws EngineLostError if the device is lost
 */
export async function probeArithmetic(device: Device): Promise<Arithmetic> {
  const questions = Array.from({ length: COUNT }, (_, k) => question(k));
  const answers = await ask(device, questions);
  const found = { expUlps: 0, logUlps: 0, fused: false, reassociated: false, flushed: false };
  for (const [k, q] of questions.entries()) {
    const { exponent, argument, a, b, c, small, tiny, least } = q;
    const answer = answers(k);
    const [exp, log] = [Math.exp(exponent), Math.log(argument)];
    found.expUlps = Math.max(found.expUlps, error(answer('exponential'), exp, exp));
    const unit = Math.max(1, Math.abs(log));
    found.logUlps = Math.max(found.logUlps, error(answer('logarithm'), log, unit));
    // float64 holds the product of two float32 exactly. Whatever a device rounds to, what it loses by
    // rounding twice is not this.
    found.fused ||= answer('product_sum') === a * b + c && a * b + c !== 0;
    found.reassociated ||= answer('difference') !== 0 || answer('residue') !== small;
    found.flushed ||= answer('doubled') !== 2 * tiny || answer('halved') !== least / 2;
  }
  const { expUlps, logUlps, fused, reassociated, flushed } = found;
  const rounded = (x: number): number => Number(x.toFixed(2));
  return {
    expUlps: rounded(expUlps),
    logUlps: rounded(logUlps),
    fused,
    reassociated,
    subnormalsFlushed: flushed,
  };
}

/** Runs the shader; the answers by question and name of the field. */
async function ask(
  device: Device,
  questions: readonly Question[],
): Promise<(k: number) => (name: string) => number> {
  const { gpu } = device;
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const pipeline = await device.pipeline('probe', probeSource(WORKGROUP));
  const packed = new Uint8Array(questions.length * 4 * questionLayout.words);
  questions.forEach((each, k) => {
    packed.set(new Uint8Array(packStruct(questionLayout, each)), k * 4 * questionLayout.words);
  });
  const size = questions.length * 4 * answerLayout.words;
  const asked = device.upload('questions', STORAGE, packed);
  const answered = gpu.createBuffer({ label: 'answers', usage: STORAGE | COPY_SRC, size });
  const staging = gpu.createBuffer({ label: 'probe reader', usage: MAP_READ | COPY_DST, size });
  try {
    const encoder = gpu.createCommandEncoder();
    const pass = encoder.beginComputePass({ label: 'probe' });
    pass.setPipeline(pipeline);
    const entries = [asked, answered].map((buffer, binding) => ({ binding, resource: { buffer } }));
    pass.setBindGroup(0, gpu.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
    pass.dispatchWorkgroups(Math.ceil(questions.length / WORKGROUP));
    pass.end();
    encoder.copyBufferToBuffer(answered, 0, staging, 0, size);
    gpu.queue.submit([encoder.finish()]);
    await device.settle(staging.mapAsync(GPUMapMode.READ));
    const words = new Float32Array(staging.getMappedRange().slice(0));
    device.check();
    return (k) => (name) =>
      words[k * answerLayout.words + (answerLayout.word[name] as number)] as number;
  } finally {
    for (const buffer of [asked, answered, staging]) buffer.destroy();
  }
}
