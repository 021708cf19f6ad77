"""What is remembered of texts that tables hold, and how it is forgotten: a large table leaves 150 MB of them."""

from lensim.tables.names import plain_name
from lensim.tables.number_text import parse_number, plain_digits
from lensim.tables.reader_words import is_lost, is_saturated


def forget_texts() -> None:
    """Forget them; what is asked again is worked out again."""
    for known in (plain_name, parse_number, plain_digits, is_lost, is_saturated):
        known.cache_clear()
