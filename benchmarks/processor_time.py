"""Measure the processor time of another process."""

import ctypes
import time


def processor_seconds(pid: int) -> float | None:
    """Return the processor time of a process since its start, user and system, of all its threads.

    Linux records it in nanoseconds, while `/proc` shows hundredths of a second. It is None on systems that do not
    report it for other processes.
    """
    clock = ctypes.c_int()
    try:
        error: int = ctypes.CDLL(None).clock_getcpuclockid(pid, ctypes.byref(clock))
    except (AttributeError, TypeError):
        return None
    return None if error else time.clock_gettime(clock.value)
