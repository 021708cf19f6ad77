"""Which places the room opens."""

import pytest

from lensim.app.look.places import place_of
from lensim.checks import InputError


def test_a_fit_and_a_folder_of_fits_are_found(tmp_path):
    (tmp_path / "results").mkdir()
    for name in ("b.nc", "a.nc", "notes.txt"):
        (tmp_path / "results" / name).write_text("x")
    assert place_of("results/a.nc", [tmp_path]).is_fit
    assert place_of(f" {tmp_path}/results ", [tmp_path]).fits == ("a.nc", "b.nc")


@pytest.mark.parametrize("typed", ["../x.nc", "/etc/passwd", "results/../../x.nc", "link/x.nc", "~root/x.nc"])
def test_nothing_outside_is_opened(tmp_path, typed):
    inside, outside = tmp_path / "home", tmp_path / "else"
    for folder in (inside, outside):
        folder.mkdir()
    for path in (tmp_path / "x.nc", outside / "x.nc"):
        path.write_text("x")
    (inside / "link").symlink_to(outside)
    with pytest.raises(InputError, match=r"must (lie in|name)"):
        place_of(typed, [inside])


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "must be typed"), ("\0", "must be typed"), ("none.nc", "got nothing at"), ("a.csv", "drop tables in Read")],
)
def test_what_is_no_result_is_told(tmp_path, typed, said):
    (tmp_path / "a.csv").write_text("x")
    with pytest.raises(InputError, match=said):
        place_of(typed, [tmp_path])
