"""
Peer: batched PyTorch, the same algorithm and clock as Grokscope, on a GPU as CUDA graphs of many turns.

    python3 torch_batched.py < job.json > result.json

A job has samples, dimensions, sigma, horizon (log10 t_end), seeds and, optionally, ensemble. On a machine
without CUDA it runs on the CPU, without graphs, and says so.
"""

import json
import sys
import time

import numpy as np
import torch

import flow
from dataset import dataset
from times import test_time

# Gradients between two looks at what has ended; the length of a graph.
TURNS = 32


def _as_tensor(value, other):
    return value if torch.is_tensor(value) else torch.full_like(other, value)


def _where(condition, a, b):
    if not torch.is_tensor(a):
        a = _as_tensor(a, b)
    return torch.where(condition, a, _as_tensor(b, a))


class Torch:
    where = staticmethod(_where)
    exp, log, sqrt, abs = torch.exp, torch.log, torch.sqrt, torch.abs
    isnan, expm1, ceil = torch.isnan, torch.expm1, torch.ceil
    single, double, integer = torch.float32, torch.float64, torch.int64

    @staticmethod
    def minimum(a, b):
        return torch.minimum(a, _as_tensor(b, a))

    @staticmethod
    def maximum(a, b):
        return torch.maximum(a, _as_tensor(b, a))

    @staticmethod
    def cast(tensor, dtype):
        return tensor.to(dtype)

    @staticmethod
    def rows_times(X, v):
        return torch.bmm(X, v[:, :, None])[:, :, 0]

    @staticmethod
    def columns_times(w, X):
        return torch.bmm(w[:, None, :], X)[:, 0, :]

    @staticmethod
    def dot(a, b):
        return (a * b).sum(dim=1)

    @staticmethod
    def sum(a):
        return a.sum(dim=1)

    @staticmethod
    def largest(a):
        return a.amax(dim=1)

    @staticmethod
    def put(record, index, row):
        record[torch.arange(len(index), device=index.device), index] = row
        return record

    @staticmethod
    def stack(columns):
        return torch.stack(columns, dim=1)


def turns(X, table, state, record, sigma, log1p_horizon):
    """A function that makes so many turns in place."""

    def plain():
        for _ in range(TURNS):
            new, _ = flow.turn(Torch, X, table, state, record, sigma, log1p_horizon)
            for name, tensor in new.items():
                state[name].copy_(tensor)

    if not X.is_cuda:
        return plain
    # Capture wants everything warmed up on another stream; that makes progress already.
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        plain()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        plain()
    return graph.replay


def train(data, sigma, horizon, device):
    """Gradients, record and failure of each replica."""
    X = torch.as_tensor(data, device=device)
    replicas, samples, dimensions = X.shape
    log1p_horizon = np.log1p(10.0**horizon) if horizon < 17 else horizon * np.log(10)
    table = torch.as_tensor(flow.stage_table(), device=device)
    state = {k: torch.as_tensor(v, device=device) for k, v in flow.initial(replicas, samples, dimensions).items()}
    record = torch.zeros((replicas, flow.MAX_ROWS + 1, flow.COLUMNS), dtype=torch.float64, device=device)
    numbers = np.arange(replicas)
    ended = [None] * replicas
    advance = turns(X, table, state, record, sigma, log1p_horizon)
    while len(numbers) > 0:
        advance()
        done = state["done"].cpu().numpy()
        if 2 * np.count_nonzero(done) < len(numbers) and not done.all():
            continue
        rows, gradients = state["rows"].cpu().numpy(), state["gradients"].cpu().numpy()
        failed, records = state["failed"].cpu().numpy(), record.cpu().numpy()
        for k in np.flatnonzero(done):
            ended[numbers[k]] = (int(gradients[k]), records[k, : rows[k]].copy(), bool(failed[k]))
        if done.all():
            break
        keep = torch.as_tensor(np.flatnonzero(~done), device=device)
        numbers = numbers[~done]
        X, record = X[keep], record[keep]
        state = {name: tensor[keep] for name, tensor in state.items()}
        advance = turns(X, table, state, record, sigma, log1p_horizon)
    return ended


if __name__ == "__main__":
    job = json.load(sys.stdin)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    shape = job["samples"], job["dimensions"]
    begun = time.perf_counter()
    data = np.stack([dataset(seed, *shape, job.get("ensemble", "independent")) for seed in job["seeds"]])
    generated = time.perf_counter() - begun
    with torch.no_grad():
        if device == "cuda":
            train(data[:1], job["sigma"], 0, device)  # starts CUDA
        begun = time.perf_counter()
        ended = train(data, job["sigma"], job["horizon"], device)
        if device == "cuda":
            torch.cuda.synchronize()
        seconds = time.perf_counter() - begun
    gradients = sum(each[0] for each in ended)
    where = torch.cuda.get_device_name() if device == "cuda" else f"CPU, {torch.get_num_threads()} threads"
    json.dump(
        {
            "peer": "PyTorch batched",
            "versions": f"torch {torch.__version__}, Python {sys.version.split()[0]}",
            "how": f"{where}; data made before; capture of graphs included",
            "seconds": seconds,
            "generateSeconds": generated,
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
