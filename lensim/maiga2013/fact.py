"""What a fact of the paper is, and how the arithmetic behind a derived fact is checked.

A derived fact carries its arithmetic as a short expression in the keys of other facts. Expressions are evaluated by
walking their syntax tree, over numbers and a few named functions only, so that a table of facts can run no code.
"""

import ast
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from lensim import checks

Kind = Literal["stated", "derived", "assumed"]


@dataclass(frozen=True)
class StatedRange:
    """Lowest and highest value; infinite where the paper gives one end only ("> 10 uM")."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise checks.InputError(
                f"StatedRange.low must not be above StatedRange.high, got {self.low:g} and {self.high:g}"
            )

    def __str__(self) -> str:
        if math.isinf(self.high):
            return f"{self.low:g} or more"
        return f"{self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class CountOf:
    """How many of how many."""

    count: int
    total: int

    def __post_init__(self) -> None:
        checks.between("CountOf.count", self.count, 0, self.total)

    def __str__(self) -> str:
        return f"{self.count} of {self.total}"


Value = float | StatedRange | CountOf | str


@dataclass(frozen=True)
class Fact:
    """One thing that the paper states, that follows from it, or that has to be assumed beside it.

    Attributes
    ----------
    key
        Name of the fact: quantity, scale and unit, in lower case with underscores.
    value
        A number, a range, a count of a total, or a short text.
    unit
        Unit of the value; "1" for pure numbers, "text" for words.
    kind
        "stated" in the paper, "derived" by arithmetic from stated facts, or "assumed".
    where
        Section or figure in which it is stated; for the other kinds, the place of its inputs or its gap.
    basis
        Empty if stated; the expression if derived (see `evaluate`); the reason if assumed.
    note
        How the value is to be read, where that is not plain.

    Raises
    ------
    InputError
        If the key is no name, a field that must have words has none, or a stated fact has a basis.
    """

    key: str
    value: Value
    unit: str
    kind: Kind
    where: str
    basis: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if not self.key.isidentifier() or self.key != self.key.lower():
            raise checks.InputError(f"Fact.key must be a lower-case name with underscores, got {self.key!r}")
        checks.one_of(f"Fact {self.key}: kind", self.kind, get_args(Kind))
        for field in ("unit", "where"):
            if not getattr(self, field).strip():
                raise checks.InputError(f"Fact {self.key}: {field} must not be empty, got {getattr(self, field)!r}")
        if (self.kind == "stated") == bool(self.basis.strip()):
            rule = "be empty for a stated fact" if self.kind == "stated" else f"be given for a fact {self.kind}"
            raise checks.InputError(f"Fact {self.key}: basis must {rule}, got {self.basis!r}")


def stated(key: str, value: Value, unit: str, where: str, note: str = "") -> Fact:
    """A fact that the paper states at `where`."""
    return Fact(key, value, unit, "stated", where, note=note)


def derived(key: str, value: Value, unit: str, where: str, basis: str, note: str = "") -> Fact:
    """A fact that follows from others by the expression `basis`; `value` is written with six digits."""
    return Fact(key, value, unit, "derived", where, basis, note)


def assumed(key: str, value: Value, unit: str, where: str, basis: str, note: str = "") -> Fact:
    """A choice where the paper is silent or unclear; `where` is the place of the gap and `basis` the reason."""
    return Fact(key, value, unit, "assumed", where, basis, note)


def _normal_two_sided_p(z: float) -> float:
    return math.erfc(abs(z) / math.sqrt(2))


FUNCTIONS: Final[Mapping[str, Callable[..., float]]] = {
    "log": math.log,
    "log2": math.log2,
    "log10": math.log10,
    "sqrt": math.sqrt,
    "normal_two_sided_p": _normal_two_sided_p,
}
_OPERATORS: Final[Mapping[type[ast.operator], Callable[[float, float], float]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def evaluate(expression: str, values: Mapping[str, Value]) -> float:
    """The number that an expression over facts gives.

    Numbers, the keys of facts, `+ - * / **`, `log log2 log10 sqrt normal_two_sided_p`, and the parts `.low .high` of a
    range and `.count .total` of a count are allowed; nothing else is.

    Raises
    ------
    InputError
        If the expression uses anything else, a key that is unknown, or a fact that is no number.
    """
    number = _walk(ast.parse(expression, mode="eval").body, expression, values)
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise checks.InputError(f"expression {expression!r} must give a number, got {number}")
    return float(number)


def _walk(node: ast.expr, expression: str, values: Mapping[str, Value]) -> Value:
    def number(child: ast.expr) -> float:
        value = _walk(child, expression, values)
        if not isinstance(value, int | float):
            raise checks.InputError(f"expression {expression!r} must reckon with numbers, got {value}")
        return value

    match node:
        case ast.Constant(value=int() | float() as constant):
            return constant
        case ast.Name(id=name):
            if name not in values:
                raise checks.InputError(f"expression {expression!r} must use the keys of facts, got {name!r}")
            return values[name]
        case ast.Attribute(value=ast.Name() as owner, attr="low" | "high" | "count" | "total" as part):
            whole = _walk(owner, expression, values)
            if not hasattr(whole, part):
                raise checks.InputError(f"expression {expression!r} takes .{part} of {whole}, which has none")
            return float(getattr(whole, part))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -number(operand)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](number(left), number(right))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS:
            return FUNCTIONS[name](*map(number, arguments))
    raise checks.InputError(f"expression {expression!r} must be plain arithmetic, got {ast.unparse(node)}")
