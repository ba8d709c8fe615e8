"""Outside text → typed, closed values; every error names the line and the nearest known word."""

from __future__ import annotations

import ast
import difflib
import inspect
import itertools
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, TypeVar, get_args, get_origin

import orjson
from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, ValidationError
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError

from agentaudit.errors import AuditError
from agentaudit.parse.bounds import Path, Tree


class Record(BaseModel):
    """An immutable value that knows no field but its own, and no number that is none.

    A module of records imports no `annotations` from `__future__`: pydantic would have to compile
    each of them from its text, which took a twentieth of the time of a small scan.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """With what stands below each field, read from the source only where a schema is asked
        for: every start would pay for it otherwise."""
        found = handler(core_schema)
        said = handler.resolve_ref_schema(found).get("properties", {})
        for kind in reversed(cls.__mro__):
            texts = _documented(kind) if issubclass(kind, Record) else ()
            for name, text in texts:
                field = cls.model_fields.get(name)
                if field is None or field.description is not None:
                    continue
                shown = said[field.alias or name]
                if handler.resolve_ref_schema(shown).get("description") != text:
                    shown["description"] = text
        return found


def _documented(kind: type[Record]) -> Iterator[tuple[str, str]]:
    """Field → the text below it in the source."""
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)
    for at, below in itertools.pairwise(body.body):
        if not (isinstance(at, ast.AnnAssign) and isinstance(at.target, ast.Name)):
            continue
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            yield at.target.id, inspect.cleandoc(str(below.value.value))


_Made = TypeVar("_Made", bound=Record)


def fill(kind: type[_Made], tree: Tree, file: str, error: type[AuditError]) -> _Made:
    """Make a record from a document that was read from `file`, or raise `error`.

    Nothing is converted silently: `level: "3"` is an error, not 3. Control and invisible
    characters are refused, since all of it ends up in reports.
    """
    for path, text in strings(tree.data):
        if not text.replace("\n", "").replace("\t", "").isprintable():
            message = f"{'.'.join(map(str, path))}: holds a control or invisible character"
            raise error(message, where=f"{file}:{tree.line(*path)}", hint="retype that text")
    try:
        return kind.model_validate_json(orjson.dumps(tree.data), strict=True)
    except ValidationError as invalid:
        details = invalid.errors(include_url=False)
        first = min(
            details,
            key=lambda d: (d["type"] != "extra_forbidden", tree.line(*_path(tree.data, d["loc"]))),
        )
        message, hint = _explain(kind, first, tree, file)
        line = tree.line(*_path(tree.data, first["loc"]))
        raise error(message, where=f"{file}:{line}", hint=hint) from None


def wrong(message: str, hint: str) -> PydanticCustomError:
    """What a field's own constraint raises: what is wrong, and one way to mend it."""
    return PydanticCustomError("wrong", "{said}", {"said": message, "hint": hint})


def strings(data: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text of a document, keys included, with its path; its depth is bounded already."""
    if isinstance(data, str):
        yield path, data
    elif isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            if isinstance(key, str):
                yield (*path, key), key
            yield from strings(value, (*path, key))


def fault(error: ValidationError, whole: str) -> str:
    """The first fault of machine-written JSON, at its place; `whole` names the document."""
    first = error.errors()[0]
    at = ".".join(str(part) for part in first["loc"]) or whole
    return f"{at}: {first['msg']}"


def nearest(word: str, known: Iterable[str]) -> str:
    """`did you mean 'x'?`, or the known words where none is near."""
    words = sorted(known)
    folded = {each.casefold(): each for each in words}
    near = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    if near:
        return f"did you mean {folded[near[0]]!r}?"
    return f"known: {', '.join(words[:20])}{', …' if len(words) > 20 else ''}" if words else ""


def _path(data: Any, loc: Iterable[str | int]) -> Path:
    """The part of a location that exists in the data; tags of unions do not."""
    path: list[str | int] = []
    for part in loc:
        in_list = isinstance(data, list) and isinstance(part, int) and part < len(data)
        if in_list or (isinstance(data, dict) and part in data):
            data = data[part]
            path.append(part)
    return tuple(path)


_WORDINGS = {
    "tuple_type": ("must be a list", "write it as [a, b]"),
    "list_type": ("must be a list", "write it as [a, b]"),
    "dict_type": ("must be a mapping", "write it as {key: value}"),
    "model_type": ("must be a mapping", "write it as {key: value}"),
    "model_attributes_type": ("must be a mapping", "write it as {key: value}"),
    "too_short": ("must have at least one entry", "add one, or leave the key out"),
    "int_type": ("must be a whole number", "write it without quotes"),
    "float_type": ("must be a number", "write it without quotes"),
    "bool_type": ("must be true or false", "write true or false"),
}
"""Type of problem → what is said of it, and how it is mended."""


def _explain(kind: type[Record], detail: ErrorDetails, tree: Tree, file: str) -> tuple[str, str]:
    """What is wrong, and one way to mend it."""
    loc, problem, given = detail["loc"], detail["type"], detail["input"]
    name = str(loc[-1]) if loc else file
    key = _named(_path(tree.data, loc)) or file
    context: Mapping[str, Any] = detail.get("ctx", {})
    if problem == "extra_forbidden":
        return f"unknown key {name!r} in {file}", nearest(name, _known(kind, loc[:-1]))
    if problem == "missing":
        return f"key {name!r} is missing", f"add `{name}:`"
    if problem == "union_tag_invalid":
        known = [word.strip(" '") for word in context["expected_tags"].split(",")]
        return f"{key}: unknown kind {context['tag']!r}", nearest(context["tag"], known)
    if problem == "union_tag_not_found":
        return f"{key}: key 'kind' is missing", "add `kind:`"
    if problem in {"literal_error", "enum"}:
        words = [word.strip(" '") for word in context["expected"].replace(" or ", ",").split(",")]
        return f"{key}: {_shown(given)} is not a known word", nearest(str(given), words)
    if problem == "string_type":
        quoted = given if isinstance(given, bool | int | float) else "…"
        return f"{key}: must be text, not {_shown(given)}", f'put it in quotes: "{quoted}"'
    if problem in _WORDINGS:
        said, hint = _WORDINGS[problem]
        return f"{key}: {said}, not {_shown(given)}", hint
    said = detail["msg"].removeprefix("Value error, ")
    own = said == detail["msg"] and "hint" not in context
    said = f"{said.replace('Input should', 'must')}, not {_shown(given)}" if own else said
    hint = context.get("hint") or _bound(context)
    return f"{key}: {said.replace('String should', 'must')}", str(hint)


def _bound(context: Mapping[str, Any]) -> str:
    for name, said in (("le", "the highest is"), ("ge", "the lowest is"), ("gt", "it is above")):
        if name in context:
            return f"{said} {context[name]:g}"
    return "change it as the message says"


def _named(path: Path) -> str:
    """The end of a path, as people say it: `any_of[0]`, `gate.fail_under`."""
    start = max((n + 1 for n, part in enumerate(path[:-1]) if isinstance(part, int)), default=0)
    if path and isinstance(path[-1], int):
        return f"{path[-2] if len(path) > 1 else ''}[{path[-1]}]"
    return ".".join(map(str, path[start:]))


def _shown(given: Any) -> str:
    if isinstance(given, dict | list):
        return "a mapping" if isinstance(given, dict) else "a list"
    return "nothing" if given is None else repr(given)[:80]


def _known(kind: type[BaseModel], loc: tuple[str | int, ...]) -> set[str]:
    """Keys that the record at `loc` has."""
    at: list[type[BaseModel]] = [kind]
    for part in loc:
        below = [
            found
            for each in at
            for name, field in each.model_fields.items()
            if part in {name, field.alias}
            for found in _records(field.annotation)
        ]
        tagged = [each for each in at if part in _tags(each)]
        at = below or tagged or at
    return {field.alias or name for each in at for name, field in each.model_fields.items()}


def _records(annotation: Any) -> Iterator[type[BaseModel]]:
    """Records that an annotation mentions."""
    if get_origin(annotation) is None:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield annotation
        return
    for part in get_args(annotation):
        yield from _records(part)


def _tags(kind: type[BaseModel]) -> tuple[Any, ...]:
    field = kind.model_fields.get("kind")
    return get_args(field.annotation) if field and get_origin(field.annotation) is Literal else ()
