/** IEEE 754 half precision: 1 sign bit, 5 exponent bits, 10 fraction bits. */

const float = new Float32Array(1);
const floatBits = new Uint32Array(float.buffer);

/**
 * Bits of the half nearest to `value` (ties to even), subnormals included.
 * @throws RangeError if |value| exceeds 65504, the largest half, or is not a number.
 */
export function toHalfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (!(magnitude <= 65504)) throw new RangeError(`half: ${value} is not within ±65504`);
  // Subnormals share the exponent of the smallest normal. Float32 has the exponent in its bits; where it
  // rounds up to the next power of two, so does a half.
  float[0] = magnitude;
  const exponent = Math.max(-14, ((floatBits[0] as number) >>> 23) - 127);
  // Units of the last place: at least 1024 for a normal, and adding the exponent field to it lets
  // a rounding up carry into the next exponent by itself.
  const units = roundTiesToEven(magnitude * 2 ** (10 - exponent));
  return sign | (((exponent + 14) << 10) + units);
}

function roundTiesToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && (floor & 1) === 1) ? floor + 1 : floor;
}

/** Value of a half given by its 16 bits; infinities and NaN do not occur in a dataset. */
export function fromHalfBits(bits: number): number {
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  let magnitude = fraction * 2 ** -24;
  if (exponent > 0) {
    floatBits[0] = ((exponent + 112) << 23) | (fraction << 13);
    magnitude = float[0] as number;
  }
  return bits & 0x8000 ? -magnitude : magnitude;
}
