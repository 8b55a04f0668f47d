"""Encoding with every core: one process per core, one BLAS thread per process.

The processes are plain children that read texts and write vectors (`encoding_process`). They end when their input
does, so that none outlives the process that started it, however that one ends.
"""

import json
import os
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import lru_cache, partial
from threading import Lock, local
from typing import ParamSpec, TypeVar

import numpy as np
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from feedback_app.themes.engine.vectors.embedders import Embedder, Vectors

P = ParamSpec("P")
T = TypeVar("T")

WORTH_IT = {"use3": 2_500, "e5s4": 200, "minilm8": 400}
"""Texts from which sharing pays, by encoder: fewer are encoded before other processes would have started."""

_WORTH_IT_WARM = 200
_CHUNKS_PER_CORE = 8
_MOST = 8
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class EncodingFailedError(RuntimeError):
    """A child process went away before its texts were encoded."""


@lru_cache(maxsize=1)
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


@contextmanager
def one_thread() -> Iterator[None]:
    """Linear algebra on one thread: for matrices of this size more threads are slower, and other jobs live here too."""
    with _controller().limit(limits=1, user_api="blas"):
        yield


def cores() -> int:
    """How many processes may encode at once: the cores that this process may use, at most eight."""
    own = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(_MOST, own)


def encode_on_all_cores(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    """`embedder.encode(texts)`, shared among processes where that pays. The result is the same either way."""
    with EncodingPool() as pool:
        return pool.encode(embedder, texts)


class EncodingPool:
    """Children that encode, started when first needed and kept until the end of the `with`. Safe among threads.

    Each child is spoken to by one thread, which mostly waits; the caller is free to work meanwhile in another.
    """

    def __init__(self) -> None:
        self._lock, self._own = Lock(), local()
        self._threads: dict[str, ThreadPoolExecutor] = {}
        self._children: list[subprocess.Popen[bytes]] = []
        self._unasked: list[tuple[str, subprocess.Popen[bytes]]] = []
        self._warm: set[str] = set()
        self._aside = ThreadPoolExecutor(2)

    def __enter__(self) -> "EncodingPool":
        return self

    def __exit__(self, *_: object) -> None:
        self._aside.shutdown(cancel_futures=True)
        for threads in self._threads.values():
            threads.shutdown(cancel_futures=True)
        for child in self._children:
            with suppress(BrokenPipeError):  # it went away before it was asked
                child.__exit__(None, None, None)  # closes its pipes, at which it ends, and waits for that

    def start(self, encoder: str, texts: int) -> None:
        """Start the children of an encoder now, if so many texts are worth it: they read the model meanwhile."""
        if texts < WORTH_IT[encoder] or cores() < 2:
            return
        with self._lock, suppress(OSError):
            for _ in range(cores()):
                child = _child(encoder)
                self._warm.add(encoder)
                self._children.append(child)
                self._unasked.append((encoder, child))

    def later(self, function: Callable[P, T], /, *args: P.args, **named: P.kwargs) -> "Future[T]":
        """Call a function that encodes (by `encode` of this pool) in another thread. Two at a time, in order."""
        return self._aside.submit(function, *args, **named)

    def encode(self, embedder: Embedder, texts: Sequence[str]) -> Vectors:
        """`embedder.encode(texts)`: by the children, or here where there are too few texts or no children."""
        least = WORTH_IT.get(embedder.name)
        least = min(least, _WORTH_IT_WARM) if least and embedder.name in self._warm else least
        if least is None or len(texts) < least or cores() < 2:
            return embedder.encode(texts)
        size = min(500, max(20, len(texts) // (cores() * _CHUNKS_PER_CORE)))
        chunks = [texts[start : start + size] for start in range(0, len(texts), size)]
        try:
            parts = list(self._executor(embedder.name).map(partial(self._part, embedder), chunks))
        except (OSError, EncodingFailedError):
            # No processes to be had here (a sandbox, a full table), or one was killed: slower, but not worse.
            return embedder.encode(texts)
        return np.concatenate(parts)

    def _executor(self, encoder: str) -> ThreadPoolExecutor:
        with self._lock:
            self._warm.add(encoder)
            return self._threads.setdefault(encoder, ThreadPoolExecutor(cores()))

    def _part(self, embedder: Embedder, texts: Sequence[str]) -> Vectors:
        """Done in a thread of the executor, whose child it is."""
        if not hasattr(self._own, "child"):
            self._own.child = self._next_child(embedder.name)
        return _asked(self._own.child, texts, embedder.dimensions)

    def _next_child(self, encoder: str) -> "subprocess.Popen[bytes]":
        with self._lock:
            for at, (name, child) in enumerate(self._unasked):
                if name == encoder:
                    del self._unasked[at]
                    return child
            child = _child(encoder)
            self._children.append(child)
            return child


def _child(encoder: str) -> "subprocess.Popen[bytes]":
    path = os.pathsep.join(entry for entry in sys.path if entry)  # so that it finds what this process found
    environment = {**os.environ, "PYTHONPATH": path, **dict.fromkeys(_THREADS, "1")}
    command = [sys.executable, "-m", "feedback_app.themes.engine.vectors.encoding_process", encoder]
    return subprocess.Popen(  # noqa: S603 - our own module, no shell
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    )


def _asked(child: "subprocess.Popen[bytes]", texts: Sequence[str], dimensions: int) -> Vectors:
    assert child.stdin is not None  # noqa: S101 - asked for above
    assert child.stdout is not None  # noqa: S101
    question = json.dumps(list(texts)).encode("ascii")
    child.stdin.write(struct.pack("<Q", len(question)) + question)
    child.stdin.flush()
    answer = child.stdout.read(4 * dimensions * len(texts))
    if len(answer) < 4 * dimensions * len(texts):
        raise EncodingFailedError
    return np.frombuffer(answer, dtype="<f4").reshape(len(texts), dimensions)
