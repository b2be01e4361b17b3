/** The viridis map (Smith & van der Walt, matplotlib 1.5), through 17 of its anchors. */
const ANCHORS = [
  0x440154, 0x481a6c, 0x472f7d, 0x414487, 0x39568c, 0x31688e, 0x2a788e, 0x23888e, 0x1f988b,
  0x22a884, 0x35b779, 0x54c568, 0x7ad151, 0xa5db36, 0xd2e21b, 0xe8e419, 0xfde725,
];

/** Red, green, blue, 0 … 255. */
export type Rgb = readonly [number, number, number];

const LEVELS = 256;
const table: readonly Rgb[] = Array.from({ length: LEVELS }, (_, k) => mix(k / (LEVELS - 1)));

function mix(s: number): Rgb {
  const position = s * (ANCHORS.length - 1);
  const k = Math.min(ANCHORS.length - 2, Math.floor(position));
  const f = position - k;
  const channel = (shift: number): number => {
    const low = ((ANCHORS[k] as number) >> shift) & 0xff;
    const high = ((ANCHORS[k + 1] as number) >> shift) & 0xff;
    return Math.round(low + f * (high - low));
  };
  return [channel(16), channel(8), channel(0)];
}

/** Colour at s, which is clamped to 0 … 1. */
export function viridis(s: number): Rgb {
  return table[Math.round(Math.min(1, Math.max(0, s)) * (LEVELS - 1))] as Rgb;
}

/** The same as a CSS colour. */
export function viridisCss(s: number): string {
  return `rgb(${viridis(s).join(' ')})`;
}
