"""Cases that are measured with an engine of each image store."""

from collections.abc import Callable
from functools import partial

STORES = ("overlay2", "containerd")


def in_each_store(**methods: Callable) -> dict[str, Callable]:
    """NAME=METHOD, which takes a subject and the name of a store: cases NAME_STORE, which take the subject."""
    return {
        f"{name}_{store}": partial(lambda method, store, subject: method(subject, store), method, store)
        for store in STORES
        for name, method in methods.items()
    }
