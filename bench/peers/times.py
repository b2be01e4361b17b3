"""log10 t_test of a run from its record, by cubic Hermite interpolation in √θ; twin of src/results/times.ts."""

from statistics import NormalDist

import numpy as np

import flow

# A cubic may cross and come back within a step.
SAMPLES_PER_STEP = 8


def _hermite(s, h, y0, d0, y1, d1):
    r = 1 - s
    return r * r * ((1 + 2 * s) * y0 + s * h * d0) + s * s * ((1 + 2 * r) * y1 - r * h * d1)


def test_time(rows, horizon, accuracy=0.95):
    """log10 of the first upward crossing; "start" from the start, None not by 10^horizon."""
    quantile = NormalDist().inv_cdf(accuracy)
    roots = np.sqrt(rows[:, flow.CLOCK])
    # Slopes in τ = √θ; dy/dθ is e^{−y}/mean(r), which is recorded.
    slopes = 2 * roots[:, None] * rows[:, [flow.TIME_SLOPE, flow.U_NORM_SLOPE]]
    values = rows[:, [flow.LOG1P_TIME, flow.U_NORM]]

    def at(k, s, column):
        h = roots[k + 1] - roots[k]
        return _hermite(s, h, values[k, column], slopes[k, column], values[k + 1, column], slopes[k + 1, column])

    def above(k, s):
        root = roots[k] + s * (roots[k + 1] - roots[k])
        return root * root - quantile * at(k, s, 1)

    below = 1 - quantile * rows[0, flow.U_NORM_SLOPE] < 0
    ever = below
    for k in range(len(rows) - 1):
        for part in range(1, SAMPLES_PER_STEP + 1):
            now = above(k, part / SAMPLES_PER_STEP) < 0
            if below and not now:
                low, high = (part - 1) / SAMPLES_PER_STEP, part / SAMPLES_PER_STEP
                for _ in range(50):
                    middle = (low + high) / 2
                    low, high = (middle, high) if above(k, middle) < 0 else (low, middle)
                y = at(k, (low + high) / 2, 0)
                log_t = y if y > 40 else np.log(np.expm1(y))
                crossing = float(log_t / np.log(10))
                return crossing if crossing <= horizon else None
            below = now
            ever = ever or now
    return None if ever else "start"
