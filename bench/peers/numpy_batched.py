"""
Peer: batched numpy, the same algorithm and clock as Grokscope, one process a processor.

    python3 numpy_batched.py < job.json > result.json

A job has samples, dimensions, sigma, horizon (log10 t_end), seeds and, optionally, ensemble, processes and batch.
"""

import json
import os
import sys

# One thread of BLAS a process: products of one matrix and one vector do not gain from more.
for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np

import flow
import processes
from dataset import dataset
from times import test_time


# Replicas at once, for a job that does not say.
BATCH = 16


def train(X, sigma, horizon):
    """Trains a batch; returns gradients, record and failure of each replica."""
    replicas, samples, dimensions = X.shape
    log1p_horizon = np.log1p(10.0**horizon) if horizon < 17 else horizon * np.log(10)
    table = flow.stage_table()
    state = flow.initial(replicas, samples, dimensions)
    record = np.zeros((replicas, flow.MAX_ROWS + 1, flow.COLUMNS))
    numbers = np.arange(replicas)
    ended = [None] * replicas
    with np.errstate(all="ignore"):
        while len(numbers) > 0:
            state, record = flow.turn(flow.Numpy, X, table, state, record, sigma, log1p_horizon)
            done = state["done"]
            # Those that have ended go once they are a quarter: until then they are computed in vain.
            if 4 * np.count_nonzero(done) < len(numbers) and not done.all():
                continue
            for k in np.flatnonzero(done):
                rows = record[k, : state["rows"][k]].copy()
                ended[numbers[k]] = (int(state["gradients"][k]), rows, bool(state["failed"][k]))
            keep = ~done
            X, record, numbers = X[keep], record[keep], numbers[keep]
            state = {name: array[keep] for name, array in state.items()}
    return ended


def prepare(job, seeds):
    flow.stage_table()
    shape = job["samples"], job["dimensions"]
    return np.stack([dataset(seed, *shape, job.get("ensemble", "independent")) for seed in seeds])


def work(job, data):
    ended = []
    batch = job.get("batch") or BATCH
    for first in range(0, len(data), batch):
        ended += train(data[first : first + batch], job["sigma"], job["horizon"])
    return [
        {"gradients": gradients, "failed": failed, "log10TestTime": test_time(rows, job["horizon"])}
        for gradients, rows, failed in ended
    ]


if __name__ == "__main__":
    job = json.load(sys.stdin)
    result = processes.run(job, prepare, work)
    versions = f"numpy {np.__version__}, Python {sys.version.split()[0]}"
    how = f"{result['processes']} processes, batches of {job.get('batch') or BATCH}, data made before"
    json.dump({"peer": "numpy batched", "versions": versions, "how": how, **result}, sys.stdout)
