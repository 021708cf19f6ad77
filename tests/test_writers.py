"""Every file is written through one layer, which keeps what a user has: no module writes a file by another way.

A call that writes must write to a path out of that layer: what `written_whole`, `results_folder`, `added_to` or
`added_file` gives, a path made of that, or a parameter of the function in which it is.
"""

import ast
from collections.abc import Iterator

import pytest

from tests.source_tree import ROOT, modules_of

LAYER = {"placing", "unfinished", "ownership", "output", "added_files", "results_folder"}
GIVES_A_PLACE = {"written_whole", "results_folder", "added_to", "added_file", "open_store", "TemporaryDirectory"}
# what writes to the path before the point, and what writes to its argument of that number
OF_ITS_OWN = {
    "write_text", "write_bytes", "touch", "mkdir", "unlink", "rmdir", "rename", "symlink_to", "hardlink_to",
}  # fmt: skip
OF_ARGUMENT = {
    "to_csv": 0, "to_parquet": 0, "to_netcdf": 0, "to_excel": 0, "to_pickle": 0, "to_html": 0, "savefig": 0,
    "save_figure": 1, "copyfile": 1, "copy2": 1, "copytree": 1, "rmtree": 0, "makedirs": 0, "savez": 0, "savetxt": 0,
}  # fmt: skip
PATHS_ALONE = {"rename", "copy", "move"}  # also names of what pandas, xarray and dicts do
# Places that are lensim's own, and no user's.
CACHES = {"lensim/inference/compiled.py", "lensim/inference/generated_sources.py"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _module(function: ast.expr) -> str:
    return function.value.id if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) else ""


def _root(path: ast.expr) -> str:
    """The name that a path is made of: `folder` of `folder / f"{name}.csv"` and of `Path(folder)`."""
    match path:
        case ast.Name(id=name):
            return name
        case ast.BinOp(left=left):
            return _root(left)
        case ast.Attribute(value=value):
            return _root(value)
        case ast.Call(func=ast.Name(id="Path"), args=[inner, *_]):
            return _root(inner)
        case ast.Call(func=ast.Attribute(attr="with_suffix" | "with_name", value=value)):
            return _root(value)
    return ast.unparse(path)


def _opens_to_write(call: ast.Call) -> bool:
    of_path = isinstance(call.func, ast.Attribute)
    modes = [*call.args[0 if of_path else 1 :], *(word.value for word in call.keywords if word.arg == "mode")]
    given = [mode.value for mode in modes[:1] if isinstance(mode, ast.Constant) and isinstance(mode.value, str)]
    return any(len(mode) < 4 and set(mode) & set("wax+") for mode in given)


def _written(call: ast.Call) -> str:
    """The name that the path is made of to which a call writes; empty where it writes nothing."""
    name, module = _name(call.func), _module(call.func)
    if module == "os" and name in {"replace", "rename", "link", "unlink", "remove", "mkdir", "makedirs", "symlink"}:
        return _root(call.args[-1])
    if module == "shutil" and name in {"copy", "move"}:
        return _root(call.args[1])
    if name == "open" and module != "os" and _opens_to_write(call):
        return _root(call.func.value if isinstance(call.func, ast.Attribute) else call.args[0])
    if isinstance(call.func, ast.Attribute) and name in OF_ITS_OWN and (name not in PATHS_ALONE or _is_path(call)):
        return _root(call.func.value)
    at = OF_ARGUMENT.get(name)
    if at is None or at >= len(call.args):
        return ""
    return _root(call.args[at])


def _is_path(call: ast.Call) -> bool:
    """Whether what is renamed is a path and no table: it gets one argument that is no mapping."""
    return len(call.args) == 1 and not call.keywords and isinstance(call.args[0], ast.BinOp)


def _places(function: Function | ast.Module) -> set[str]:
    """Names of places out of the layer, and of what is made of them, in a function."""
    places = set()
    for node in ast.walk(function):
        if isinstance(node, ast.With):
            for item in node.items:
                call = item.context_expr
                gives = isinstance(call, ast.Call) and _name(call.func) in {*GIVES_A_PLACE, "written", "enter_context"}
                if gives and isinstance(item.optional_vars, ast.Name):
                    places.add(item.optional_vars.id)
    for node in ast.walk(function):
        if isinstance(node, ast.Assign | ast.NamedExpr):
            made_of = {one.id for one in ast.walk(node.value) if isinstance(one, ast.Name)}
            calls = {_name(one.func) for one in ast.walk(node.value) if isinstance(one, ast.Call)}
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            is_place = made_of & places or calls & {"BytesIO", *GIVES_A_PLACE}
            if is_place or "filling" in ast.unparse(node.value):
                places |= {one.id for one in targets if isinstance(one, ast.Name)}
    return places


def _functions(tree: ast.Module) -> Iterator[Function]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _breaches(tree: ast.Module, names: str) -> list[str]:
    """Calls that write elsewhere."""
    found = []
    inner = {id(child) for one in _functions(tree) for child in ast.walk(one) if child is not one}
    for function in [tree, *_functions(tree)]:
        if isinstance(function, ast.Module):
            own = [node for node in ast.walk(function) if id(node) not in inner]
            parameters: list[str] = []
        else:
            own = list(ast.walk(function))
            parameters = [argument.arg for argument in function.args.args if argument.arg != "self"]
        places = _places(function)
        for call in own:
            if not isinstance(call, ast.Call) or not (root := _written(call)) or root in places:
                continue
            if root not in parameters and not _is_of_outer(function, root, tree):
                found.append(f"{names}:{call.lineno} writes to {root}")
    return found


def _is_of_outer(function: Function | ast.Module, root: str, tree: ast.Module) -> bool:
    """Whether a name is a place, or a parameter, of a function around this one."""
    around = [one for one in _functions(tree) if one is not function and function in ast.walk(one)]
    return any(root in _places(one) or root in [argument.arg for argument in one.args.args] for one in around)


def _sources() -> dict[str, ast.Module]:
    paths = [path for tree in ("lensim", "models", "experiments") for path in modules_of(tree)]
    return {
        str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8"))
        for path in paths
        if not (path.parent.name == "lensim" and path.stem in LAYER)
    }


def test_no_module_writes_by_another_way():
    found = [breach for name, tree in _sources().items() if name not in CACHES for breach in _breaches(tree, name)]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "def run(path):\n    table.to_csv('a.csv')\n",
        "def run():\n    Path('a.csv').write_text('')\n",
        "def run():\n    path = Path.cwd() / 'a.csv'\n    path.open('w')\n",
        "def run():\n    open(NAME, mode='a')\n",
        "def run():\n    os.replace(one, other)\n",
        "def run():\n    shutil.rmtree(folder)\n",
        "def run(given):\n    with opened(given) as folder:\n        figure.savefig(folder / 'a.png')\n",
    ],
)
def test_other_ways_are_seen(source):
    assert _breaches(ast.parse(source), "made_up.py")


@pytest.mark.parametrize(
    "source",
    [
        "def run(path):\n    with written_whole(path, force=True) as partial:\n        table.to_csv(partial)\n",
        "def run():\n    with results_folder(OUT) as folder:\n        draw(figure, folder)\n",
        "def run():\n    buffer = io.BytesIO()\n    figure.savefig(buffer)\n",
        "def run():\n    names = table.rename({'a': 'b'})\n    text.replace('a', 'b')\n",
    ],
)
def test_the_layer_is_no_breach(source):
    assert _breaches(ast.parse(source), "made_up.py") == []
