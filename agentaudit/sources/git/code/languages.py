"""The languages that are read: suffixes, grammars, and what their nodes are called."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING

from msgspec import Struct, field

from agentaudit.code import Syntax

if TYPE_CHECKING:
    from tree_sitter import Parser, Query


class Language(Struct, frozen=True):
    """One language; names of node kinds and fields are those of its grammar."""

    name: str
    ecosystem: str
    suffixes: tuple[str, ...]
    module: str
    function: str
    query: str
    owner: str
    """How a method names its own object."""
    stands: Mapping[str, tuple[Syntax, str]]
    """Kind of node around a text → what the text is there, and the field that names it."""
    calls: frozenset[str]
    marks: frozenset[str] = frozenset()
    """Calls without an argument list: annotations."""
    arguments: frozenset[str] = frozenset({"arguments", "argument_list"})
    members: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Kind of `a.b` → fields of `a` and `b`."""


_COMMON = {
    "binary_expression": (Syntax.COMPARISON, "left"),
    "assignment_expression": (Syntax.ASSIGNMENT, "left"),
    "variable_declarator": (Syntax.ASSIGNMENT, "name"),
    "return_statement": (Syntax.RETURNED, ""),
    "argument_list": (Syntax.POSITIONAL, ""),
}
_PYTHON = {
    "keyword_argument": (Syntax.KEYWORD, "name"),
    "argument_list": (Syntax.POSITIONAL, ""),
    "pair": (Syntax.PAIR, "key"),
    "assignment": (Syntax.ASSIGNMENT, "left"),
    "augmented_assignment": (Syntax.ASSIGNMENT, "left"),
    "named_expression": (Syntax.ASSIGNMENT, "name"),
    "default_parameter": (Syntax.DEFAULT, "name"),
    "typed_default_parameter": (Syntax.DEFAULT, "name"),
    "comparison_operator": (Syntax.COMPARISON, ""),
    "case_pattern": (Syntax.COMPARISON, ""),
    "subscript": (Syntax.COMPARISON, ""),
    "list": (Syntax.ELEMENT, ""),
    "tuple": (Syntax.ELEMENT, ""),
    "set": (Syntax.ELEMENT, ""),
    "return_statement": (Syntax.RETURNED, ""),
    "yield": (Syntax.RETURNED, ""),
    "lambda": (Syntax.RETURNED, ""),
}
_SCRIPT = {
    **_COMMON,
    "pair": (Syntax.PAIR, "key"),
    "arguments": (Syntax.POSITIONAL, ""),
    "public_field_definition": (Syntax.ASSIGNMENT, "name"),
    "field_definition": (Syntax.ASSIGNMENT, "property"),
    "enum_assignment": (Syntax.ASSIGNMENT, "name"),
    "assignment_pattern": (Syntax.DEFAULT, "left"),
    "object_assignment_pattern": (Syntax.DEFAULT, "left"),
    "required_parameter": (Syntax.DEFAULT, "pattern"),
    "optional_parameter": (Syntax.DEFAULT, "pattern"),
    "switch_case": (Syntax.COMPARISON, ""),
    "literal_type": (Syntax.COMPARISON, ""),
    "array": (Syntax.ELEMENT, ""),
    "arrow_function": (Syntax.RETURNED, ""),
    "jsx_attribute": (Syntax.KEYWORD, ""),
    "subscript_expression": (Syntax.COMPARISON, ""),
}
_GO = {
    "keyed_element": (Syntax.KEYWORD, "key"),
    "argument_list": (Syntax.POSITIONAL, ""),
    "const_spec": (Syntax.ASSIGNMENT, "name"),
    "var_spec": (Syntax.ASSIGNMENT, "name"),
    "short_var_declaration": (Syntax.ASSIGNMENT, "left"),
    "assignment_statement": (Syntax.ASSIGNMENT, "left"),
    "binary_expression": (Syntax.COMPARISON, "left"),
    "expression_case": (Syntax.COMPARISON, ""),
    "literal_value": (Syntax.ELEMENT, ""),
    "return_statement": (Syntax.RETURNED, ""),
}
_JAVA = {
    **_COMMON,
    "annotation_argument_list": (Syntax.POSITIONAL, ""),
    "element_value_pair": (Syntax.KEYWORD, "key"),
    "switch_label": (Syntax.COMPARISON, ""),
    "array_initializer": (Syntax.ELEMENT, ""),
    "element_value_array_initializer": (Syntax.ELEMENT, ""),
}
_CSHARP = {
    **_COMMON,
    "argument": (Syntax.POSITIONAL, "name"),
    "attribute_argument": (Syntax.POSITIONAL, "name"),
    "property_declaration": (Syntax.ASSIGNMENT, "name"),
    "parameter": (Syntax.DEFAULT, "name"),
    "constant_pattern": (Syntax.COMPARISON, ""),
    "initializer_expression": (Syntax.ELEMENT, ""),
    "collection_expression": (Syntax.ELEMENT, ""),
    "arrow_expression_clause": (Syntax.RETURNED, ""),
    "switch_expression_arm": (Syntax.RETURNED, ""),
}
_SCRIPT_CALLS = frozenset({"call_expression", "new_expression"})
_SCRIPT_MEMBERS = {
    "member_expression": ("object", "property"),
    "call_expression": ("function", ""),
    "new_expression": ("constructor", ""),
    "subscript_expression": ("object", ""),
}
_TYPESCRIPT = "tree_sitter_typescript"

LANGUAGES = (
    Language(
        name="python",
        ecosystem="python",
        suffixes=("py", "ipynb"),
        module="tree_sitter_python",
        function="language",
        query="python",
        owner="self",
        stands=_PYTHON,
        calls=frozenset({"call"}),
        members={
            "attribute": ("object", "attribute"),
            "call": ("function", ""),
            "subscript": ("value", ""),
        },
    ),
    Language(
        "typescript",
        "node",
        ("ts", "mts", "cts"),
        _TYPESCRIPT,
        "language_typescript",
        "typescript",
        "this",
        _SCRIPT,
        _SCRIPT_CALLS,
        members=_SCRIPT_MEMBERS,
    ),
    Language(
        "tsx",
        "node",
        ("tsx",),
        _TYPESCRIPT,
        "language_tsx",
        "typescript",
        "this",
        _SCRIPT,
        _SCRIPT_CALLS,
        members=_SCRIPT_MEMBERS,
    ),
    Language(
        "javascript",
        "node",
        ("js", "jsx", "mjs", "cjs"),
        "tree_sitter_javascript",
        "language",
        "javascript",
        "this",
        _SCRIPT,
        _SCRIPT_CALLS,
        members=_SCRIPT_MEMBERS,
    ),
    Language(
        "go",
        "go",
        ("go",),
        "tree_sitter_go",
        "language",
        "go",
        "",
        _GO,
        frozenset({"call_expression", "composite_literal"}),
        members={
            "selector_expression": ("operand", "field"),
            "qualified_type": ("package", "name"),
            "call_expression": ("function", ""),
            "composite_literal": ("type", ""),
            "index_expression": ("operand", ""),
            "unary_expression": ("operand", ""),
        },
    ),
    Language(
        "java",
        "java",
        ("java",),
        "tree_sitter_java",
        "language",
        "java",
        "this",
        _JAVA,
        frozenset({"method_invocation", "object_creation_expression", "annotation"}),
        frozenset({"marker_annotation"}),
        frozenset({"argument_list", "annotation_argument_list"}),
        {
            "method_invocation": ("object", "name"),
            "field_access": ("object", "field"),
            "scoped_identifier": ("scope", "name"),
            "object_creation_expression": ("type", ""),
            "annotation": ("name", ""),
            "marker_annotation": ("name", ""),
            "generic_type": ("0", ""),
            "scoped_type_identifier": ("0", "-1"),
        },
    ),
    Language(
        "csharp",
        "dotnet",
        ("cs", "razor"),
        "tree_sitter_c_sharp",
        "language",
        "csharp",
        "this",
        _CSHARP,
        frozenset(
            {
                "invocation_expression",
                "object_creation_expression",
                "implicit_object_creation_expression",
                "attribute",
            }
        ),
        arguments=frozenset({"argument_list", "attribute_argument_list"}),
        members={
            "member_access_expression": ("expression", "name"),
            "qualified_name": ("qualifier", "name"),
            "invocation_expression": ("function", ""),
            "object_creation_expression": ("type", ""),
            "attribute": ("name", ""),
            "generic_name": ("0", ""),
            "element_access_expression": ("expression", ""),
            "conditional_access_expression": ("condition", "-1"),
            "member_binding_expression": ("", "name"),
        },
    ),
)
BY_SUFFIX = {suffix: language for language in LANGUAGES for suffix in language.suffixes}


def of(path: str) -> Language | None:
    """The language of a file by its suffix."""
    return BY_SUFFIX.get(path.rpartition(".")[2])


@cache
def parser(name: str, asked: str = "") -> tuple[Parser, Query]:
    """Parser of a language, and its query of that name. Raises ImportError where its grammar is not
    installed."""
    from tree_sitter import Language as Grammar
    from tree_sitter import Parser, Query

    language = next(each for each in LANGUAGES if each.name == name)
    grammar = Grammar(getattr(import_module(language.module), language.function)())
    source = files(__package__ or "").joinpath("queries", f"{language.query}{asked}.scm")
    return Parser(grammar), Query(grammar, source.read_text(encoding="utf-8"))
