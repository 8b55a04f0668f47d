"""Encoding with every core: one process per core, one BLAS thread per process."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import lru_cache
from multiprocessing import get_context

import numpy as np
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from feedback_app.themes.engine.embedders import Embedder, Vectors, default_embedder
from feedback_app.themes.engine.strong import CompactE5, encode_strong

WORTH_IT = 3_000
"""Fewer texts than this are encoded before another process would have started."""

_WORTH_IT_STRONG = 200
_CHUNKS_PER_CORE = 8
_MOST = 8


@lru_cache(maxsize=1)
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


@contextmanager
def one_thread() -> Iterator[None]:
    """Linear algebra on one thread: for matrices of this size more threads are slower, and other jobs live here too."""
    with _controller().limit(limits=1, user_api="blas"):
        yield


def encode_on_all_cores(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    """`embedder.encode(texts)`, shared among processes where that pays. The result is the same either way."""
    cores = min(_MOST, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    for own, least, work in (
        (CompactE5.name, _WORTH_IT_STRONG, encode_strong),
        (default_embedder().name, WORTH_IT, _encode_default),
    ):
        if cores > 1 and embedder.name == own and len(texts) >= least:
            return _shared(embedder, texts, cores, work)
    return embedder.encode(texts)


def _shared(embedder: Embedder, texts: Sequence[str], cores: int, work: Callable[[list[str]], bytes]) -> Vectors:
    """Processes are started afresh (spawn), because the caller may be running threads."""
    size = min(500, max(20, len(texts) // (cores * _CHUNKS_PER_CORE)))
    chunks = [list(texts[at : at + size]) for at in range(0, len(texts), size)]
    try:
        with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
            parts = list(pool.map(work, chunks))
    except (BrokenProcessPool, OSError, AssertionError):
        # No processes to be had here (a daemon, a sandbox, a full table): slower, but not worse.
        return embedder.encode(texts)
    flat = np.frombuffer(b"".join(parts), dtype="<f4")
    return flat.reshape(len(texts), embedder.dimensions).copy()


def _encode_default(texts: list[str]) -> bytes:
    return default_embedder().encode(texts).astype("<f4").tobytes()
