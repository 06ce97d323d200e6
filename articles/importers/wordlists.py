"""Word lists written as a line of words."""


def words(text: str) -> frozenset[str]:
    """The words of a text as a set, for asking what is in it."""
    return frozenset(text.split())
