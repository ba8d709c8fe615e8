"""Guarded readers: right on good text, precise on bad text, and bounded on hostile text."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st

from agentaudit import parse

ROOT = Path(__file__).parent.parent


def malformed(call: Any, *args: Any, **more: Any) -> parse.Malformed:
    with pytest.raises(parse.Malformed) as caught:
        call(*args, **more)
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("# only a comment", None),
        ("\ufeffa: 1", {"a": 1}),
        ("[1, -2, +3, 0x1F, 0o14, 1.5, .5, 1e3]", [1, -2, 3, 31, 12, 1.5, 0.5, 1000.0]),
        ("[true, False, null, '']", [True, False, None, ""]),
        ("[no, on, yes, off, 1:30, 2026-11-01]", ["no", "on", "yes", "off", "1:30", "2026-11-01"]),
        ("[.nan, .inf, 1e999]", [".nan", ".inf", "1e999"]),
        ("12345678901234567890123", "12345678901234567890123"),
        ("on: {push: 1}", {"on": {"push": 1}}),
        ("{1: a, true: b, 3.10: c, ~: d}", {"1": "a", "true": "b", "3.10": "c", "~": "d"}),
        ("'1'", "1"),
        ("!!str 1", "1"),
        ('!!int "3"', 3),
        ("!Ref Bucket", "Bucket"),
        ("a: !reset [b]\nc: !reset d", {"a": None, "c": None}),
        ("a: !override [b]", {"a": ["b"]}),
        ("!Sub 'a-${B}'", "a-${B}"),
        ("!reference [.setup, script]", [".setup", "script"]),
        ("!!python/object/apply:os.system [id]", ["id"]),
        ("!!binary aGk=", "aGk="),
        ("a: &x {b: 1}\nc: *x", {"a": {"b": 1}, "c": {"b": 1}}),
        ("a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}", {"a": {"b": 1, "c": 2}, "d": {"b": 1, "c": 3}}),
        ("{<<: [{a: 1}, {a: 2, b: 3}]}", {"a": 1, "b": 3}),
        ("{'<<': 1}", {"<<": 1}),
        ("a: 1\na: 2", {"a": 2}),
        ("a: |\n  x\n  y\n", {"a": "x\ny\n"}),
    ],
)
def test_yaml_reads(text: str, value: Any) -> None:
    assert parse.yaml(text).data == value


def test_yaml_knows_the_line_of_every_key_and_item() -> None:
    tree = parse.yaml("# comment\na:\n  b: 1\n  c:\n    - x\n    - y: 2\nd: {e: &q [1]}\nf: *q\n")
    assert tree.lines == {
        (): 2,
        ("a",): 2,
        ("a", "b"): 3,
        ("a", "c"): 4,
        ("a", "c", 0): 5,
        ("a", "c", 1): 6,
        ("a", "c", 1, "y"): 6,
        ("d",): 7,
        ("d", "e"): 7,
        ("d", "e", 0): 7,
        ("f",): 8,
    }
    assert tree.line("f", 0) == 8
    assert tree.line("nowhere") == 2


def test_yaml_all_reads_every_document() -> None:
    first, second = parse.yaml_all("a: &x 1\n---\nb: 2\n")
    assert (first.data, second.data, second.line("b")) == ({"a": 1}, {"b": 2}, 3)
    assert malformed(parse.yaml, "a: 1\n---\nb: 2").line == 3
    assert malformed(parse.yaml_all, "a: &x 1\n---\nb: *x").line == 3


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("a: 1\nb: c: d", "mapping values are not allowed", 2),
        ("a:\n\t- b", "cannot start any token", 2),
        ("a: 1\nb: &x [*x]", "refers to itself", 2),
        ("a: *nobody", "not defined", 1),
        ("a: \x00", "character that YAML does not allow", 1),
        ("a: 1\nb: \ud800", "character that YAML does not allow", 2),
        ("a: \x1b[2J", "character that YAML does not allow", 1),
        ("{{ .Values.image }}", "other than plain text as a key", 1),
        ("? [a]\n: 1", "other than plain text as a key", 1),
        ("&a b: 1\n*a : 2", "other than plain text as a key", 2),
        ("a: 1\n<<: 3", "not a mapping", 2),
        ("'" + "x" * parse.SIZE, "longer than 10,000,000", None),
    ],
)
def test_yaml_says_what_is_wrong_and_where(text: str, message: str, line: int | None) -> None:
    error = malformed(parse.yaml, text)
    assert message in str(error)
    assert error.line == line


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: &x 2", "anchors"),
        ("a: 1\nb: *x", "anchors"),
        ("a: 1\nb: !Ref x", "tags"),
        ("a: 1\nb: !!str x", "tags"),
        ("a: 1\na: 2", "'a' appears twice"),
        ("a: 1\n<<: {b: 1}", "merge"),
    ],
)
def test_strict_yaml_allows_plain_values_only(text: str, message: str) -> None:
    error = malformed(parse.yaml, text, strict=True)
    assert message in str(error)
    assert error.line == 2


_NUMBER = re.compile(r"[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?|0o[0-7]+|0x[0-9a-fA-F]+")
"""Numbers of YAML 1.2; the writer used here knows 1.1 only and leaves `0E0` unquoted."""
_TEXTS = st.text(max_size=20).filter(lambda text: not _NUMBER.fullmatch(text))
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**50), 2**50) | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=20,
)


@given(_VALUES)
def test_what_yaml_wrote_is_read_back(value: Any) -> None:
    assert parse.yaml(pyyaml.safe_dump(value)).data == value


@given(st.text(max_size=60) | st.text("&*[]{}:-!<#|>'\" \n\tab", max_size=60))
def test_no_text_raises_anything_but_malformed(text: str) -> None:
    for read in (parse.yaml, parse.yaml_all, parse.json, parse.toml):
        with contextlib.suppress(parse.Malformed):
            read(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, 2.5, null, true]}', {"a": [1, 2.5, None, True]}),
        (b'\xef\xbb\xbf{"a": "\\u00e9"}', {"a": "é"}),
        ("\ufeff[]", []),
        ("18446744073709551615", 2**64 - 1),
        ('"' + "," * 1_100_000 + '"', "," * 1_100_000),
    ],
)
def test_json_reads(text: str | bytes, value: Any) -> None:
    assert parse.json(text) == value


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("", "empty", 1),
        ("[1,\n2", "end of data", 2),
        ("NaN", "unexpected character", 1),
        ("[Infinity]", "unexpected character", 1),
        ("1e999", "infinity", 1),
        ("[18446744073709551616]", "beyond 64 bits", None),
        ("-9223372036854775809", "beyond 64 bits", None),
        ("[-9223372036854775809]", "beyond 64 bits", None),
        ('{"a": 1, "a": 2}', "'a' appears twice", None),
        ('{"a": {"b": 1, "b": 1}}', "'b' appears twice", None),
        ('"\\ud800"', "surrogate", 1),
        ('"\ud800"', "surrogate", None),
        ('"\x00"', "control character", 1),
        (b"\xff", "UTF-8", 1),
        ("[" * 101 + "]" * 101, "more than 100 deep", None),
        ("[" * 3000, "more than 100 deep", 1),
        ("[" + "0," * parse.NODES + "0]", "more than 1,000,000 values", None),
        (" " * (parse.SIZE + 1), "longer than", None),
    ],
)
def test_json_says_what_is_wrong(text: str | bytes, message: str, line: int | None) -> None:
    error = malformed(parse.json, text)
    assert message in str(error)
    assert error.line == line


def test_json_reads_to_depth_100() -> None:
    assert parse.json("[" * 100 + "]" * 100)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", {}),
        ("\ufeffa = 1", {"a": 1}),
        (
            "a = 2026-11-01\nb = 2026-11-01T10:00:00Z\nc = [10:00:00]",
            {"a": "2026-11-01", "b": "2026-11-01T10:00:00+00:00", "c": ["10:00:00"]},
        ),
        ('a = """x "" y""""\nb = \'\'\'x \' y\'\'\'', {"a": 'x "" y"', "b": "x ' y"}),
        ('a = \'\'\nb = ""\nc = \'#\'\nd = "\\"#" # "\'', {"a": "", "b": "", "c": "#", "d": '"#'}),
        ('a = """\\"""" # """', {"a": '"'}),
        (".".join("a" * 100) + " = 1", None),
        ("a = '" + "x.y" * 200 + "'", {"a": "x.y" * 200}),
    ],
)
def test_toml_reads(text: str, value: Any) -> None:
    data = parse.toml(text)
    assert value is None or data == value


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("a = 1\nb = ", "Invalid value", None),
        ("a = 1\na = 2\n", "overwrite", 2),
        ("a = 1\nb = '", "Unterminated string", 2),
        ("a = 1\nb = ]\n", "Invalid value", 2),
        ("a = 1" + "0" * 30, "beyond 64 bits", None),
        ("a = " + "1" * 5000, "beyond 64 bits", None),
        (".".join("a" * 101) + " = 1", "more than 100 deep", None),
        ("a = " + "[" * 200 + "]" * 200, "more than 100 deep", None),
        ("a = " + "[" * 100_000, "more than 100 deep", None),
        ("a = [" + "0," * parse.NODES + "]", "more than 1,000,000 values", None),
    ],
)
def test_toml_says_what_is_wrong(text: str, message: str, line: int | None) -> None:
    error = malformed(parse.toml, text)
    assert message in str(error)
    assert error.line == line


LAUGHS = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)
MERGES = "a0: &a0 {" + ",".join(f"k{n}: 1" for n in range(9)) + "}\n"
MERGES += "".join(
    f"a{n}: &a{n} {{<<: [{','.join([f'*a{n - 1}'] * 9)}], k{n}x: 1}}\n" for n in range(1, 9)
)
LONG = "a: &a " + "x" * 1_000_000 + "\nb: [" + "*a," * 100_000 + "]"
BOMBS = {
    "billion laughs": ("yaml", LAUGHS),
    "merge keys": ("yaml", MERGES),
    "long text, many aliases": ("yaml", LONG),
    "flow sequences 50,000 deep": ("yaml", "[" * 50_000),
    "flow mappings 50,000 deep": ("yaml", "{a: " * 50_000),
    "block sequences 50,000 deep": ("yaml", "- " * 50_000),
    "keys 3,000 deep": ("yaml", "".join(" " * n + "a:\n" for n in range(3_000))),
    "deep and wide": ("yaml", "[" * 99 + "0," * 900_000 + "]" * 99 + "]"),
    "a million anchors": ("yaml", "".join(f"- &a{n} x\n" for n in range(600_000)) + "- *b"),
    "lists 5,000,000 deep": ("json", "[" * 5_000_000),
    "3,000,000 empty lists": ("json", "[" + "[]," * 3_000_000 + "0]"),
    "quotes": ("json", '"' * 9_000_000),
    "key of 4,000,000 parts": ("toml", "a." * 4_000_000 + "a = 1"),
    "parts behind odd quotes": (
        "toml",
        'x = {k = """\n""", ' + "a." * 1_000_000 + 'a = 1, b = ""}',
    ),
    "keys below a long header": (
        "toml",
        f"[{'.'.join('a' * 99)}]\n" + "".join(f"k{n} = 1\n" for n in range(600_000)) + "k1 = 1",
    ),
    "openings that never close": ("toml", 'a = """' + '\\"""' * 2_000_000),
    "single quotes": ("toml", "a = " + "'''" * 3_000_001),
}
READ = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))
from agentaudit import parse
try:
    getattr(parse, sys.argv[1])(sys.stdin.read())
except parse.Malformed as error:
    print(error)
"""


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_cost_a_clear_error(name: str) -> None:
    kind, text = BOMBS[name]
    done = subprocess.run(
        [sys.executable, "-c", READ, kind],
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-500:]
    assert done.stdout.strip()


def test_reading_json_or_toml_imports_no_yaml() -> None:
    code = (
        "import sys, agentaudit.parse as p; p.json('1'); p.toml(''); print('yaml' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.strip() == "False"


def test_yaml_without_libyaml_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(pyyaml, "CSafeLoader")
    text = "a: &x [1, no, !Ref b]\n? c\n: {<<: {d: 1}}\ne: *x\n"
    expected = {"a": [1, "no", "b"], "c": {"d": 1}, "e": [1, "no", "b"]}
    assert parse.yaml(text).data == expected
    assert "100 deep" in str(malformed(parse.yaml, "[" * 50_000))
    assert malformed(parse.yaml, "a: 1\nb: \x1b").line == 2
