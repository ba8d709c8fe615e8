"""Code outside of what was copied: what would run beside the commit is never taken for it."""

from __future__ import annotations

import time

import pytest

from agentaudit.image import Contents, ContentVerdict, FileEntry, FileKind, FileMap, Verdict
from agentaudit.lineage.identity import compare
from agentaudit.sources.images.extract import extract
from tests.lineage.test_identity import GOOD, SITE, tree

HOTFIX = "def plan(): return 666\n"


def contents(files: dict[str, str], lower: tuple[str, ...] = ()) -> Contents:
    """An image that is as it should be, with more files; `lower` lie in a layer below the rest."""
    whole = FileMap.of({path: text.encode() for path, text in {**GOOD, **files}.items()})
    layered = {
        path: entry._replace(layer=0 if path in lower else 1)
        for path, entry in whole.entries.items()
    }
    return extract(FileMap(layered, whole.contents))


def judged(files: dict[str, str], *started: str, lower: tuple[str, ...] = ()) -> ContentVerdict:
    return compare(tree(), contents(files, lower), started=started)


@pytest.mark.parametrize(
    "path",
    [
        "opt/agent/main.py",
        "code/agent.js",
        "opt/hot.pyc",
        f"{SITE}/sitecustomize.py",
        "root/.local/lib/python3.11/site-packages/usercustomize.py",
        f"{SITE}/patch.pth",
        "usr/local/lib/python3.11/site-packages/app/agent.py",
        "usr/local/bin/entrypoint.sh",
    ],
)
def test_code_that_no_commit_holds_is_in_the_way(path: str) -> None:
    found = judged({path: HOTFIX})
    assert (found.verdict, path in found.detail) == (Verdict.UNVERIFIABLE, True)
    based = judged({path: HOTFIX}, lower=(path,))
    assert based.verdict is Verdict.SAME, "what the base image brings is its own"


@pytest.mark.parametrize(
    "path",
    [
        f"{SITE}/_virtualenv.pth",
        f"{SITE}/google-nspkg.pth",
        "opt/venv/lib/python3.11/json/__init__.py",
        "usr/local/bin/tini",
        "opt/model/config.json",
    ],
)
def test_what_installers_and_models_bring_is_not(path: str) -> None:
    assert judged({path: HOTFIX}).verdict is Verdict.SAME


def test_a_copy_of_a_file_of_the_commit_is_its_code_anywhere() -> None:
    assert judged({"usr/local/bin/main.py": GOOD["srv/app/main.py"]}).verdict is Verdict.SAME


def test_what_the_image_starts_counts_wherever_it_lies() -> None:
    path = "opt/agent/main.py"
    assert judged({path: HOTFIX}, f"/{path}", lower=(path,)).verdict is Verdict.UNVERIFIABLE
    assert judged({"usr/local/bin/run": "elf"}, "/usr/local/bin/run").detail == (
        "1 file of code elsewhere in it is in no commit: usr/local/bin/run"
    )
    assert judged({"usr/local/bin/run": "elf"}).verdict is Verdict.SAME
    assert judged({"usr/local/bin/tini": "elf"}, "/usr/local/bin/tini").verdict is Verdict.SAME


def test_a_difference_is_worse_than_a_doubt() -> None:
    found = judged({"opt/agent/main.py": HOTFIX, "srv/app/main.py": HOTFIX})
    assert (found.verdict, found.modified) == (Verdict.DIFFERENT, ("app/main.py",))


def test_a_link_to_code_that_is_not_the_commits_is_in_the_way() -> None:
    files = FileMap.of({path: text.encode() for path, text in GOOD.items()})
    links = {
        "srv/app/hot.py": "/tmp/hot.py",
        "srv/app/same.py": "main.py",
        "srv/app/nowhere.py": "/gone.py",
        "srv/venv/lib/python3/site-packages/x.py": "/tmp/hot.py",
    }
    entries = {
        **files.entries,
        **FileMap.of({"tmp/hot.py": HOTFIX.encode()}).entries,
        **{p: FileEntry(p, FileKind.SYMLINK, target=to) for p, to in links.items()},
    }
    found = compare(tree(), extract(FileMap(entries, files.contents)))
    assert found.verdict is Verdict.UNVERIFIABLE
    assert found.detail == "1 file of code elsewhere in it is in no commit: srv/app/hot.py"


def test_a_package_owns_only_what_lies_below_its_prefix() -> None:
    """A RECORD that lists a file of the application would hide it."""
    info = f"{SITE}/x-1.dist-info"
    package = {
        f"{info}/METADATA": "Name: x\nVersion: 1\n",
        f"{info}/RECORD": "../../../../srv/app/hotfix.py,,\n../../../bin/x,,\nx.py,,\n",
        f"{SITE}/x.py": "",
        "srv/app/hotfix.py": HOTFIX,
    }
    assert judged(package).extra == ("srv/app/hotfix.py",)


@pytest.mark.parametrize(
    ("path", "started"),
    [
        ("usr/bin/start.py", "/usr/bin/start.py"),
        ("etc/start.sh", "/etc/start.sh"),
        ("usr/bin/start", "/usr/bin/start"),
        ("srv/app/run", "/srv/app/run"),
        ("var/hot/agent.py", "/var/hot"),
        ("var/hot/agent.py", "/var/hot/../hot"),
        ("tmp/agent.py", "/tmp/."),
    ],
)
def test_the_directories_of_the_system_hide_nothing_that_the_image_starts(
    path: str, started: str
) -> None:
    found = judged({path: HOTFIX}, started)
    assert (found.verdict, path in found.detail) == (Verdict.UNVERIFIABLE, True)


@pytest.mark.parametrize("started", ["/", "/usr/lib", "/var", "/usr/bin/python3", "/usr/bin/tool"])
def test_what_else_the_system_holds_is_its_own(started: str) -> None:
    home = "usr/lib/python3/dist-packages/tool-1.dist-info"
    files = {
        "usr/lib/tool/main.py": HOTFIX,
        "var/lib/tool.py": HOTFIX,
        "usr/bin/python3": "elf",
        "usr/bin/tool": HOTFIX,
        f"{home}/METADATA": "Name: tool\nVersion: 1\n",
        f"{home}/RECORD": "../../../bin/tool,,\n",
    }
    assert judged(files, started).verdict is Verdict.SAME


def test_what_every_python_process_runs_is_in_the_way_in_the_library_too() -> None:
    path = "usr/lib/python3.11/sitecustomize.py"
    assert path in judged({path: HOTFIX}).detail
    assert judged({path: HOTFIX}, lower=(path,)).verdict is Verdict.SAME


def test_a_link_to_a_directory_of_other_code_is_in_the_way() -> None:
    held = contents({"var/hot/agent.py": HOTFIX, "var/data/x.bin": "data"})
    for target, verdict in (
        ("/var/hot", Verdict.UNVERIFIABLE),
        ("../../var/hot", Verdict.UNVERIFIABLE),
        ("/var/data", Verdict.SAME),
        ("/srv/app/prompts", Verdict.SAME),
    ):
        link = FileEntry("srv/app/plugins", FileKind.SYMLINK, target=target, layer=1)
        files = FileMap({**held.files.entries, link.path: link}, held.files.contents)
        assert compare(tree(), extract(files)).verdict is verdict, target


@pytest.mark.parametrize("home", ["x-1.dist-info", "lib/python3.11/site-packages/x-1.dist-info"])
def test_a_package_at_the_top_owns_no_application(home: str) -> None:
    up = "../" * home.count("/")
    package = {
        f"{home}/METADATA": "Name: x\nVersion: 1\n",
        f"{home}/RECORD": f"{up}srv/app/hotfix.py,,\n",
        "srv/app/hotfix.py": HOTFIX,
    }
    assert judged(package).extra == ("srv/app/hotfix.py",)


@pytest.mark.parametrize("name", ["x.node", "x.wasm", "x.so.1.2", "x.pyd"])
def test_compiled_code_of_any_kind_proves_nothing(name: str) -> None:
    assert judged({f"srv/app/{name}": "elf"}).verdict is Verdict.UNVERIFIABLE


def test_links_and_words_without_end_take_no_time() -> None:
    held = contents({f"var/d{n}/agent.py": HOTFIX for n in range(20_000)})
    links = {
        f"srv/app/l{n}": FileEntry(f"srv/app/l{n}", FileKind.SYMLINK, target=f"/var/d{n}", layer=1)
        for n in range(20_000)
    }
    files = FileMap({**held.files.entries, **links}, held.files.contents)
    begun = time.process_time()
    found = compare(tree(), extract(files), started=tuple(f"/var/d{n}" for n in range(10_000)))
    assert found.verdict is Verdict.UNVERIFIABLE
    assert time.process_time() - begun < 5
