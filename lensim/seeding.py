"""Random streams addressed by name, so that adding one shifts no other and workers never share one."""

import hashlib

import numpy as np

from lensim.checks import InputError


def seed_sequence(root: int, *path: str | int) -> np.random.SeedSequence:
    """The seed of the stream called `path` under one root seed.

    Each part of the path becomes 32 bits of its SHA-256, so the stream depends on the names alone: not on the order
    in which streams are asked for, on their number, or on the workers that use them.

    Raises
    ------
    ValueError
        If `root` is negative or the path is empty.
    """
    if root < 0:
        raise InputError(f"seed must be 0 or more, got {root}")
    if not path:
        raise ValueError("a random stream needs a name, got an empty path")
    spawn_key = tuple(int.from_bytes(hashlib.sha256(repr(part).encode()).digest()[:4], "big") for part in path)
    return np.random.SeedSequence(root, spawn_key=spawn_key)


def stream(root: int, *path: str | int) -> np.random.Generator:
    """A NumPy generator on the stream called `path`; see `seed_sequence`."""
    return np.random.default_rng(seed_sequence(root, *path))


def sampler_seed(root: int, *path: str | int) -> int:
    """A 32-bit seed for a sampler that wants an integer, from the stream called `path`."""
    return int(seed_sequence(root, *path).generate_state(1)[0])
