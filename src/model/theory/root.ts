/**
 * Root of a continuous function between two points where its signs differ, by the Illinois variant
 * of regula falsi, to the spacing of float64 or `tolerance`.
 *
 * @throws RangeError if the signs do not differ
 */
export function root(
  f: (x: number) => number,
  from: number,
  to: number,
  tolerance = 1e-15,
): number {
  let [a, fa] = [from, f(from)];
  let [b, fb] = [to, f(to)];
  if (!(fa * fb <= 0)) throw new RangeError(`no change of sign between ${from} and ${to}`);
  for (let k = 0; k < 200 && fa !== fb; k++) {
    const x = b - (fb * (b - a)) / (fb - fa);
    const fx = f(x);
    if (fx * fb < 0) [a, fa] = [b, fb];
    else fa /= 2; // the same end stayed: its weight is halved, which keeps convergence superlinear
    [b, fb] = [x, fx];
    if (fx === 0 || Math.abs(b - a) <= tolerance * Math.max(1, Math.abs(b))) break;
  }
  return b;
}
