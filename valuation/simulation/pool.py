"""Who does the work: this thread, other threads, processes, or the workers of a Dask cluster.

Whoever it is, stretches come back in any order and are the same. A worker that dies costs the stretches it was at:
they are done again.
"""

from __future__ import annotations

import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache, partial
from itertools import islice
from typing import Any, Final, Literal, Protocol

from .processes import DEATHS, Processes, carry_out
from .work import Found, Stretch, Work

Where = Literal["threads", "processes", "dask"]
Do = Callable[[Stretch], Found]

WAITING: Final = 2
"""How many stretches wait for each worker, so that none is idle and little is lost when a run is stopped."""


class Pool(Protocol):
    """Workers that carry out work; use as a context manager, so that they end with it."""

    def found(self, work: Work, stretches: Sequence[Stretch]) -> Iterator[Found]:
        """Yield what each stretch gave, in any order."""


class Alone:
    """This thread, stretch by stretch."""

    def found(self, work: Work, stretches: Sequence[Stretch]) -> Iterator[Found]:
        """Yield what each stretch gave."""
        return map(work.carry_out, stretches)


class Threads:
    """Threads of this process; of use where the work lets go of the interpreter, as compiled work does."""

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def found(self, work: Work, stretches: Sequence[Stretch]) -> Iterator[Found]:
        """Yield what each stretch gave."""
        with ThreadPoolExecutor(self.workers) as executor:
            yield from _completed(executor, work.carry_out, stretches, self.workers)


class Cluster:
    """The workers of a Dask cluster; the scheduler sends lost work to others."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def found(self, work: Work, stretches: Sequence[Stretch]) -> Iterator[Found]:
        """Yield what each stretch gave."""
        import distributed

        as_completed: Any = distributed.as_completed

        payload = self.client.scatter(pickle.dumps(work), broadcast=True)
        waiting = iter(stretches)
        most = WAITING * max(len(self.client.scheduler_info()["workers"]), 1)
        send = partial(self.client.submit, _carry_out, payload, pure=False, retries=DEATHS)
        futures = as_completed([send(stretch) for stretch in islice(waiting, most)])
        for future in futures:
            yield future.result()
            for stretch in islice(waiting, 1):
                futures.add(send(stretch))


def opened(workers: int = 1, where: Where | None = None, cluster: str | None = None) -> AbstractContextManager[Pool]:
    """Open a pool: threads unless said otherwise; ``cluster`` is the address of a Dask scheduler.

    Raises ValueError for fewer than 1 worker, ModuleNotFoundError with the remedy where Dask is not installed.
    """
    if workers < 1:
        raise ValueError(f"expected at least 1 worker, found {workers}")
    if where == "dask" or cluster is not None:
        return _cluster(workers, cluster)
    return _local(Alone() if workers == 1 else Processes(workers) if where == "processes" else Threads(workers))


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _local(pool: Alone | Threads | Processes) -> Iterator[Pool]:
    try:
        yield pool
    finally:
        if isinstance(pool, Processes):
            pool.close()


@contextmanager
def _cluster(workers: int, address: str | None) -> Iterator[Pool]:
    try:
        import distributed
    except ImportError:
        raise ModuleNotFoundError("a cluster needs Dask: pip install 'valuation[cluster]'") from None
    library: Any = distributed
    if address is not None:
        with library.Client(address) as client:
            yield Cluster(client)
        return
    with _interrupts_for_us():
        local = library.LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None)
    with local as cluster, library.Client(cluster) as client:
        yield Cluster(client)


def _completed(executor: Executor, do: Do, stretches: Sequence[Stretch], workers: int) -> Iterator[Found]:
    """Yield results as they come, with a few stretches in waiting; what still waits is dropped when this is closed."""
    waiting, running = iter(stretches), set[Future[Found]]()
    try:
        while True:
            for stretch in waiting:
                running.add(executor.submit(do, stretch))
                if len(running) >= (1 + WAITING) * workers:
                    break
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
    finally:
        for future in running:
            future.cancel()


@contextmanager
def _interrupts_for_us() -> Iterator[None]:
    """Processes that are started meanwhile ignore Ctrl-C, as this one does until they are."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@lru_cache(maxsize=4)
def _work(payload: bytes) -> Work:
    found: Work = pickle.loads(payload)
    return found


def _carry_out(payload: bytes, stretch: Stretch) -> Found:
    return carry_out(_work(payload), stretch)
