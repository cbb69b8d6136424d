"""What `make coverage` traces, which nearly doubles what a test takes: each line, but not again and again.

A test that runs on both databases is traced on one. Not traced at all is what runs code that other tests run too, to
look at it from another side: with crowds and crashes, with counted statements, beside a second computation.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from coverage import Coverage

PROCESSES = "COVERAGE_PROCESS_CONFIG"
"""The variable by which coverage has the processes that a test starts traced too."""


untraced = pytest.mark.untraced
"""For tests that run no line of the bot which others do not run."""


@contextmanager
def no_tracing() -> Iterator[None]:
    """Trace neither this process, nor those that it starts."""
    config = os.environ.pop(PROCESSES, None)
    tracers: list[Coverage] = []
    # A worker has two: its own, and that of every process that a traced one starts.
    while (tracer := Coverage.current()) is not None:
        tracer.stop()
        tracers.append(tracer)
    try:
        yield
    finally:
        for tracer in reversed(tracers):
            tracer.start()
        if config is not None:
            os.environ[PROCESSES] = config
