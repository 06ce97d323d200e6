import pytest


@pytest.fixture(autouse=True)
def keeping(store):
    """Keep pages in every test here."""
