"""Read the archive that `/export` sends."""

import csv
import io
from zipfile import ZipFile

from tests.seen import Seen


async def files_of(seen: Seen) -> dict[str, str]:
    """Return the files of the archive in an answer."""
    assert seen.message is not None
    [attachment] = seen.message.attachments
    with ZipFile(io.BytesIO(await attachment.read())) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def table(text: str) -> list[list[str]]:
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
