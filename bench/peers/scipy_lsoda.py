"""
Peer: SciPy's LSODA with the exact Jacobian, gradient flow in t or in s = log(1 + t), one process a processor.

    python3 scipy_lsoda.py < job.json > result.json

A job has samples, dimensions, sigma, horizon (log10 t_end), seeds and, optionally, ensemble, processes and
variable: "t", in which the equations are written, or "log", in which they are less stiff at late times.
du/dt = −σ² (1/N) Σ r_i g_i, db/dt = −(1/N) Σ r_i, in float64, with t_test found in the dense output.
"""

import json
import os
import sys

for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
import scipy
import scipy.stats
from scipy.integrate import LSODA

import processes
from dataset import dataset

# The loosest at which log10 t_test is as good as what the engine promises over all reference runs, 0.005.
RTOL = 1e-3
ATOL = {"t": 1e-4, "log": 1e-6}


def train(g, sigma, horizon, quantile, variable):
    """log10 t_test, evaluations of the slope and of the Jacobian."""
    samples, dimensions = g.shape
    scale = np.full(dimensions + 1, 1.0 / samples)
    scale[:dimensions] *= sigma * sigma
    # z = u·g + b: the bias is one more column of ones.
    x = np.concatenate([g, np.ones((samples, 1))], axis=1)

    # dt/ds, and t itself.
    rate = np.exp if variable == "log" else lambda s: 1.0
    to_t = np.expm1 if variable == "log" else lambda s: s
    t_end = 10.0**horizon

    def residuals(v):
        return 1 / (1 + np.exp(-(x @ v)))

    def slope(s, v):
        return -rate(s) * scale * (residuals(v) @ x)

    def jacobian(s, v):
        r = residuals(v)
        return -rate(s) * scale[:, None] * (x.T @ ((r * (1 - r))[:, None] * x))

    def above(v):
        return -v[-1] - quantile * np.sqrt(v[:-1] @ v[:-1])

    solver = LSODA(
        slope, 0.0, np.zeros(dimensions + 1), np.log1p(t_end) if variable == "log" else t_end,
        rtol=RTOL, atol=ATOL[variable], jac=jacobian
    )
    first = slope(0.0, np.zeros(dimensions + 1))
    below = ever = above(first) < 0
    crossing = None
    while solver.status == "running":
        solver.step()
        if solver.status == "failed":
            return {"log10TestTime": None, "failed": True, "gradients": int(solver.nfev)}
        now = above(solver.y) < 0
        if crossing is None and below and not now:
            dense, low, high = solver.dense_output(), solver.t_old, solver.t
            for _ in range(40):
                middle = (low + high) / 2
                low, high = (middle, high) if above(dense(middle)) < 0 else (low, middle)
            crossing = float(np.log10(to_t(high)))
        below, ever = now, ever or now
    time = crossing if crossing is not None else (None if ever else "start")
    return {"log10TestTime": time, "failed": False, "gradients": int(solver.nfev), "jacobians": int(solver.njev)}


def variable(job):
    return job.get("variable", "log")


def prepare(job, seeds):
    shape = job["samples"], job["dimensions"]
    ensemble = job.get("ensemble", "independent")
    return [dataset(seed, *shape, ensemble, np.float64) for seed in seeds]


def work(job, data):
    quantile = scipy.stats.norm.ppf(0.95)
    return [train(g, job["sigma"], job["horizon"], quantile, variable(job)) for g in data]


if __name__ == "__main__":
    job = json.load(sys.stdin)
    result = processes.run(job, prepare, work)
    versions = f"scipy {scipy.__version__}, numpy {np.__version__}, Python {sys.version.split()[0]}"
    how = f"{result['processes']} processes, in {variable(job)}, rtol {RTOL:g}, atol {ATOL[variable(job)]:g}, data made before"
    json.dump({"peer": "SciPy LSODA", "versions": versions, "how": how, **result}, sys.stdout)
