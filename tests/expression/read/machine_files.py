"""Files of machines that tests write and read: shared by the tests of several formats."""

import pytest

from lensim.checks import InputError
from lensim.expression.read import Reactions, read_reactions


def save(folder, content, name="run.dat"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(folder, content, *args, name="run.dat", **options) -> Reactions:
    return read_reactions(save(folder, content, name), *args, **options)


def faults_of(folder, content, *args, **options):
    with pytest.raises(InputError) as caught:
        read(folder, content, *args, **options)
    return str(caught.value).splitlines()


def cts(reactions):
    return {(one.well, one.gene): one.ct_cycles for one in reactions.reactions}
