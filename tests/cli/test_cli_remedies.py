"""Choices in messages, as options of the command that prints them."""

import pytest

from lensim.checks import InputError
from lensim.cli.remedies import as_options, in_own_options, options_of, speaking_options

OPTIONS = {
    "grid_number": "--grid-number",
    "columns": "--column",
    "where": "--where",
    "ignore": "--ignore",
    "drop_lost": "--drop-lost",
    "lost": "--lost",
    "join_names": "--join-names",
    "decimal": "--decimal",
    "prior": "--from",
    "draws": "--draws",
    "replicates": "--replicates",
}


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("choose one with grid_number=2", "choose one with --grid-number 2"),
        ("choose one with grid_number=", "choose one with --grid-number"),
        ('name it with columns={"dose": "Conc (nM)"}', "name it with --column 'dose=Conc (nM)'"),
        ("name it with columns={'plate': '=1'}", "name it with --column plate==1"),
        ('keep them with where={"time_h": ["24", "72"]}', "keep them with --where time_h=24 --where time_h=72"),
        ('pool over it with ignore=["operator", "lot"]', "pool over it with --ignore operator --ignore lot"),
        ('leave them out with lost="drop"', "leave them out with --drop-lost"),
        ("join them with join_names=True", "join them with --join-names"),
        ("keep them apart with join_names=False", "keep them apart with --no-join-names"),
        ('state decimal=","', "state --decimal ,"),
        ("ExpressionDesign.technical_replicates must fit, got 9", "--replicates must fit, got 9"),
        (
            "Settings.draws must be 1, got 9\nprior must be, got draws must be",
            "--draws must be 1, got 9\n--from must be, got draws must be",
        ),
        ("a.csv: decimal must be one", "a.csv: decimal must be one"),
        ("Settings.tune must be 1, got 9", "Settings.tune must be 1, got 9"),
        ("grid_number is for grids", "--grid-number is for grids"),
        ("a fit must be smaller: lower draws=9", "a fit must be smaller: lower --draws 9"),
        ("name it with prior=", "name it with --from"),
        ("name it, such as channels={'dna': 'FL2-A'}", "name it, such as --dna-channel FL2-A"),
        ("state scale='fraction'", "state scale='fraction'"),
        ("decimal=1.csv must not exist", "decimal=1.csv must not exist"),
        ("results/decimal=1.csv must not exist", "results/decimal=1.csv must not exist"),
        ("got 'decimal=,' and \"where=x\"", "got 'decimal=,' and \"where=x\""),
    ],
)
def test_a_choice_is_written_as_the_option_of_the_command(said, printed):
    assert as_options(said, OPTIONS) == printed


def test_a_command_without_an_option_leaves_the_choice():
    assert as_options("choose grid_number=2", {}) == "choose grid_number=2"


def test_errors_of_a_command_name_its_options():
    def command(grid_number: int | None = None) -> None:
        said.append(in_own_options("choose one with grid_number=1"))
        raise InputError("choose one with grid_number=1")

    said: list[str] = []
    assert options_of(command) == {"grid_number": "--grid-number"}
    with pytest.raises(InputError, match=r"^choose one with --grid-number 1$"):
        speaking_options(command)()
    assert said == ["choose one with --grid-number 1"]
    assert in_own_options("choose grid_number=1") == "choose grid_number=1"
