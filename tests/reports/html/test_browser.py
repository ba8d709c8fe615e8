"""The report in a real browser: nothing runs, nothing is asked for, everybody can read it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.reports.html.cards import CARDS, common, html

pytestmark = pytest.mark.chromium
HERE = Path(__file__).parent / "browser"
A4 = 1001
"""Height of what can be printed on a page, in CSS pixels: 297 mm less the margins."""
PAYLOADS = {
    "script": "<script>window.owned = 1</script>",
    "handler": '<svg onload="window.owned = 1"></svg>',
    "error-handler": '<img src="data:image/png;base64,AA==" onerror="window.owned = 1">',
    "style-element": "<style>main{display:none}</style>",
    "style-attribute": '<b style="color:red" id="payload">x</b>',
    "file-image": '<img src="file:///etc/hostname">',
    "beacon": '<img src="https://example.invalid/pixel.gif">',
}


def _missing() -> str:
    if not shutil.which(os.environ.get("CHROMIUM", "chromium")):
        return "chromium is not installed"
    if not shutil.which("node"):
        return "node is not installed"
    if not (HERE / "node_modules" / "axe-core").is_dir():
        return "axe-core is not installed: npm install --prefix tests/reports/html/browser"
    return ""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if why := _missing():
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    folder = tmp_path_factory.mktemp("browser")
    for name, card in CARDS.items():
        (folder / f"{name}.html").write_text(html(card()), encoding="utf-8")
    head, body = html(common()).split("<main>")
    for name, payload in PAYLOADS.items():
        marked = payload if 'id="payload"' in payload else f'<b id="payload">{payload}</b>'
        (folder / f"{name}.html").write_text(f"{head}<main>{marked}{body}", encoding="utf-8")
    tasks = {"pages": list(CARDS), "payloads": list(PAYLOADS)}
    (folder / "tasks.json").write_text(json.dumps(tasks))
    return folder


@pytest.fixture(scope="module")
def seen(folder: Path) -> dict[str, Any]:
    run = subprocess.run(
        ["node", str(HERE / "look.mjs"), str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(run.stdout)
    return found


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", list(CARDS))
def test_axe_finds_nothing(seen: dict[str, Any], name: str, scheme: str, width: int) -> None:
    assert seen["axe"][f"{name} {scheme} {width}"] == []


@pytest.mark.parametrize("name", list(CARDS))
def test_no_sideways_scroll(seen: dict[str, Any], name: str) -> None:
    for width in (320, 768, 1280):
        assert seen["narrow"][f"{name} {width}"] == width


def test_nothing_is_requested_and_the_policy_is_never_in_the_way(seen: dict[str, Any]) -> None:
    for part in ("screen", "print"):
        for name, found in seen[part].items():
            assert found["requests"] == [], name
            assert found["blocked"] == 0, name


@pytest.mark.parametrize("name", list(CARDS))
def test_without_script_it_looks_the_same(seen: dict[str, Any], name: str) -> None:
    assert seen["script"][name]["same"]
    assert seen["script"][name]["bytes"] > 50_000


@pytest.mark.parametrize("name", list(PAYLOADS))
def test_the_policy_holds_even_where_escaping_failed(seen: dict[str, Any], name: str) -> None:
    found = seen["payloads"][name]
    assert found["landed"]
    assert not found["owned"]
    assert not found["hidden"]
    assert not found["red"]
    assert found["blocked"] >= 1
    assert not [url for url in found["requests"] if url.startswith(("http", "file"))]


@pytest.mark.parametrize("name", ["example", "common", "repository", "large", "crashed"])
def test_the_first_printed_page_stands_alone(seen: dict[str, Any], name: str) -> None:
    assert seen["print"][name]["bottom"] <= A4


@pytest.mark.parametrize("name", list(CARDS))
def test_it_prints_to_a_tagged_document(seen: dict[str, Any], folder: Path, name: str) -> None:
    assert seen["print"][name]["requests"] == []
    data = (folder / f"{name}.pdf").read_bytes()
    assert data.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in data
    assert re.search(rb"/Marked true", data)
    assert b"/Lang" in data
    pages = len(re.findall(rb"/Type\s*/Page\b(?!s)", data))
    assert pages > 2
    if name != "hostile":
        assert pages < 40
