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
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache, partial
from itertools import islice
from typing import Any, Final, Literal, Protocol, cast

from .work import Found, Stretch, Work

Where = Literal["threads", "processes", "dask"]
Do = Callable[[Stretch], Found]

WAITING: Final = 2
"""How many stretches wait for each worker, so that none is idle and little is lost when a run is stopped."""
DEATHS: Final = 20
"""After so many dead workers the work itself is at fault, such as one that needs more memory than there is."""


class WorkersDied(RuntimeError):
    """Workers died again and again."""

    def __init__(self, deaths: int) -> None:
        super().__init__(f"workers died {deaths} times: there may be too little memory; ask for fewer workers")


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


class Processes:
    """Processes of this machine, started once for all the work they are given."""

    def __init__(self, workers: int) -> None:
        self.workers, self.deaths = workers, 0
        self._executor: ProcessPoolExecutor | None = None

    def found(self, work: Work, stretches: Sequence[Stretch]) -> Iterator[Found]:
        """Yield what each stretch gave; those of dead workers are done again."""
        carry_out = partial(_carry_out, pickle.dumps(work))
        left = dict.fromkeys(stretches)
        while left:
            try:
                for one in _completed(self._started(), carry_out, list(left), self.workers):
                    del left[one.stretch]
                    yield one
            except BrokenProcessPool:
                self.close()
                self.deaths += 1
                if self.deaths > DEATHS:
                    raise WorkersDied(self.deaths) from None

    def _started(self) -> ProcessPoolExecutor:
        if self._executor is None:
            import multiprocessing

            # a fork would copy locks that threads of the compiled reading or of a linear algebra library hold
            context = multiprocessing.get_context("spawn")
            self._executor = ProcessPoolExecutor(self.workers, context, initializer=_leave_interrupts)
        return self._executor

    def close(self) -> None:
        """End the processes."""
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = None


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


def one_core_each() -> AbstractContextManager[Any]:
    """While it is open, linear algebra keeps to the thread that calls it: workers would get in each other's way."""
    from threadpoolctl import threadpool_limits

    return cast(AbstractContextManager[Any], threadpool_limits(limits=1, user_api="blas"))


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


def _leave_interrupts() -> None:
    """Ctrl-C is for the parent, which then ends its workers in order."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@lru_cache(maxsize=4)
def _work(payload: bytes) -> Work:
    found: Work = pickle.loads(payload)
    return found


def _carry_out(payload: bytes, stretch: Stretch) -> Found:
    with one_core_each():
        return _work(payload).carry_out(stretch)
