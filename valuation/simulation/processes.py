"""Processes of this machine, each with a pipe of its own: one that dies holds up no other.

A queue that processes share has a lock, and whoever is killed while it holds the lock keeps it for ever. Here nothing
is shared: a dead process is seen by the end of its pipe, another takes its place, and its stretches are done again.
"""

from __future__ import annotations

import pickle
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from .work import Found, Stretch, Work

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

DEATHS: Final = 20
"""After so many dead workers the work itself is at fault, such as one that needs more memory than there is."""
AHEAD: Final = 2
"""How many stretches a worker has at a time: one under way, one in waiting, so that it is never idle."""
PATIENCE: Final = 5.0
"""Seconds that a worker has to end by itself before it is made to."""


class WorkersDied(RuntimeError):
    """Workers died again and again."""

    def __init__(self, deaths: int) -> None:
        super().__init__(f"workers died {deaths} times: there may be too little memory; ask for fewer workers")


@dataclass
class Worker:
    """One process, this end of its pipe, the stretches that it is at, and the work that it knows."""

    process: SpawnProcess
    pipe: Connection
    has: deque[Stretch] = field(default_factory=deque)
    knows: bytes = b""

    @classmethod
    def start(cls) -> Worker:
        """Start a process that waits for work."""
        import multiprocessing

        # a fork would copy locks that threads of the compiled reading or of a linear algebra library hold
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs,), daemon=True)
        process.start()
        theirs.close()
        return cls(process, ours)

    def give(self, payload: bytes, stretch: Stretch) -> None:
        """Hand it a stretch; one that is dead already takes it with it."""
        self.has.append(stretch)
        try:
            if self.knows != payload:
                self.pipe.send(payload)
                self.knows = payload
            self.pipe.send(stretch)
        except OSError:
            self.process.kill()

    def answer(self) -> Found:
        """What it found; raises what it raised, EOFError or OSError when it is dead."""
        found: Found | BaseException = self.pipe.recv()
        if isinstance(found, BaseException):
            raise Failed(found)
        self.has.popleft()
        return found

    def end(self, patience: float = 0.0) -> None:
        """End it: after ``patience`` seconds by force."""
        self.pipe.close()
        self.process.join(patience)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


class Failed(Exception):
    """A worker raised ``error`` itself; it is alive."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(error)
        self.error = error


class Processes:
    """Processes of this machine, started once for all the work they are given."""

    def __init__(self, workers: int) -> None:
        self.workers, self.deaths = workers, 0
        self.open: list[Worker] = []

    def found(self, work: Work, stretches: Sequence[Stretch]) -> Iterator[Found]:
        """Yield what each stretch gave; those of dead workers are done again."""
        payload, waiting, whole = pickle.dumps(work), deque(stretches), False
        try:
            while self._give(payload, waiting):
                yield from self._answers(waiting)
            whole = True
        except Failed as failed:
            raise failed.error from None
        finally:
            if not whole:  # what the workers are still at belongs to nobody
                self.close(patience=0.0)

    def close(self, patience: float = PATIENCE) -> None:
        """End the processes."""
        while self.open:
            self.open.pop().end(patience)

    def _give(self, payload: bytes, waiting: deque[Stretch]) -> bool:
        """Hand out what waits, one to each worker and then one more; False when all is done."""
        while len(self.open) < min(self.workers, len(waiting)):
            self.open.append(Worker.start())
        for having in range(AHEAD):
            for worker in self.open:
                if waiting and len(worker.has) <= having:
                    worker.give(payload, waiting.popleft())
        return any(worker.has for worker in self.open)

    def _answers(self, waiting: deque[Stretch]) -> Iterator[Found]:
        """Yield what is ready; stretches of workers that died go back to the front."""
        from multiprocessing.connection import wait

        busy: dict[Any, Worker] = {worker.pipe: worker for worker in self.open if worker.has}
        for pipe in wait(list(busy)):
            worker = busy[pipe]
            try:
                found = worker.answer()
            except (EOFError, OSError):
                self._bury(worker, waiting)
            else:
                yield found

    def _bury(self, worker: Worker, waiting: deque[Stretch]) -> None:
        self.open.remove(worker)
        worker.end()
        waiting.extendleft(reversed(worker.has))
        self.deaths += 1
        if self.deaths > DEATHS:
            raise WorkersDied(self.deaths)


def carry_out(work: Work, stretch: Stretch) -> Found:
    """Carry out a stretch while linear algebra keeps to one core: workers would get in each other's way."""
    with one_core_each():
        return work.carry_out(stretch)


def one_core_each() -> AbstractContextManager[Any]:
    """While it is open, linear algebra keeps to the thread that calls it."""
    from threadpoolctl import threadpool_limits

    return cast(AbstractContextManager[Any], threadpool_limits(limits=1, user_api="blas"))


def _serve(pipe: Connection) -> None:
    """What a process does until its pipe ends. Ctrl-C is for the parent, which then ends its workers in order."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    work: Any = None
    try:
        while True:
            match pipe.recv():
                case bytes() as payload:
                    work = pickle.loads(payload)
                case stretch:
                    pipe.send(_tried(work, stretch))
    except (EOFError, OSError):
        return


def _tried(work: Work, stretch: Stretch) -> Found | BaseException:
    try:
        return carry_out(work, stretch)
    except Exception as error:
        return error
