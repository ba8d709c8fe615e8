"""Repositories made to harm: none of their code runs, none of their tricks is believed."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from agentaudit.errors import SourceError
from agentaudit.markup import without_comments
from agentaudit.response import Commit, Resolution
from agentaudit.sources.git import GitRepos

from .conftest import Lab

Open = Callable[..., GitRepos]

_TRAP = """#!/bin/sh
echo x >> {marks}/$(basename $0)
case $(basename $0) in filter*) cat;; textconv) cat "$1";; esac
exit 0
"""
_TRAPS = {
    "fsmonitor": ["core.fsmonitor"],
    "filterclean": ["filter.f.clean"],
    "filtersmudge": ["filter.f.smudge"],
    "filterprocess": ["filter.f.process"],
    "textconv": ["diff.d.textconv"],
    "extdiff": ["diff.external", "diff.e.command"],
    "gpg": ["gpg.program"],
    "pager": ["core.pager", "pager.log"],
    "editor": ["core.editor"],
    "ssh": ["core.sshCommand"],
    "askpass": ["core.askPass"],
    "credhelper": ["credential.helper"],
    "uploadpack": ["remote.origin.uploadpack"],
    "alternaterefs": ["core.alternateRefsCommand"],
}
_HOOKS = ("post-checkout", "post-index-change", "pre-commit", "reference-transaction")


@pytest.fixture
def trapped(lab: Lab, tmp_path: Path) -> tuple[Lab, Path, str]:
    """A repository in which everything that git can be told to execute leaves a mark."""
    marks = tmp_path / "marks"
    marks.mkdir()
    lab.commit({"a.py": "print(1)\n", "b.txt": "b\n"}, "one")
    lab.commit({"b.txt": "b\nc\n"}, "two")
    git = lab.path / ".git"
    for name in (*_TRAPS, *(f"hooks/{hook}" for hook in _HOOKS)):
        trap = git / name
        trap.parent.mkdir(exist_ok=True)
        trap.write_text(_TRAP.format(marks=marks))
        trap.chmod(0o755)
    sha = _signed(lab)
    for name, keys in _TRAPS.items():
        for key in keys:
            lab.git("config", key, str(git / name))
    lab.git("config", "core.hooksPath", str(git / "hooks"))
    lab.git("config", "log.showSignature", "true")
    lab.git("config", "alias.ls-tree", f"!{git}/editor")
    lab.git("config", "remote.origin.promisor", "true")
    lab.git("config", "remote.origin.url", f"ext::sh -c {git}/ssh")
    attributes = "*.py filter=f diff=d\n*.txt filter=f diff=e\n"
    (lab.path / ".gitattributes").write_text(attributes)
    (git / "info").mkdir(exist_ok=True)
    (git / "info" / "attributes").write_text(attributes)
    os.utime(lab.path / "a.py")
    for mark in marks.iterdir():
        mark.unlink()
    return lab, marks, sha


def _signed(lab: Lab) -> str:
    tree, parent = lab.git("rev-parse", "HEAD^{tree}"), lab.git("rev-parse", "HEAD")
    text = (
        f"tree {tree}\nparent {parent}\nauthor n <a@b> 1700000000 +0000\n"
        "committer n <a@b> 1700000000 +0000\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n"
        " -----END PGP SIGNATURE-----\n\nsigned\n"
    )
    sha = lab.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=text.encode())
    lab.git("update-ref", "refs/heads/main", sha)
    return sha


def _ask_everything(repo: GitRepos, sha: str) -> None:
    repo.components()
    repo.steps()
    repo.ledgers()
    for place in repo.files("**"):
        repo.read(place)
    for given in (sha, sha[:8], "f" * 40, "deadbeef"):
        repo.commit(given)
        repo.text_at(given, "a.py")
        repo.code_at(given, "/app/b.txt", 1, "c")
    repo.changes(("**",), 50)


def test_nothing_of_the_repository_is_executed(
    trapped: tuple[Lab, Path, str], opened: Open
) -> None:
    lab, marks, sha = trapped
    lab.git("config", "--unset", "core.fsmonitor")
    lab.git("status")
    assert list(marks.iterdir()), "the traps must work on plain git, or this shows nothing"
    for mark in marks.iterdir():
        mark.unlink()
    lab.git("config", "core.fsmonitor", str(lab.path / ".git" / "fsmonitor"))
    for path in (lab.path, lab.path / ".git"):
        repo = opened(path)
        _ask_everything(repo, sha)
        assert repo.commit(sha).resolution is Resolution.RESOLVED
    assert [mark.name for mark in marks.iterdir()] == []


def test_the_environment_of_the_caller_does_not_reach_git(
    lab: Lab, tmp_path: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha = lab.commit({"a.py": "x"})
    for name, value in {
        "GIT_DIR": "/nonexistent",
        "GIT_WORK_TREE": "/",
        "GIT_OBJECT_DIRECTORY": "/nonexistent",
        "GIT_TRACE": str(tmp_path / "trace"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.bare",
        "GIT_CONFIG_VALUE_0": "rubbish",
    }.items():
        monkeypatch.setenv(name, value)
    repo = opened(lab.path)
    assert repo.commit(sha).resolution is Resolution.RESOLVED
    assert not (tmp_path / "trace").exists()


def test_git_is_never_taken_from_the_scanned_directory(
    lab: Lab, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    from agentaudit.sources.git import process

    sha = lab.commit({"git": "#!/bin/sh\ntouch pwned\n"})
    (lab.path / "git").chmod(0o755)
    monkeypatch.chdir(lab.path)
    monkeypatch.setenv("PATH", f".:{os.environ['PATH']}")
    process._git.cache_clear()
    assert opened(".").commit(sha).resolution is Resolution.RESOLVED
    process._git.cache_clear()


def test_names_of_refs_are_never_options_nor_ids(lab: Lab, opened: Open) -> None:
    first = lab.commit({"a.py": "1"})
    second = lab.commit({"a.py": "2"})
    lab.git("update-ref", "refs/heads/--output=x", second)
    lab.git("update-ref", f"refs/heads/{second[:7]}", first)
    lab.git("update-ref", "refs/heads/abcdef0", first)
    lab.git("update-ref", "refs/tags/caf\u00e9", second)
    repo = opened(lab.path)
    found = repo.commit(second[:7]).content
    assert isinstance(found, Commit)
    assert found.sha == second
    assert found.refs[0] == "--output=x"
    assert repo.commit("abcdef0").resolution is Resolution.BROKEN
    assert not (lab.path / "x").exists()


def test_replaced_and_grafted_history_is_not_believed(lab: Lab, opened: Open) -> None:
    first = lab.commit({"a.py": "old"}, "first")
    second = lab.commit({"a.py": "new"}, "second")
    lab.git("replace", first, second)
    (lab.path / ".git" / "info" / "grafts").write_text(f"{second}\n")
    repo = opened(lab.path)
    found = repo.commit(first).content
    assert isinstance(found, Commit)
    assert (found.subject, found.reachable) == ("first", True)
    assert getattr(repo.text_at(first, "a.py").content, "text", "") == "old"


def test_an_object_that_is_not_what_its_id_says_is_not_believed(lab: Lab, opened: Open) -> None:
    first = lab.commit({"a.py": "old"}, "first")
    second = lab.commit({"a.py": "new"}, "second")
    objects = lab.path / ".git" / "objects"
    forged = objects / first[:2] / first[2:]
    forged.chmod(0o644)
    forged.write_bytes((objects / second[:2] / second[2:]).read_bytes())
    target = opened(lab.path).commit(first)
    assert target.resolution is Resolution.NOT_LOOKED


def test_links_and_odd_paths_stay_inside(lab: Lab, tmp_path: Path, opened: Open) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    deep = "/".join(["d"] * 100) + "/deep.py"
    lab.commit({"real.txt": "r", deep: "x = 1\n", "dir/in.txt": "in"})
    raw = os.fsencode(lab.path) + b"/bad\xff\x1b[31m.py"
    with open(raw, "wb") as file:
        file.write(b"y = 2\n")
    (lab.path / "leak.txt").symlink_to(tmp_path / "secret.txt")
    sha = lab.commit({})
    (lab.path / "dir" / "in.txt").unlink()
    (lab.path / "dir").rmdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "in.txt").write_text("secret")
    (lab.path / "dir").symlink_to(tmp_path / "outside")
    repo = opened(lab.path)
    texts = {place.path: repo.read(place) for place in repo.files("**")}
    assert "secret" not in texts.values()
    assert texts[deep] == "x = 1\n"
    assert texts["bad\udcff\x1b[31m.py"] == "y = 2\n"
    assert "leak.txt" not in texts
    assert repo.text_at(sha, deep).resolution is Resolution.RESOLVED
    assert repo.text_at(sha, "leak.txt").resolution is Resolution.BROKEN


def test_a_pipe_in_place_of_a_file_does_not_hang(lab: Lab, opened: Open) -> None:
    lab.commit({"pyproject.toml": "[project]\nname='a'", "a.py": "x"})
    for name in ("pyproject.toml", ".git/packed-refs", ".git/shallow"):
        (lab.path / name).unlink(missing_ok=True)
        os.mkfifo(lab.path / name)
    repo = opened(lab.path)
    assert [place.path for place in repo.files("**")] == ["a.py"]


def test_a_hostile_index_cannot_name_paths_outside(lab: Lab, opened: Open) -> None:
    lab.commit({"aaaaaaaaaaaa": "x", "b.py": "y"})
    index = lab.path / ".git" / "index"
    index.write_bytes(index.read_bytes().replace(b"aaaaaaaaaaaa", b"../../secret"))
    repo = opened(lab.path)
    assert all(".." not in place.path for place in repo.files("**"))


def test_an_embedded_bare_repository_is_only_files(
    trapped: tuple[Lab, Path, str], tmp_path: Path, opened: Open
) -> None:
    lab, marks, _ = trapped
    outer = Lab(tmp_path / "outer")
    bare = outer.path / "inner"
    lab.git("-c", "core.fsmonitor=false", "clone", "-q", "--bare", "--no-local", ".", str(bare))
    (bare / "config").write_bytes((lab.path / ".git" / "config").read_bytes())
    for mark in marks.iterdir():
        mark.unlink()
    outer.write({"a.py": "x"})
    outer.git("add", "-f", "a.py", "inner/HEAD", "inner/config")
    outer.git("commit", "-q", "-m", "x")
    sha = outer.git("rev-parse", "HEAD")
    for path in (outer.path, outer.path / "inner"):
        _ask_everything(opened(path), sha)
    assert list(marks.iterdir()) == []


def test_a_bundle_with_hostile_ref_names(lab: Lab, tmp_path: Path, opened: Open) -> None:
    sha = lab.commit({"a.py": "x"})
    lab.git("bundle", "create", "-q", "../x.bundle", "--all")
    data = (tmp_path / "x.bundle").read_bytes()
    head, _, pack = data.partition(b"\n\n")
    evil = "".join(f"{sha} {name}\n" for name in ("refs/../../x", "refs/replace/" + sha, "--exec"))
    (tmp_path / "x.bundle").write_bytes(head + b"\n" + evil.encode() + b"\n" + pack)
    repo = opened(tmp_path / "x.bundle")
    found = repo.commit(sha).content
    assert isinstance(found, Commit)
    assert found.refs == ("main",)
    assert not (tmp_path / "x").exists()


def test_hostile_messages_are_cleaned(lab: Lab, opened: Open) -> None:
    sha = lab.commit({"a.md": "x"}, "Ring \x1b[2J \u202e sk-ant-REDACTED")
    repo = opened(lab.path)
    found = repo.commit(sha).content
    changes = repo.changes(("*.md",), 1)
    assert isinstance(found, Commit)
    assert changes is not None
    for text in (found.subject, changes[0].subject, repo.commit(sha).detail):
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "sk-ant-abcdef" not in text


def test_many_refs(lab: Lab, opened: Open) -> None:
    sha = lab.commit({"a.py": "x"})
    git = lab.path / ".git"
    lines = "".join(f"{sha} refs/tags/t{number:06d}\n" for number in range(100_000))
    (git / "packed-refs").write_text(lines)
    found = opened(lab.path).commit(sha).content
    assert isinstance(found, Commit)
    assert len(found.refs) == 3


@pytest.mark.parametrize("name", ["pyproject.toml", "compose.yaml", "package.json", "uv.lock"])
def test_a_file_that_cannot_be_understood_costs_itself_only(
    lab: Lab, opened: Open, name: str
) -> None:
    lab.commit(
        {"requirements.txt": "openai\n", "setup.cfg": "[metadata]\nname = a\n", name: "[" * 60_000}
    )
    repo = opened(lab.path)
    (component,) = repo.components()
    assert component.declares["model"]
    assert name in [unread.place for unread in repo.ledgers()[0].unread_places]


@pytest.mark.parametrize("trigger", ["5", "2026-01-01", "[[a], 7]", "{1: 2}", "false"])
def test_a_workflow_that_is_started_by_nonsense(lab: Lab, opened: Open, trigger: str) -> None:
    step = "jobs:\n  a:\n    steps:\n      - run: docker build .\n"
    lab.commit({"app.py": "x = 1\n", ".github/workflows/a.yml": f"on: {trigger}\n{step}"})
    assert [found.text for found in opened(lab.path).steps()] == ["docker build ."]


def test_what_git_cannot_list_is_not_taken_for_untracked(lab: Lab, opened: Open) -> None:
    lab.commit({"requirements.txt": "openai\n", "uv.lock": "version = 1\n"})
    shutil.rmtree(lab.path / ".git" / "objects")
    (lab.path / ".git" / "objects").mkdir()
    with pytest.raises(SourceError, match="its files cannot be listed") as raised:
        opened(lab.path)
    assert "git fsck" in (raised.value.hint or "")


def test_a_head_that_names_nothing_is_told(lab: Lab, opened: Open) -> None:
    lab.commit({"a.py": "x"})
    (lab.path / ".git" / "HEAD").write_bytes(b"\x93\xf8" * 200)
    (ledger,) = opened(lab.path).ledgers()
    assert any("HEAD names no commit" in note for note in ledger.notes)


def test_comments_that_nothing_closes_cost_time_in_proportion() -> None:
    started = time.thread_time()
    assert without_comments("a<!--\n-->b" + "<!--" * 100_000).startswith("a\nb")
    assert time.thread_time() - started < 2
