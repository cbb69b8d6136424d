"""Report the bot's state to systemd, if it runs as a service of `Type=notify`; otherwise do nothing.

See https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html.
"""

import asyncio
import os
import socket

MICROSECONDS = 1_000_000


def notify(state: str) -> None:
    """Send a state, such as `READY=1`."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        # This is an abstract address, which has no file.
        address = f"\0{address[1:]}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.connect(address)
        sender.sendall(state.encode())


async def feed_watchdog() -> None:
    """Report for ever that the event loop works, twice per interval that systemd allows."""
    seconds = int(os.environ.get("WATCHDOG_USEC", "0")) / MICROSECONDS
    while seconds > 0:
        notify("WATCHDOG=1")
        await asyncio.sleep(seconds / 2)
