"""The walls of the house: who may import whom, and the habits that every file keeps."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from tf1compat.ops.registry import op_names

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "tf1compat"
PACKAGE_FILES = sorted(PACKAGE.rglob("*.py"))
CONVERTERS = sorted((ROOT / "converters").rglob("*.py"))
FILES = [*PACKAGE_FILES, *CONVERTERS]

_FACTS = {"errors", "names", "options", "graph", "ops", "analysis"}
_RESULTS = _FACTS | {"source", "discovery", "plan", "rewrite"}
#: Each part of the package, and what it may import besides itself. One way through, from source to cli.
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "names": {"errors"},
    "quiet": set(),
    "options": {"errors"},
    "scratch": set(),
    "graph": {"errors", "names"},
    "source": {"errors", "names", "options", "scratch", "graph", "ops"},
    # Started by its name, with files handed over: nothing of the package is imported there.
    "workers": set(),
    "ops": {"errors", "names", "graph"},
    "analysis": {"errors", "names", "graph", "ops"},
    "discovery": _FACTS | {"source"},
    "plan": _FACTS | {"source", "discovery"},
    "rewrite": _FACTS | {"source", "discovery", "plan"},
    "consumers": _RESULTS,
    "restore": _RESULTS | {"scratch"},
    "savedmodel": _RESULTS | {"restore", "scratch"},
    "verify": _RESULTS | {"restore", "savedmodel", "scratch", "__init__"},
    "report": _RESULTS | {"consumers", "verify"},
    "pipeline": _RESULTS | {"consumers", "restore", "savedmodel", "verify", "report", "quiet", "__init__"},
    # The package itself names its public functions lazily, so others may ask it for its version and place.
    "__init__": {"errors", "pipeline", "plan", "quiet"},
    "cli": _RESULTS | {"consumers", "savedmodel", "report", "pipeline", "quiet", "scratch", "__init__"},
    "__main__": {"cli"},
}
#: Of the stages behind a TensorFlow door, what others may import at module level: what needs no TensorFlow.
WITHOUT_TENSORFLOW = {
    "tf1compat.verify.comparison",
    "tf1compat.verify.coverage",
    "tf1compat.savedmodel.publish",
    "tf1compat.savedmodel.record",
}

#: Where else than in ops/ an op's name may be looked for, and why.
OP_NAMES_ALSO_IN = {
    "tf1compat/names.py": "below ops: the names that Python functions give to nodes of each op",
    "tf1compat/graph/model.py": "below ops: a placeholder of early releases, and what a constant says of its shape",
    "tf1compat/graph/lint.py": "below ops: the arguments of a function",
    "tf1compat/graph/walk.py": "below ops: what a walk looks through, and where a loop closes",
    "tf1compat/graph/frames.py": "below ops: the ops that a frame is made of",
    "tf1compat/rewrite/cleanup/prune.py": "an attribute that is called as an op is",
    "tf1compat/source/lowered/__init__.py": "the parts of a frame that is made, called by their ops",
}
#: What makes patterns and nodes: in its arguments an op's name is a literal of the pattern, or of what is made.
OP_LITERALS = {"op", "make_node"}

TENSORFLOW_DOORS = {"restore", "savedmodel", "verify", "workers"}
PROTOBUF_DOOR = "tf1compat.graph.protos."


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree(path)))


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def part(module: str) -> str:
    """The part of the package that a module belongs to."""
    pieces = module.split(".")
    return pieces[1] if len(pieces) > 1 else "__init__"


@cache
def imported(path: Path, *, top_level_only: bool = False) -> tuple[str, ...]:
    """Every module that a file imports, by its full name; what only type checkers see is left out."""
    hidden = {inner for node in nodes(path) if _is_hidden(node, top_level_only) for inner in ast.walk(node)}
    return tuple(name for node in nodes(path) if node not in hidden for name in _names(node))


def _is_hidden(node: ast.AST, top_level_only: bool) -> bool:
    if isinstance(node, ast.If):
        return ast.unparse(node.test) == "TYPE_CHECKING"
    return top_level_only and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (each.name for each in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "relative imports hide who imports whom"
        yield from (_submodule(f"{node.module}", each.name) for each in node.names)


def _submodule(module: str, name: str) -> str:
    """`from a.b import c` imports a.b.c where that is a module, else a.b."""
    folder = ROOT.joinpath(*module.split("."))
    return f"{module}.{name}" if (folder / f"{name}.py").exists() or (folder / name).is_dir() else module


def offenders(paths: Iterable[Path], offences: Callable[[Path], Iterable[object]]) -> dict[str, list[object]]:
    """What each file does against a rule; empty when all keep it."""
    found = {str(path.relative_to(ROOT)): list(offences(path)) for path in paths}
    return {path: each for path, each in found.items() if each}


def root(module: str) -> str:
    return module.partition(".")[0]


def test_the_table_covers_the_package():
    assert {part(module_name(path)) for path in PACKAGE_FILES} == set(MAY_IMPORT)


def test_imports_point_one_way():
    def offences(path: Path) -> set[str]:
        own = part(module_name(path))
        used = {part(name) for name in imported(path) if root(name) == "tf1compat"}
        return used - {own} - MAY_IMPORT[own]

    assert offenders(PACKAGE_FILES, offences) == {}


def test_the_stages_behind_a_tensorflow_door_are_entered_lazily():
    def offences(path: Path) -> list[str]:
        if part(module_name(path)) in TENSORFLOW_DOORS:
            return []
        stages = [name for name in imported(path, top_level_only=True) if part(name) in TENSORFLOW_DOORS]
        return [name for name in stages if name not in WITHOUT_TENSORFLOW]

    assert offenders(PACKAGE_FILES, offences) == {}


def test_tensorflow_has_its_doors():
    """The pipeline may import it inside a function, the doors anywhere, nobody else at all."""

    def offences(path: Path) -> list[str]:
        own = part(module_name(path))
        if own in TENSORFLOW_DOORS:
            return []
        names = imported(path, top_level_only=own == "pipeline")
        return [name for name in names if root(name) in ("tensorflow", "keras", "tf_keras")]

    assert offenders(FILES, offences) == {}


def test_private_names_of_tensorflow_are_in_one_file():
    private = ("tensorflow.python", "tensorflow.core", "tensorflow.compiler")
    users = offenders(FILES, lambda path: [name for name in imported(path) if name.startswith(private)])
    assert len(users) <= 1


def test_protobuf_has_one_door():
    def offences(path: Path) -> list[str]:
        inside = f"{module_name(path)}.".startswith(PROTOBUF_DOOR)
        return [] if inside else [name for name in imported(path) if root(name) in ("google", "tensorboard")]

    assert offenders(FILES, offences) == {}


def test_tensor_names_are_parsed_in_one_place():
    def offences(path: Path) -> list[int]:
        return [
            node.lineno
            for node in nodes(path)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("split", "rsplit", "partition", "rpartition")
            and any(isinstance(each, ast.Constant) and each.value == ":" for each in node.args)
        ]

    assert offenders([path for path in FILES if module_name(path) != "tf1compat.names"], offences) == {}


def test_op_names_stand_in_ops_alone():
    """A table, set or comparison of op names is a family in ops/families, or what an op does in ops/."""
    outside = [path for path in PACKAGE_FILES if part(module_name(path)) != "ops"]
    found = offenders(outside, _looked_for)
    assert {path: ops for path, ops in found.items() if path not in OP_NAMES_ALSO_IN} == {}
    assert OP_NAMES_ALSO_IN.keys() <= found.keys(), "an exception that nothing needs"
    assert len(OP_NAMES_ALSO_IN) <= 10


def _looked_for(path: Path) -> list[str]:
    """The op names that a file compares with, keeps in a table, or splits a text into."""
    made = [node for node in nodes(path) if isinstance(node, ast.Call) and _called(node) in OP_LITERALS]
    literals = {id(inner) for call in made for inner in ast.walk(call)}
    named = (each for node in nodes(path) for each in _listed(node) if id(each) not in literals)
    return sorted(op_names() & {each.value for each in named if isinstance(each, ast.Constant)})


def _called(node: ast.Call) -> str:
    return ast.unparse(node.func).rpartition(".")[2]


def _listed(node: ast.AST) -> Sequence[ast.AST | None]:
    match node:
        case ast.Compare():
            return [node.left, *node.comparators]
        case ast.Set() | ast.Tuple() | ast.List():
            return node.elts
        case ast.Dict():
            return node.keys
        case ast.MatchValue():
            return [node.value]
        case ast.Call(func=ast.Attribute(attr="split", value=ast.Constant(value=str(text)))):
            return [ast.Constant(word) for word in text.split()]
        case ast.Call(func=ast.Attribute(attr="startswith" | "endswith", value=ast.Attribute(attr="op"))):
            return node.args
    return []


def test_no_file_is_over_400_lines():
    def offences(path: Path) -> list[int]:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        return [lines] if lines > 400 else []

    assert offenders(FILES, offences) == {}


#: Folders that may have any number of modules: a file for each member of a list that the reader knows.
CATALOGUES = {"tf1compat/discovery/rnn/cells"}


def test_no_folder_has_more_than_15_modules():
    counts = Counter(str(path.parent.relative_to(ROOT)) for path in FILES if path.stem != "__init__")
    assert {folder for folder, count in counts.items() if count > 15} <= CATALOGUES


def test_no_function_is_over_50_lines():
    def offences(path: Path) -> list[str]:
        functions = (ast.FunctionDef, ast.AsyncFunctionDef)
        found = [node for node in nodes(path) if isinstance(node, functions)]
        return [each.name for each in found if (each.end_lineno or 0) - each.lineno >= 50]

    assert offenders(FILES, offences) == {}


def test_no_file_is_a_drawer_for_odds_and_ends():
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}
    assert [path for path in FILES if path.stem in drawers] == []


def test_no_exception_is_swallowed_unnamed():
    """A bare or broad `except` may clean up and raise again, nothing else."""

    def offences(path: Path) -> list[int]:
        handlers = [node for node in nodes(path) if isinstance(node, ast.ExceptHandler)]
        return [each.lineno for each in handlers if _is_broad(each) and not _raises_again(each)]

    assert offenders(FILES, offences) == {}


def _is_broad(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(each, ast.Name) and each.id in ("Exception", "BaseException") for each in caught)


def _raises_again(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def test_every_module_says_what_it_is_for():
    silent = [path for path in FILES if tree(path).body and not ast.get_docstring(tree(path))]
    assert silent == []


def test_converters_use_the_public_surface_only():
    def offences(path: Path) -> list[str]:
        return [name for name in imported(path) if root(name) == "tf1compat" and name != "tf1compat"]

    assert CONVERTERS
    assert offenders(CONVERTERS, offences) == {}


def test_converters_are_short():
    assert [path for path in CONVERTERS if len(path.read_text(encoding="utf-8").splitlines()) > 100] == []
