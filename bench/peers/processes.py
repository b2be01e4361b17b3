"""Shares the seeds of a job among processes, which start together once their data are made."""

import multiprocessing
import os
import queue
import time


def _share(job, seeds, prepare, work, ready, results):
    begun = time.perf_counter()
    data = prepare(job, seeds)
    generated = time.perf_counter() - begun
    ready.wait()
    begun, cpu_begun = time.perf_counter(), time.process_time()
    replicas = work(job, data)
    took, cpu = time.perf_counter() - begun, time.process_time() - cpu_begun
    replicas = [{"seed": seed, **replica} for seed, replica in zip(seeds, replicas)]
    results.put({"seconds": took, "cpuSeconds": cpu, "generateSeconds": generated, "replicas": replicas})


def run(job, prepare, work):
    """
    prepare(job, seeds) makes the data of some replicas, work(job, data) trains them and returns for each
    a dictionary with gradients, failed and log10TestTime.
    """
    processes = min(job.get("processes") or os.cpu_count(), len(job["seeds"]))
    context = multiprocessing.get_context("fork")
    ready, results = context.Barrier(processes), context.Queue()
    shares = [job["seeds"][k::processes] for k in range(processes)]
    workers = [
        context.Process(target=_share, args=(job, share, prepare, work, ready, results)) for share in shares
    ]
    for worker in workers:
        worker.start()
    parts = []
    while len(parts) < len(workers):
        try:
            parts.append(results.get(timeout=1))
        except queue.Empty:
            if any(worker.exitcode not in (None, 0) for worker in workers):
                for worker in workers:
                    worker.terminate()
                raise SystemExit("a process failed") from None
    for worker in workers:
        worker.join()
    replicas = sorted((r for part in parts for r in part["replicas"]), key=lambda r: r["seed"])
    seconds = max(part["seconds"] for part in parts)
    gradients = sum(r["gradients"] for r in replicas)
    return {
        "processes": processes,
        "seconds": seconds,
        # Without the making of the data.
        "cpuSeconds": sum(part["cpuSeconds"] for part in parts),
        "generateSeconds": max(part["generateSeconds"] for part in parts),
        "gradients": gradients,
        "gradientsPerSecond": gradients / seconds,
        "secondsPerReplica": seconds / len(replicas),
        "replicas": replicas,
    }
