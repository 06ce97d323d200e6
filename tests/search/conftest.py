import pytest

from newsroom.search import limits


@pytest.fixture(autouse=True)
def forgotten():
    """Let no test be asked to wait for what another one asked."""
    for limit in (limits.questions, limits.suggested):
        limit.repeats.seen.clear()
