"""The command `lensim prepare`: compile what engines need, once."""

from lensim.cli.shared import say


def prepare() -> None:
    """Compile the engines of fits and of power once, so that first fits start at once; some minutes, once."""
    from lensim.face.prepare import prepare as compile_all

    say(
        "engines are compiled once, in three to ten minutes, those that are not yet; you may work meanwhile",
        quietly=True,
    )
    compile_all(lambda sentence: say(sentence, quietly=True))
    say("engines are compiled and kept: fits start at once")
