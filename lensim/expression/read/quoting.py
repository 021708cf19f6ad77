"""Names as messages write them inside a choice."""


def quoted(name: str) -> str:
    """A name as it stands in a mapping of Python."""
    return '"' + name.replace('"', '\\"') + '"'
