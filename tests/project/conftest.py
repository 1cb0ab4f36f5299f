"""Many of these read the source as trees, which Python 3.11 must be left alone for."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="module")
def _no_collection_in_between() -> Iterator[None]:
    """CPython 3.11 loses count of its recursion if a collection, with the finalizers of earlier
    tests, falls into the making of a tree ("AST constructor recursion depth mismatch")."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()
