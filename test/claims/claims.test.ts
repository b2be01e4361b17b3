import { describe, expect, it } from 'vitest';
import { CLAIMS } from '../../src/claims/all.ts';
import { type Claim, SIZES, verdict } from '../../src/claims/claim.ts';
import { line, median } from '../../src/claims/measure.ts';
import { oneDimensional } from '../../src/claims/one-dimensional.ts';
import { runClaim } from '../../src/claims/run.ts';
import { verdictText } from '../../src/claims/words.ts';
import { auditClaims } from '../../src/cli/audit.ts';
import { CpuCertifier } from '../../src/cpu/certifier.ts';
import { CpuEngine } from '../../src/cpu/engine.ts';
import { inlineWorker } from '../cpu/inline-worker.ts';

const means = () => ({
  engine: new CpuEngine(inlineWorker, 1),
  certifier: new CpuCertifier(inlineWorker, 1),
});
const signal = new AbortController().signal;

describe('claims', () => {
  it('have names of their own, a paragraph, and sweeps at every size that grow', () => {
    expect(new Set(CLAIMS.map(({ id }) => id)).size).toBe(CLAIMS.length);
    for (const claim of CLAIMS) {
      expect(claim.text.length).toBeGreaterThan(200);
      const work = SIZES.map((size) =>
        claim
          .sweeps(size)
          .reduce((sum, { spec }) => sum + spec.samples * JSON.stringify(spec).length, 0),
      );
      expect(work.every((each) => each > 0)).toBe(true);
    }
  });

  it('nothing measured, nothing passed: an empty sweep makes no claim hold', () => {
    for (const claim of CLAIMS) {
      const verdicts = claim.verdicts([]);
      expect(verdicts).toEqual([]);
    }
  });

  it.each([
    ['near', 1, 1.1, 0.05, false],
    ['near', 1, 1.1, 0.11, true],
    ['near', 3, 3, 0, true],
    ['near', Number.NaN, 3, 1, false],
    ['atLeast', 2, 2.1, 0, false],
    ['atLeast', Infinity, 2, 0, true],
    ['atLeast', Number.NaN, 2, 0, false],
    ['atMost', 2, 2.1, 0, true],
    ['atMost', Infinity, 2, 0, false],
    ['near', Infinity, 2, 5, false],
  ] as const)(
    '%s: %f against %f ± %f passes: %s',
    (relation, measured, predicted, tolerance, passed) => {
      expect(verdict('x', measured, relation, predicted, tolerance, '').passed).toBe(passed);
    },
  );

  it('verdicts in words', () => {
    const text = (
      ...[measured, relation, predicted, tolerance]: [
        number,
        'near' | 'atLeast' | 'atMost',
        number,
        number,
      ]
    ): string => {
      const words = verdictText(verdict('x', measured, relation, predicted, tolerance, ''));
      return `${words.measured} | ${words.predicted}`;
    };
    expect(text(0.97812, 'near', 0.97804684, 0.005)).toBe('0.9781 | 0.978 ± 0.005');
    expect(text(8, 'near', 8, 0)).toBe('8 | 8 exactly');
    expect(text(3.96531, 'atLeast', 2, 0)).toBe('3.97 | at least 2');
    expect(text(Infinity, 'atMost', 0.1, 0)).toBe('∞ | at most 0.1');
    expect(text(Number.NaN, 'near', 1, 0.1)).toBe('nothing | 1 ± 0.1');
  });

  it('median and line', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([1, Infinity])).toBe(Infinity);
    expect(median([-Infinity, -Infinity])).toBe(-Infinity);
    expect(median([])).toBeNaN();
    expect(line([1, 2, 4], [5, 7, 11])).toEqual({ slope: 2, at0: 3 });
  });
});

describe('audit', () => {
  const run = async (claims: readonly Claim[], quiet = false): Promise<[number, string]> => {
    const lines: string[] = [];
    const code = await auditClaims({ claims, size: 'small', quiet }, means(), signal, (text) =>
      lines.push(text),
    );
    return [code, lines.join('\n')];
  };

  /** The same claim with its first prediction moved by far more than its tolerance. */
  const wrong: Claim = {
    ...oneDimensional,
    verdicts: (results) =>
      oneDimensional.verdicts(results).map((v, k) => {
        const predicted = k === 0 ? v.predicted + 10 * v.tolerance : v.predicted;
        return verdict(v.what, v.measured, v.relation, predicted, v.tolerance, v.because);
      }),
  };

  it('a claim that holds exits with 0', async () => {
    const [code, text] = await run([oneDimensional]);
    expect(code).toBe(0);
    expect(text).toMatch(/One dimension has it all \(one-dimensional, \d+\ss\)/);
    expect(text.match(/ {2}pass {2}/g)?.length).toBe(8);
    expect(text).toMatch(/1 of 1 claims hold/);
    expect(await run([oneDimensional], true)).toEqual([0, '']);
  });

  it('a wrong prediction exits with 1 and is named', async () => {
    const [code, text] = await run([wrong, oneDimensional], true);
    expect(code).toBe(1);
    expect(text).toMatch(/FAIL {2}u\/u∞ − 1 at λ = 0\.375: .*; predicted 0\.05/);
    expect(text).toMatch(/1 of 2 claims hold/);
    expect(text).not.toMatch(/pass/);
  });

  it('a claim without verdicts, or that cannot run, fails', async () => {
    const [empty] = await run([{ ...oneDimensional, verdicts: () => [] }]);
    expect(empty).toBe(1);
    const broken: Claim = {
      ...oneDimensional,
      verdicts: () => {
        throw new Error('no such result');
      },
    };
    const [code, text] = await run([broken]);
    expect([code, text]).toEqual([1, expect.stringMatching(/FAIL {2}no such result/)]);
  });

  it('stops when told to', async () => {
    const abort = new AbortController();
    const outcome = await runClaim(oneDimensional, 'small', means(), abort.signal, ({ done }) => {
      if (done >= 3) abort.abort();
    });
    expect(outcome.verdicts).toEqual([]);
    const [first] = outcome.results;
    expect(first?.table.done).toBeLessThan(first?.plan.size ?? 0);
  });
});
