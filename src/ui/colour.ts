/** Perceptually uniform colour maps, through anchors evenly spaced along them. */

/** Red, green, blue, 0 … 255. */
export type Rgb = readonly [number, number, number];

const ANCHORS = {
  // Smith & van der Walt, matplotlib 1.5.
  viridis: [
    0x440154, 0x481a6c, 0x472f7d, 0x414487, 0x39568c, 0x31688e, 0x2a788e, 0x23888e, 0x1f988b,
    0x22a884, 0x35b779, 0x54c568, 0x7ad151, 0xa5db36, 0xd2e21b, 0xe8e419, 0xfde725,
  ],
  // Nuñez, Anderton & Renslow, PLoS ONE 13, 2018: the same to readers with and without red-green vision.
  cividis: [
    0x00204d, 0x00336f, 0x39486b, 0x575c6d, 0x707173, 0x8a8779, 0xa69d75, 0xc4b56c, 0xe4cf5b,
    0xffea46,
  ],
  grey: [0x111111, 0xf2f2f2],
  // RdBu (Brewer) turned round, for differences about 0.
  difference: [0x2166ac, 0x67a9cf, 0xd1e5f0, 0xf7f7f7, 0xfddbc7, 0xef8a62, 0xb2182b],
} as const;

export const COLOUR_MAPS = ['viridis', 'cividis', 'grey'] as const;
export type ColourMap = keyof typeof ANCHORS;

const LEVELS = 256;
const tables = new Map<ColourMap, readonly Rgb[]>();

function tableOf(map: ColourMap): readonly Rgb[] {
  const known = tables.get(map);
  if (known) return known;
  const anchors: readonly number[] = ANCHORS[map];
  const table = Array.from({ length: LEVELS }, (_, k) => mix(anchors, k / (LEVELS - 1)));
  tables.set(map, table);
  return table;
}

function mix(anchors: readonly number[], s: number): Rgb {
  const position = s * (anchors.length - 1);
  const k = Math.min(anchors.length - 2, Math.floor(position));
  const f = position - k;
  const channel = (shift: number): number => {
    const low = ((anchors[k] as number) >> shift) & 0xff;
    const high = ((anchors[k + 1] as number) >> shift) & 0xff;
    return Math.round(low + f * (high - low));
  };
  return [channel(16), channel(8), channel(0)];
}

/** Colour at s, which is clamped to 0 … 1. */
export function colourAt(s: number, map: ColourMap = 'viridis'): Rgb {
  return tableOf(map)[Math.round(Math.min(1, Math.max(0, s)) * (LEVELS - 1))] as Rgb;
}

/** The same as a CSS colour. */
export function colourCss(s: number, map: ColourMap): string {
  return `rgb(${colourAt(s, map).join(' ')})`;
}
