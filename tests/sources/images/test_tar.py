"""Tar as Go reads it: everything a good archive holds, and a refusal for every bad one."""

from __future__ import annotations

import io
import tarfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentaudit.sources.images.limits import Refused
from agentaudit.sources.images.tar import Member, Tar
from tests.sources.images.making import file, folder, header, layer, link, signed

MIB = 1 << 20


def read(data: bytes) -> list[tuple[Member, bytes]]:
    tar = Tar(io.BytesIO(data), MIB)
    return [(member, b"".join(tar.body())) for member in tar]


NAMES = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\0/"), min_size=1, max_size=60
)
PATHS = st.lists(NAMES, min_size=1, max_size=6).map("/".join)


@given(
    st.lists(st.tuples(PATHS, st.binary(max_size=1500)), max_size=6),
    st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]),
)
def test_reads_what_the_standard_library_writes(
    files: list[tuple[str, bytes]], format: int
) -> None:
    made = layer(*(file(name, data, mode=0o640) for name, data in files), format=format)
    found = [(m.name, m.mode, m.size, body) for m, body in read(made)]
    assert found == [(name.rstrip("/"), 0o640, len(data), data) for name, data in files]


def test_kinds_and_targets_are_told() -> None:
    long = "deep/" * 40 + "end"
    made = layer(folder("d"), link("s", long), link("h", "d/x", hard=True), file("f", b"x" * 513))
    types = [(m.name.rstrip("/"), m.type, m.target) for m, _ in read(made)]
    assert types == [("d", b"5", ""), ("s", b"2", long), ("h", b"1", "d/x"), ("f", b"0", "")]


def test_a_layer_of_zeros_is_empty() -> None:
    assert read(bytes(1024)) == []
    assert read(b"") == []


def test_what_follows_the_end_mark_is_not_read() -> None:
    made = layer(file("a", b"1")).rstrip(b"\0")
    made += bytes(-len(made) % 512)
    assert [m.name for m, _ in read(made + bytes(1024) + header("hidden", 0))] == ["a"]


def test_a_reader_may_skip_bodies() -> None:
    tar = Tar(io.BytesIO(layer(file("a", b"1" * 9999), file("b", b"2"))), MIB)
    assert [m.name for m in tar] == ["a", "b"]


def test_a_body_that_is_sparse_is_never_filled() -> None:
    info = tarfile.TarInfo("GNUSparseFile.0/s")
    info.pax_headers = {
        "GNU.sparse.major": "1",
        "GNU.sparse.minor": "0",
        "GNU.sparse.name": "s",
        "GNU.sparse.realsize": str(1 << 40),
    }
    body = b"1000000000000\n" + b"0\n" * 5000
    info.size = len(body)
    ((member, stored),) = read(layer((info, body)))
    assert (member.name, member.size, member.sparse) == ("s", 1 << 40, True)
    assert stored == body


def test_an_old_sparse_map_is_skipped() -> None:
    block = bytearray(header("s", 512, b"S"))
    block[482] = 1
    more = bytearray(512)
    more[504] = 1
    data = signed(block) + bytes(more) + bytes(512) + b"x" * 512 + header("after", 0)
    assert [(m.name, m.sparse) for m, _ in read(data)] == [("s", True), ("after", False)]


def _negative() -> bytes:
    block = bytearray(header("n", 0))
    block[124:136] = b"\xff" * 12
    return signed(block)


def _pax(record: bytes) -> bytes:
    body = record.ljust(-(-len(record) // 512) * 512, b"\0")
    return header("x", len(record), b"x") + body + header("f", 0)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (header("././@LongLink", 1 << 30, b"L"), "header of 1,073,741,824 bytes"),
        (header("x", 1 << 30, b"x"), "header of 1,073,741,824 bytes"),
        (header("g", 1 << 30, b"g"), "header of 1,073,741,824 bytes"),
        (_negative(), "negative number"),
        (header("f", 600)[:500], "truncated within a header"),
        (header("f", 600) + b"x" * 100, "truncated"),
        (bytes(512) + header("hidden", 0), "behind half an end mark"),
        (layer(file("a", b"1"))[:100] + b"\xff" + layer(file("a", b"1"))[101:], "sum is wrong"),
        (_pax(b"99 path=a\n"), "malformed"),
        (_pax(b"0 path=a\n"), "malformed"),
        (_pax(b"nonsense"), "malformed"),
        (_pax(b"12 path=a\0b\n"), "zero byte"),
        (_pax(b"12 size=-10\n"), "malformed size"),
        (_pax(b"31 size=9999999999999999999999\n"), "malformed size"),
    ],
)
def test_bad_archives_are_refused(data: bytes, why: str) -> None:
    with pytest.raises(Refused, match=why):
        read(data)


def test_a_chain_of_headers_takes_no_stack() -> None:
    chain = b"".join(header("g", 0, b"g") for _ in range(20_000))
    assert [m.name for m, _ in read(chain + header("f", 0))] == ["f"]


@given(st.binary(max_size=3000), st.integers(0, 3000), st.binary(max_size=4))
def test_any_bytes_end_in_members_or_a_refusal(junk: bytes, at: int, patch: bytes) -> None:
    good = bytearray(layer(file("a/b", b"x" * 700), link("l", "a"), file("c", b"y")))
    good[at : at + len(patch)] = patch
    for data in (junk, bytes(good)):
        try:
            found: Any = read(data)
        except Refused:
            continue
        assert all(isinstance(member.name, str) for member, _ in found)


def extended(**records: str) -> bytes:
    """An extended header of its own, before whatever follows."""
    body = b""
    for key, value in records.items():
        pair = f" {key.replace('__', '.').replace('_', ' ')}={value}\n".encode()
        size = len(pair) + 1
        size = len(pair) + len(str(size + len(str(size)) - 1))
        body += b"%d%b" % (size, pair)
    return header("PaxHeaders/x", len(body), tarfile.XHDTYPE) + body + bytes(-len(body) % 512)


def long_name(name: str) -> bytes:
    body = name.encode() + b"\0"
    return header("././@LongLink", len(body), tarfile.GNUTYPE_LONGNAME) + body.ljust(512, b"\0")


HOT = header("srv/app/main.py", 0)


@pytest.mark.parametrize(
    "hidden",
    [
        extended(path="tmp/x") + extended(mtime="1"),
        extended(path="tmp/x") + header("g", 0, tarfile.XGLTYPE),
        long_name("tmp/x") + header("g", 0, tarfile.XGLTYPE),
        long_name("tmp/x") + extended(mtime="1"),
        extended(mtime="1") + long_name("tmp/x"),
        extended(GNU__sparse__name="tmp/x"),
        extended(GNU__sparse__name="tmp/x", GNU__sparse__major="2", GNU__sparse__minor="0"),
    ],
)
def test_headers_that_others_read_otherwise_are_refused(hidden: bytes) -> None:
    """Each lets Docker write main.py where a reader that merges all headers sees tmp/x."""
    with pytest.raises(Refused):
        read(hidden + HOT + bytes(1024))


def test_a_record_cannot_pass_for_a_long_name() -> None:
    [(member, _)] = read(extended(long_name="tmp/x", path="srv/app/good.py") + HOT + bytes(1024))
    assert member.name == "srv/app/good.py"


@pytest.mark.parametrize("type", [tarfile.REGTYPE, tarfile.AREGTYPE])
def test_a_file_that_is_named_like_a_directory_is_refused(type: bytes) -> None:
    """Docker takes it for a file, or its body for headers: either may hide one."""
    with pytest.raises(Refused):
        read(header("srv/app/hot.py/", 512, type) + HOT + bytes(1024))
    [(member, _)] = read(header("srv/app/", 0, tarfile.AREGTYPE) + bytes(1024))
    assert member.type == tarfile.DIRTYPE
