import type { Verdict } from './claim.ts';

/** A verdict's numbers in words: 4.21, and 4.50 ± 0.60, at least 2 or at most 0.1. */
export function verdictText({ measured, predicted, tolerance, relation }: Verdict): {
  readonly measured: string;
  readonly predicted: string;
} {
  // As many decimals as the tolerance has a use for; without one, three digits.
  const decimals = Math.min(6, Math.max(0, 1 - Math.floor(Math.log10(tolerance))));
  const round = (value: number): number =>
    Number(tolerance > 0 ? value.toFixed(decimals) : value.toPrecision(3));
  const text = (value: number): string =>
    Number.isFinite(value)
      ? String(round(value)).replaceAll('-', '−')
      : value > 0
        ? '∞'
        : value < 0
          ? '−∞'
          : 'nothing';
  const prediction = text(predicted);
  const bound = { near: '', atLeast: 'at least ', atMost: 'at most ' }[relation];
  const slack = relation === 'near' ? (tolerance > 0 ? ` ± ${text(tolerance)}` : ' exactly') : '';
  return { measured: text(measured), predicted: `${bound}${prediction}${slack}` };
}
