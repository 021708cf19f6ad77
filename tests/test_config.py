from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import pytest
from pydantic import Field

from lensim.checks import InputError
from lensim.config import MOST_FAULTS, FrozenConfig, checked, closest_first


class Dog(FrozenConfig):
    advice: ClassVar[Mapping[str, str]] = {"legs": "all dogs have four", "size=huge": "large is the largest"}
    kind: Literal["dog"] = "dog"
    size: Literal["small", "large"] = "small"
    dog: int = 0


class Cat(FrozenConfig):
    kind: Literal["cat"] = "cat"
    lives: int = 9


class House(FrozenConfig):
    pets: tuple[Annotated[Dog | Cat, Field(discriminator="kind")], ...] = ()
    rooms: dict[str, Dog] = Field(default={})
    best: Dog | None = None
    plan: Path | None = None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"pet": 1}, "pet: there is no such key here; the keys are pets, best, rooms, plan; got 1"),
        (
            {"pets": [{"kind": "cat"}, {"kind": "dog", "legs": 5}]},
            "pets.1.dog.legs: there is no such key here: all dogs have four; the keys are kind, size, dog; got 5",
        ),
        (
            {"pets": [{"kind": "cat", "live": 5}]},
            "pets.0.cat.live: there is no such key here; the keys are lives, kind; ",
        ),
        (
            {"rooms": {"hall": {"siz": 1}}},
            "rooms.hall.siz: there is no such key here; the keys are size, kind, dog; got 1",
        ),
        (
            {"best": {"legs": {}}},
            "best.legs: there is no such key here: all dogs have four; the keys are kind, size, dog",
        ),
        ({"best": {"size": "huge"}}, "best.size: must be one of small, large, got 'huge': large is the largest"),
        ({"best": {"size": "larg"}}, "best.size: must be one of large, small, got 'larg'"),
        ({"plan": 7}, "plan: must be a path, got 7"),
        ({"best": 7}, "best: must be a table, got 7"),
        ({"best": []}, "best: must be a table, got []"),
        ({"rooms": [1]}, "rooms: must be a table, got [1]"),
        ({"pets": "dog"}, "pets: must be a list, got 'dog'"),
        ({"pets": [3]}, "pets.0: must be a table, got 3"),
    ],
)
def test_an_unknown_key_or_value_is_told_with_those_that_there_are(content, message):
    with pytest.raises(InputError) as error:
        checked(House, content, "house")
    assert str(error.value).startswith(f"house: {message}")


def test_names_that_are_alike_come_first_and_the_others_keep_their_order():
    assert closest_first("repliates", ["dose", "replicates", "alpha"]) == ["replicates", "dose", "alpha"]
    assert closest_first("zzz", ["dose", "alpha"]) == ["dose", "alpha"]


def test_of_many_faults_the_first_are_told_and_the_others_counted():
    with pytest.raises(InputError) as error:
        checked(House, {"pets": [{"kind": "cat", "lives": "x"}] * (MOST_FAULTS + 3)}, "house")
    lines = str(error.value).splitlines()
    assert lines[0] == "house: pets.0.cat.lives: must be a number, got 'x'"
    assert lines[-2].startswith(f"house: pets.{MOST_FAULTS - 1}.cat")
    assert lines[-1] == "house: and 3 more faults"
