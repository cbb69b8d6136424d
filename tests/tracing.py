"""Choose what `make coverage` traces: every line, but not repeatedly.

Tracing nearly doubles the time of a test. A test that runs on both databases is traced on one. Tests that run the same
code as others, to look at it from another side, are not traced at all: crowds and crashes, counted statements,
comparisons with a second computation.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from coverage import Coverage

PROCESSES = "COVERAGE_PROCESS_CONFIG"
"""The variable by which coverage also traces the processes that a test starts."""


untraced = pytest.mark.untraced
"""For tests that run only lines of the bot that other tests run too."""


@contextmanager
def no_tracing() -> Iterator[None]:
    """Trace neither this process nor those that it starts."""
    config = os.environ.pop(PROCESSES, None)
    tracers: list[Coverage] = []
    # A worker has two tracers: its own, and that of every process that a traced one starts.
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
