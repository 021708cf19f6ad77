"""The command `lensim prepare`: compile what engines need, once."""

from lensim.cli.shared import say


def prepare() -> None:
    """Compile the engines of fits and of power once, so that first fits start at once; two to three minutes."""
    from lensim.face.prepare import prepare as compile_all

    say("engines are compiled once, in two to three minutes; what is there already is passed over", quietly=True)
    compile_all(lambda sentence: say(sentence, quietly=True))
    say("engines are compiled and kept: fits start at once")
