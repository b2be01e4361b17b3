"""
Grokscope's algorithm over a batch of replicas in an array library: gradient flow with the bias as the
clock, RKC2 with its step control, each replica at a stage of its own. One `turn` evaluates one gradient
of every replica; there are no branches, so that it can be compiled or captured in a CUDA graph.

`xp` is numpy or a module that offers the same functions; see Numpy for those that differ.
Twin of src/cpu/flow.ts, without what only the laboratory shows: the training loss, errors between steps.
"""

import numpy as np

MAX_STAGES = 160
MAX_ROWS = 1024
TOLERANCE = 2e-4

U_NORM_FLOOR = 0.02
FIRST_STEP = 0.03
MAX_LOG_TIME_STEP = 0.15 * np.log(10)
TIME_ERROR_WEIGHT = 10.0
RADIUS_INTERVAL = 25
FIRST_POWER_ITERATIONS = 6
POWER_ITERATIONS = 2
RADIUS_SAFETY = 1.1
DISTANCE = 1e-2
MAX_GROWTH = 5.0
MAX_SHRINK = 0.1
MAX_REJECTIONS = 30

ORIGIN, FIRST, POWER, STAGE = range(4)

# Columns of a row of the record.
CLOCK, LOG1P_TIME, TIME_SLOPE, U_NORM, U_NORM_SLOPE = range(5)
COLUMNS = 5


def stage_table():
    """Coefficients mu, nu, mu~, gamma~, c of stage j = 1 … s of the method with s stages, at [s, j]."""
    table = np.zeros((MAX_STAGES + 1, MAX_STAGES + 2, 5))
    for s in range(2, MAX_STAGES + 1):
        w0 = 1 + 2 / 13 / (s * s)
        T, dT, ddT = [1.0, w0], [0.0, 1.0], [0.0, 0.0]
        for j in range(2, s + 1):
            T.append(2 * w0 * T[-1] - T[-2])
            dT.append(2 * T[j - 1] + 2 * w0 * dT[-1] - dT[-2])
            ddT.append(4 * dT[j - 1] + 2 * w0 * ddT[-1] - ddT[-2])
        w1 = dT[s] / ddT[s]
        b = [ddT[max(j, 2)] / dT[max(j, 2)] ** 2 for j in range(s + 1)]
        c = [0.0, 0.0] + [w1 * ddT[j] / dT[j] for j in range(2, s + 1)]
        c[1] = c[2] / dT[2]
        table[s, 1] = (0, 0, b[1] * w1, 0, c[1])
        for j in range(2, s + 1):
            mu_tilde = 2 * b[j] * w1 / b[j - 1]
            gamma_tilde = -(1 - b[j - 1] * T[j - 1]) * mu_tilde
            table[s, j] = (2 * b[j] * w0 / b[j - 1], -b[j] / b[j - 2], mu_tilde, gamma_tilde, c[j])
    return table


class Numpy:
    """What differs between array libraries."""

    where, exp, log, sqrt, abs = np.where, np.exp, np.log, np.sqrt, np.abs
    minimum, maximum, isnan, expm1 = np.minimum, np.maximum, np.isnan, np.expm1
    single, double, integer = np.float32, np.float64, np.int64

    @staticmethod
    def cast(array, dtype):
        return array.astype(dtype)

    @staticmethod
    def ceil(array):
        return np.ceil(array)

    @staticmethod
    def rows_times(X, v):
        """z = X v: (R, N, d), (R, d) → (R, N)."""
        return np.matmul(X, v[:, :, None])[:, :, 0]

    @staticmethod
    def columns_times(w, X):
        """Σ w x: (R, N), (R, N, d) → (R, d)."""
        return np.matmul(w[:, None, :], X)[:, 0, :]

    @staticmethod
    def dot(a, b):
        return np.einsum("rj,rj->r", a, b)

    @staticmethod
    def sum(a):
        return a.sum(axis=1)

    @staticmethod
    def largest(a):
        return a.max(axis=1)

    @staticmethod
    def put(record, index, row):
        """record[r, index[r]] = row[r]."""
        record[np.arange(len(index)), index] = row
        return record

    @staticmethod
    def array(values):
        return np.asarray(values)

    @staticmethod
    def stack(columns):
        return np.stack(columns, axis=1)


def initial(replicas, samples, dimensions):
    """The state of so many replicas at t = 0, as numpy arrays."""
    zeros = lambda *shape: np.zeros((replicas, *shape))
    counts = lambda: np.zeros(replicas, np.int64)
    return {
        # The last accepted point: u, F there, u·g_i; and D_j, D_{j−1} of the step from it.
        "u": zeros(dimensions), "slope": zeros(dimensions), "sums": zeros(samples),
        "step": zeros(dimensions), "before": zeros(dimensions), "direction": zeros(dimensions),
        "direction_norm": zeros(), "phase": counts(), "root": zeros(), "clock": zeros(),
        "u_norm": zeros(), "y": zeros(), "y_slope": zeros(), "errors": counts(), "radius": zeros(),
        "h": zeros(), "stages": counts() + 2, "stage": counts() + 1, "y_step": zeros(),
        "y_before": zeros(), "wanted": zeros(), "last_error": zeros(), "last_step": zeros(),
        "rejections": counts(), "gradients": counts(), "radius_at": counts(), "power_left": counts(),
        "rows": counts(), "done": np.zeros(replicas, bool), "failed": np.zeros(replicas, bool),
        "first_slope": zeros(),
    }  # fmt: skip


def choose_step(xp, s, sigma, log1p_horizon, train_errors, root, y, y_slope, radius, wanted):
    """h in τ = √θ and the number of stages; see src/cpu/flow.ts."""
    stiffness = xp.maximum(radius, y_slope)
    longest = (1.05 * (log1p_horizon - y) + 0.01) / y_slope
    log_time_slope = y_slope / -xp.expm1(-xp.maximum(y, 1e-300))
    resolved = xp.maximum(MAX_LOG_TIME_STEP / log_time_slope, FIRST_STEP / stiffness)
    limited = (train_errors > 0) & (y > 0)
    longest = xp.where(limited, xp.minimum(longest, resolved), longest)
    stable = 0.653 * (MAX_STAGES**2 - 1) / (2 * stiffness)
    h = xp.minimum(
        xp.minimum(wanted, longest / (xp.sqrt(root * root + longest) + root)),
        stable / (xp.sqrt(root * root / 4 + stable) + root / 2),
    )
    rate = 2 * h * (root + h) * stiffness
    # Where nothing begins there may be no number.
    rate = xp.where((rate > 0) & (rate < 1e9), rate, 1e9)
    stages = xp.ceil(xp.sqrt(1 + rate / 0.653))
    return h, xp.cast(xp.minimum(xp.maximum(stages, 2.0), float(MAX_STAGES)), xp.integer), stiffness


def turn(xp, X, table, s, record, sigma, log1p_horizon):
    """One gradient of every replica and what follows from it; returns the new state and record."""
    where = xp.where
    samples = X.shape[1]
    active = ~s["done"]
    phase, root, h, stage, stages = s["phase"], s["root"], s["h"], s["stage"], s["stages"]

    # The gradient, at a step from the accepted point that is rounded to float32.
    delta = xp.cast(s["step"], xp.single)
    dz = xp.rows_times(X, delta)
    sums = s["sums"] + dz
    z = xp.cast(sums - s["clock"][:, None], xp.single)
    largest = xp.largest(z)
    shift = xp.minimum(largest, 0 * largest)
    weights = xp.exp(xp.minimum(z, z * 0) - shift[:, None]) / (1 + xp.exp(-xp.abs(z)))
    total = xp.cast(xp.sum(weights), xp.double)
    scale = -(sigma * sigma) / total
    F = xp.cast(xp.columns_times(weights, X), xp.double) * scale[:, None]
    log_mean = xp.cast(shift, xp.double) + xp.log(total / samples)
    errors = xp.sum(xp.cast(z >= 0, xp.integer))
    gradients = s["gradients"] + xp.cast(active, xp.integer)

    origin, first = phase == ORIGIN, phase == FIRST
    power, staged = phase == POWER, phase == STAGE
    y_now = xp.exp(-log_mean - (s["y"] + s["y_step"]))
    difference = F - s["slope"]
    difference_norm = xp.sqrt(xp.dot(difference, difference))

    # The end of a step: its error, and whether it is accepted.
    ends = staged & (stage == stages)
    rate, last_rate = 2 * root, 2 * (root + h)
    end = s["u"] + delta
    end_norm = xp.sqrt(xp.dot(end, end))
    error = (
        (0.4 * h * rate)[:, None] * s["slope"]
        + (0.4 * h * last_rate)[:, None] * F
        - 0.8 * s["step"]
    )
    y_end = s["y"] + s["y_step"]
    y_error = 0.4 * h * (rate * s["y_slope"] + last_rate * y_now) - 0.8 * s["y_step"]
    u_scale = U_NORM_FLOOR + xp.maximum(s["u_norm"], end_norm)
    y_scale = TIME_ERROR_WEIGHT * xp.minimum(xp.maximum(y_end, 1e-300), y_end * 0 + 1.0)
    size = xp.maximum(xp.sqrt(xp.dot(error, error)) / u_scale, xp.abs(y_error) / y_scale) / TOLERANCE
    accepted = ends & (size <= 1)
    rejected = ends & ~accepted

    # Growth of the step.
    now = xp.maximum(where(xp.isnan(size), size * 0 + 1e30, size), 1e-10 + 0 * h)
    plain = 0.8 / now ** (1 / 3)
    ratio = h / where(s["last_step"] > 0, s["last_step"], h + 1)
    predicted = where(
        s["last_error"] > 0, plain * ratio * (s["last_error"] / now) ** (1 / 3), plain
    )
    most = where(s["rejections"] > 0, h * 0 + 1.0, h * 0 + MAX_GROWTH)
    growth = xp.minimum(most, xp.maximum(xp.minimum(plain, predicted), h * 0 + MAX_SHRINK))
    wanted = where(accepted, h * growth, s["wanted"])
    wanted = where(rejected, h * xp.maximum(plain, h * 0 + MAX_SHRINK), wanted)
    rejections = where(accepted, 0, s["rejections"] + xp.cast(rejected, xp.integer))

    # The accepted point.
    root = where(accepted, root + h, root)
    y = where(accepted, y_end, s["y"])
    y_slope = where(accepted | origin, y_now, s["y_slope"])
    u_norm = where(accepted, end_norm, s["u_norm"])
    train_errors = where(accepted | first, errors, s["errors"])
    first_slope = where(origin, difference_norm, s["first_slope"])

    # Power iterations on differences of F.
    power_left = s["power_left"] - xp.cast(power, xp.integer)
    power_ends = power & (power_left <= 0)
    radius = where(power_ends, RADIUS_SAFETY * difference_norm / DISTANCE, s["radius"])
    radius_at = where(power_ends, gradients, s["radius_at"])
    due = rejected | (accepted & (gradients - radius_at >= RADIUS_INTERVAL))
    starts = power_ends & (s["rows"] == 0)
    wanted = where(starts, xp.sqrt(FIRST_STEP / xp.maximum(radius, y_slope)), wanted)

    begins = power_ends | (accepted & ~due)
    h_new, stages_new, _ = choose_step(
        xp, s, sigma, log1p_horizon, train_errors, root, y, y_slope, radius, wanted
    )
    goes_on = staged & ~ends
    next_stage = where(goes_on, stage + 1, where(begins, 1 + 0 * stage, stage))
    stages = where(begins, stages_new, stages)
    h = where(begins, h_new, h)
    coefficients = table[stages, next_stage]
    mu, nu, mu_tilde, gamma_tilde, c = (coefficients[:, k] for k in range(5))
    c_now = table[stages, stage][:, 4]
    last_root = where(goes_on, root + c_now * h, root)
    last = h * mu_tilde * 2 * last_root
    anchor = h * gamma_tilde * 2 * root

    # The next point, relative to the accepted one: a combination of what is there.
    zero = h * 0
    offset = DISTANCE / (1 + difference_norm)
    along = DISTANCE / xp.maximum(difference_norm, zero + 1e-300)
    warm = DISTANCE / xp.maximum(s["direction_norm"], zero + 1e-300)
    repeats = power & ~power_ends
    of_step = where(goes_on, mu, zero)
    of_before = where(goes_on, nu, zero)
    of_F = where(goes_on | (begins & accepted), last, zero)
    of_F = where(origin, offset, where(repeats, along, of_F))
    of_slope = where(goes_on, anchor, where(begins & power, last, zero))
    from_first = DISTANCE / xp.maximum(first_slope, zero + 1e-300)
    of_slope = where(first, from_first, where(repeats, -along, of_slope))
    of_direction = where(due, warm, zero)
    step = (
        of_step[:, None] * s["step"]
        + of_before[:, None] * s["before"]
        + of_F[:, None] * F
        + of_slope[:, None] * s["slope"]
        + of_direction[:, None] * s["direction"]
    )
    y_last = where(goes_on, y_now, y_slope)
    y_step = where(
        goes_on,
        mu * s["y_step"] + nu * s["y_before"] + last * y_now + anchor * y_slope,
        where(begins, last * y_last, zero),
    )
    stage_root = root + c * h
    clock = where(goes_on | begins, stage_root * stage_root, root * root)
    clock = where(origin, offset, where(first, zero, clock))

    # The record.
    moved = accepted & active
    writes = moved | (starts & active)
    u = where(accepted[:, None], end, s["u"])
    slope = where((accepted | origin)[:, None], F, s["slope"])
    u_norm_slope = xp.dot(u, F) / xp.maximum(u_norm, zero + 1e-300)
    u_norm_slope = where(starts, first_slope, u_norm_slope)
    row = xp.stack([root * root, y, y_slope, u_norm, u_norm_slope])
    record = xp.put(record, where(writes, s["rows"], 0 * stage + MAX_ROWS), row)
    rows = s["rows"] + xp.cast(writes, xp.integer)
    failed = s["failed"] | (active & ((rows >= MAX_ROWS) | (rejections > MAX_REJECTIONS)))
    done = s["done"] | (moved & (y >= log1p_horizon)) | failed

    phase = where(origin, 0 * stage + FIRST, phase)
    phase = where(first | due, 0 * stage + POWER, phase)
    phase = where(begins, 0 * stage + STAGE, phase)
    power_left = where(first, 0 * stage + FIRST_POWER_ITERATIONS, power_left)
    power_left = where(due, 0 * stage + POWER_ITERATIONS, power_left)
    direction = where(power[:, None], difference, s["direction"])
    direction = where(first[:, None], s["slope"], direction)
    direction_norm = where(power, difference_norm, s["direction_norm"])
    direction_norm = where(first, first_slope, direction_norm)
    return {
        "u": u, "slope": slope, "sums": where(accepted[:, None], sums, s["sums"]), "step": step,
        "before": where(goes_on[:, None], s["step"], 0 * s["step"]), "direction": direction,
        "direction_norm": direction_norm, "phase": phase, "root": root, "clock": clock,
        "u_norm": u_norm, "y": y, "y_slope": y_slope, "errors": train_errors, "radius": radius,
        "h": h, "stages": stages, "stage": next_stage, "y_step": y_step,
        "y_before": where(goes_on, s["y_step"], zero), "wanted": wanted,
        "last_error": where(accepted, size, s["last_error"]),
        "last_step": where(accepted, s["h"], s["last_step"]), "rejections": rejections,
        "gradients": gradients, "radius_at": radius_at, "power_left": power_left, "rows": rows,
        "done": done, "failed": failed, "first_slope": first_slope,
    }, record  # fmt: skip
