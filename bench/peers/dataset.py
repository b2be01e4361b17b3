"""The datasets of Grokscope in numpy, bit for bit: Threefry-2x32 and a table of half-precision quantiles."""

import hashlib
from statistics import NormalDist

import numpy as np

ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
QUANTILES_SHA256 = "6ad8b8f4f4fced4781933460820afc3913077006264f6a3ba6b40c3588baa14c"


def threefry(key, counter):
    """Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror, Shaw, SC'11) over arrays of counters."""
    k0, k1 = (np.uint32(k) for k in key)
    schedule = (k0, k1, np.uint32(0x1BD11BDA) ^ k0 ^ k1)
    with np.errstate(over="ignore"):
        x0 = np.asarray(counter[0], np.uint32) + k0
        x1 = np.asarray(counter[1], np.uint32) + k1
        for group in range(5):
            for r in ROTATIONS[group % 2]:
                x0 = x0 + x1
                x1 = ((x1 << np.uint32(r)) | (x1 >> np.uint32(32 - r))) ^ x0
            x0 = x0 + schedule[(group + 1) % 3]
            x1 = x1 + schedule[(group + 2) % 3] + np.uint32(group + 1)
    return x0, x1


def _quantiles():
    inverse = NormalDist().inv_cdf
    table = np.array([inverse(0.5 + (k + 0.5) / 65536) for k in range(32768)]).astype("<f2")
    if hashlib.sha256(table.tobytes()).hexdigest() != QUANTILES_SHA256:
        raise RuntimeError("the table of quantiles is not that of Grokscope")
    return table.view(np.uint16)


_table = None


def dataset(seed, samples, dimensions, ensemble="independent", dtype=np.float32):
    """g of a replica, samples × dimensions."""
    global _table
    if _table is None:
        bits = np.arange(65536, dtype=np.uint32)
        halves = (bits & 0x8000) | _quantiles()[bits & 0x7FFF]
        _table = halves.astype(np.uint16).view(np.float16).astype(np.float32)
    shape = (0, 0) if ensemble == "nested" else (samples, dimensions)
    key = threefry((seed, 0), shape)
    quads = -(-dimensions // 4)
    row, quad = np.divmod(np.arange(samples * quads, dtype=np.uint32), np.uint32(quads))
    w0, w1 = threefry(key, (row, quad))
    lanes = np.stack([w0 & 0xFFFF, w0 >> 16, w1 & 0xFFFF, w1 >> 16], axis=-1)
    values = _table[lanes.reshape(samples, 4 * quads)[:, :dimensions]]
    return np.ascontiguousarray(values, dtype)
