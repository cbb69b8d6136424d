"""Turn the pages of a list."""


def turn_to(page: int, rows: int, size: int) -> tuple[int, int]:
    """Return which page of a list is shown, from 0, and how many there are, at least 1.

    Args:
        page: the page that somebody wants, from 0; past the end it is the last one.
        rows: how many rows the list has.
        size: how many rows a page holds.
    """
    pages = max(1, -(-rows // size))
    return min(max(page, 0), pages - 1), pages
