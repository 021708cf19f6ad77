"""The source as the tests of its shape see it: modules, their names and what they import."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
TREES = ("lensim", "models", "experiments", "benchmarks", "tests")
SKIPPED = {"__pycache__", ".git", ".hypothesis", ".venv", "build", "dist", "results"}


def modules_of(tree: str) -> list[Path]:
    """Files of all modules of a tree."""
    return sorted(path for path in (ROOT / tree).rglob("*.py") if not SKIPPED & set(path.relative_to(ROOT).parts))


def name_of(path: Path) -> str:
    """Dotted name of a module, by the names that are imported."""
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    if parts[0] == "models":
        parts.insert(0, "lensim")
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(source: str, module: str, *, is_package: bool = False) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything that a module imports, what it takes out of a module included.

    `from a import b` gives `a.b`, whether b is a module or not; so does `import_module("a.b")`.
    """
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=base, names=names, level=level):
                package = module.split(".") if is_package else module.split(".")[:-1]
                above = package[: len(package) - level + 1] if level else []
                start = ".".join([*above, *([base] if base else [])])
                yield from ((node.lineno, f"{start}.{alias.name}") for alias in names)
            case ast.Call(
                func=ast.Attribute(attr=called) | ast.Name(id=called), args=[ast.Constant(value=str(name)), *_]
            ):
                if called in {"import_module", "__import__"}:
                    yield node.lineno, name


def imports_of(path: Path) -> list[tuple[int, str]]:
    """Line and dotted name of everything that a file imports, inside functions too."""
    return list(imported(path.read_text(encoding="utf-8"), name_of(path), is_package=path.name == "__init__.py"))


def is_within(name: str, package: str) -> bool:
    """Whether a dotted name is a package or something in it."""
    return name == package or name.startswith(f"{package}.")
