"""
Peer: batched JAX, the same algorithm and clock as Grokscope, many turns in one compiled loop.

    python3 jax_batched.py < job.json > result.json

A job has samples, dimensions, sigma, horizon (log10 t_end), seeds and, optionally, ensemble. The first run
compiles and is not counted; its time is given as compileSeconds.
"""

import json
import sys
import time
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

import flow
from dataset import dataset
from times import test_time

# Vectors and step control are in float64 as everywhere; data and products stay in float32.
jax.config.update("jax_enable_x64", True)

# Gradients between two looks at what has ended.
TURNS = 32


class Jax:
    where, exp, log, sqrt, abs = jnp.where, jnp.exp, jnp.log, jnp.sqrt, jnp.abs
    minimum, maximum, isnan, expm1, ceil = jnp.minimum, jnp.maximum, jnp.isnan, jnp.expm1, jnp.ceil
    single, double, integer = jnp.float32, jnp.float64, jnp.int64

    @staticmethod
    def cast(array, dtype):
        return array.astype(dtype)

    # Without `highest`, GPUs would round the factors to fewer bits than float32 has.
    @staticmethod
    def rows_times(X, v):
        return jnp.einsum("rnd,rd->rn", X, v, precision="highest")

    @staticmethod
    def columns_times(w, X):
        return jnp.einsum("rn,rnd->rd", w, X, precision="highest")

    @staticmethod
    def dot(a, b):
        return (a * b).sum(axis=1)

    @staticmethod
    def sum(a):
        return a.sum(axis=1)

    @staticmethod
    def largest(a):
        return a.max(axis=1)

    @staticmethod
    def put(record, index, row):
        return record.at[jnp.arange(len(index)), index].set(row)

    @staticmethod
    def stack(columns):
        return jnp.stack(columns, axis=1)


@partial(jax.jit, static_argnums=(4, 5))
def turns(X, table, state, record, sigma, log1p_horizon):
    def one(_, carried):
        return flow.turn(Jax, X, table, *carried, sigma, log1p_horizon)

    return jax.lax.fori_loop(0, TURNS, one, (state, record))


def train(X, sigma, horizon):
    """Gradients, record and failure of each replica; all are computed until the last has ended."""
    replicas, samples, dimensions = X.shape
    log1p_horizon = float(np.log1p(10.0**horizon) if horizon < 17 else horizon * np.log(10))
    table = jnp.asarray(flow.stage_table())
    state = {k: jnp.asarray(v) for k, v in flow.initial(replicas, samples, dimensions).items()}
    record = jnp.zeros((replicas, flow.MAX_ROWS + 1, flow.COLUMNS))
    while not bool(state["done"].all()):
        state, record = turns(X, table, state, record, sigma, log1p_horizon)
    rows, gradients, failed, records = (
        np.asarray(each) for each in (state["rows"], state["gradients"], state["failed"], record)
    )
    return [
        (int(gradients[k]), records[k, : rows[k]], bool(failed[k])) for k in range(replicas)
    ]


if __name__ == "__main__":
    job = json.load(sys.stdin)
    shape = job["samples"], job["dimensions"]
    begun = time.perf_counter()
    data = np.stack([dataset(seed, *shape, job.get("ensemble", "independent")) for seed in job["seeds"]])
    generated = time.perf_counter() - begun
    X = jax.device_put(jnp.asarray(data))
    begun = time.perf_counter()
    train(X, job["sigma"], job["horizon"])
    first = time.perf_counter() - begun
    begun = time.perf_counter()
    ended = train(X, job["sigma"], job["horizon"])
    seconds = time.perf_counter() - begun
    gradients = sum(each[0] for each in ended)
    json.dump(
        {
            "peer": "JAX batched",
            "versions": f"jax {jax.__version__}, Python {sys.version.split()[0]}",
            "how": f"{jax.devices()[0].device_kind}; data made and loop compiled before",
            "seconds": seconds,
            "generateSeconds": generated,
            "compileSeconds": max(0.0, first - seconds),
            "gradients": gradients,
            "gradientsPerSecond": gradients / seconds,
            "secondsPerReplica": seconds / len(ended),
            "replicas": [
                {
                    "seed": seed,
                    "gradients": count,
                    "failed": failed,
                    "log10TestTime": test_time(rows, job["horizon"]),
                }
                for seed, (count, rows, failed) in zip(job["seeds"], ended)
            ],
        },
        sys.stdout,
    )
