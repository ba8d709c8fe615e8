"""Whatever the files of an image hold, reading them ends without an error, and soon."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentaudit.image import FileMap
from agentaudit.sources.images.extract import extract

PLACES = (
    "etc/os-release",
    "var/lib/dpkg/status",
    "lib/apk/db/installed",
    "var/lib/rpm/rpmdb.sqlite",
    "a/b-1.dist-info/METADATA",
    "a/b-1.dist-info/RECORD",
    "a/b-1.dist-info/direct_url.json",
    "a/c.egg-info/PKG-INFO",
    "a/c.egg-info/top_level.txt",
    "node_modules/x/package.json",
    "node_modules/.package-lock.json",
    "usr/local/cuda/version.json",
    "bom.json",
    "x.spdx.json",
)
KEYS = (
    *("packages", "components", "name", "version", "versionInfo", "cuda", "url", "vcs_info"),
    *("commit_id", "externalRefs", "bomFormat", "spdxVersion", "purl"),
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)
HEADS: tuple[dict[str, Any], ...] = ({"bomFormat": "CycloneDX"}, {"spdxVersion": "SPDX-2.3"}, {})


@given(st.dictionaries(st.sampled_from(PLACES), st.binary(max_size=300), max_size=6))
def test_any_bytes(files: dict[str, bytes]) -> None:
    extract(FileMap.of(files))


@given(st.sampled_from([p for p in PLACES if "json" in p]), VALUES, st.sampled_from(HEADS))
def test_any_json(place: str, value: Any, head: dict[str, Any]) -> None:
    given = {**value, **head} if isinstance(value, dict) else value
    meta = {"a/b-1.dist-info/METADATA": b"Name: b\nVersion: 1\n"}
    extract(FileMap.of({**meta, place: json.dumps(given).encode()}))


@given(st.text("Package:Versn\nStaus ia,.-", max_size=400))
def test_any_records(text: str) -> None:
    data = text.encode()
    extract(FileMap.of(dict.fromkeys(PLACES[:3] + PLACES[4:6], data)))


@pytest.mark.parametrize(
    ("place", "data"),
    [
        ("var/lib/dpkg/status", b"Package: a\n" * 400_000),
        ("var/lib/dpkg/status", b"\n" * 4_000_000),
        ("lib/apk/db/installed", b"P:a\nV:1\n\n" * 300_000),
        ("a/b-1.dist-info/METADATA", b"Name: " + b"a" * 60_000),
        ("bom.json", b'{"components":' * 50_000),
        ("bom.json", b'{"bomFormat":"CycloneDX","components":[' + b"{}," * 900_000 + b"{}]}"),
        ("etc/os-release", b"A='" * 5_000),
    ],
)
def test_large_files_cost_little(place: str, data: bytes) -> None:
    began = time.process_time()
    extract(FileMap.of({place: data}))
    assert time.process_time() - began < 5
