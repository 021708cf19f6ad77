"""What is said of an option's value that the parser of the command line refuses: the option, its rule and the value."""

from typing import Any, Final, get_args

from lensim.plain_text import shown


def refusal_of(error: Any) -> str:
    """The sentence of a call that the parser refuses; of a value, with what the option takes and what it got.

    Parameters
    ----------
    error
        The exception of typer.
    """
    option, cause = getattr(error, "param", None), error.__cause__
    if (name := getattr(error, "option_name", None)) and "requires an argument" in error.format_message():
        return f"{name} must be followed by a value, got none: --help lists what each option takes"
    if option is None or not hasattr(cause, "errors") or not (rule := rule_of(option)):
        return str(error.format_message())
    name = next((one for one in option.opts if one.startswith("--")), option.opts[0])
    return f"{name} must be {rule}, got {shown(cause.errors()[0]['input'])}"


def rule_of(option: Any) -> str:
    """What an option takes, in words: 'a whole number from 1 to 1,000'; '' where it takes any text."""
    descriptor = option.type_descriptor
    if descriptor.choices:
        return f"one of {', '.join(shown(str(choice)) for choice in descriptor.choices)}"
    kind = next((one for one in (descriptor.annotation, *get_args(descriptor.annotation)) if one in _NUMBERS), None)
    if kind is None:
        return ""
    info = descriptor.parameter_info
    ends = [f"{word} {number_in_words(end)}" for word, end in (("from", info.min), ("to", info.max)) if end is not None]
    return " ".join([_NUMBERS[kind], *ends])


def number_in_words(value: float) -> str:
    """An end of a range: 1,000; 1e+12 where it is as large or as small as that."""
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


_NUMBERS: Final = {int: "a whole number", float: "a number"}
