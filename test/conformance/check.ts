/** Assertions for cases that run in node, Deno and Chromium alike. */

/** Throws with a message unless the condition holds. */
export function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

export function checkEqual(actual: unknown, expected: unknown, what: string): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  check(a === b, `${what}: got ${a}, expected ${b}`);
}

/** |actual − expected| ≤ tolerance; NaN fails. */
export function checkClose(
  actual: number,
  expected: number,
  tolerance: number,
  what: string,
): void {
  const error = Math.abs(actual - expected);
  check(error <= tolerance, `${what}: got ${actual}, expected ${expected} ± ${tolerance}`);
}

/** One named case; it passes if it does not throw, and may return a figure worth printing. */
export interface Case<Context> {
  readonly name: string;
  readonly run: (context: Context) => Promise<string | undefined>;
}

export interface Outcome {
  readonly name: string;
  readonly error: string | null;
  readonly figure: string | null;
  readonly seconds: number;
}

/** Runs cases one after the other, where there is no test runner. */
export async function runCases<Context>(
  cases: readonly Case<Context>[],
  context: Context,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { name, run } of cases) {
    const begun = performance.now();
    const seconds = (): number => (performance.now() - begun) / 1000;
    try {
      const figure = (await run(context)) ?? null;
      outcomes.push({ name, error: null, figure, seconds: seconds() });
    } catch (error) {
      outcomes.push({ name, error: String(error), figure: null, seconds: seconds() });
    }
  }
  return outcomes;
}
