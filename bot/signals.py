"""How a process is told to end: SIGTERM, or Ctrl-C."""

import asyncio
import signal


def stop_requested() -> asyncio.Event:
    """Return an event of the running loop that SIGTERM and SIGINT set, in place of what they would do else."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:
            # Windows: its loops take no signals, but the interpreter does.
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    return stop
