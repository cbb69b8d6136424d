"""Page through a list."""


def turn_to(page: int, rows: int, size: int) -> tuple[int, int]:
    """Return the number of the page to show, from 0, and the number of pages, at least 1.

    Args:
        page: the requested page, from 0; a page past the end means the last one.
        rows: how many rows the list has.
        size: how many rows a page holds.
    """
    pages = max(1, -(-rows // size))
    return min(max(page, 0), pages - 1), pages
