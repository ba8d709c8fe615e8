"""Every form that a repository can come in, and what each of them cannot answer."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from agentaudit.errors import SourceError
from agentaudit.response import CodePlace, Commit, PromptText, Resolution
from agentaudit.sources.git import GitRepos, MemoryCommit, MemoryRepo, open_repos

from .conftest import Lab

Open = Callable[..., GitRepos]
NOWHERE = "f" * 40


def _paths(repo: GitRepos) -> list[str]:
    return [place.path for place in repo.files("**")]


def _snapshot(root: Path) -> dict[str, tuple[int, int, bytes]]:
    return {
        str(path.relative_to(root)): (
            path.lstat().st_mode,
            path.lstat().st_mtime_ns,
            path.read_bytes(),
        )
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def test_part_of_a_repository(lab: Lab, opened: Open) -> None:
    sha = lab.commit(
        {
            "other/package.json": '{"name": "other", "dependencies": {"openai": "1"}}',
            "apps/invoice/pyproject.toml": '[project]\nname = "invoice"\ndependencies = []\n',
            "apps/invoice/prompts/a.md": "hello",
            "prompts/a.md": "not this one",
        }
    )
    repo = opened(lab.path / "apps" / "invoice", under=lab.path / "apps" / "invoice")
    assert repo.name == "git:."
    assert _paths(repo) == ["prompts/a.md", "pyproject.toml"]
    assert [component.name for component in repo.components()] == ["invoice"]
    assert repo.commit(sha).resolution is Resolution.RESOLVED
    prompt = repo.text_at(sha, "prompts/a.md").content
    assert isinstance(prompt, PromptText)
    assert (prompt.path, prompt.text) == ("apps/invoice/prompts/a.md", "hello")
    changes = repo.changes(("prompts/*",), 5)
    assert changes is not None
    assert [change.paths for change in changes] == [("prompts/a.md",)]


def test_changes_of_every_branch_count_whatever_a_merge_made_of_them(
    lab: Lab, opened: Open
) -> None:
    lab.commit({"prompts/a.md": "one"}, "first")
    lab.git("checkout", "-q", "-b", "side")
    lab.commit({"prompts/a.md": "two"}, "on the side")
    lab.git("checkout", "-q", "-")
    lab.commit({"prompts/a.md": "two", "b.py": ""}, "the same on the main line")
    lab.git("merge", "-q", "--no-ff", "-m", "merged", "side")
    changes = opened(lab.path).changes(("prompts/**",), 9)
    assert changes is not None
    subjects = sorted(change.subject for change in changes)
    assert subjects == ["first", "on the side", "the same on the main line"]


def test_changes_of_files_with_odd_names_are_told(lab: Lab, opened: Open) -> None:
    first = lab.commit({"a.py": ""}, "no prompt")
    names = (f"prompts/{first}", "\nprompts/line.md", "prompts/\n", "prompts/ä.md")
    lab.commit(dict.fromkeys(names, "x"), "odd")
    changes = opened(lab.path).changes(("**prompts/*",), 9)
    assert changes is not None
    assert [set(change.paths) for change in changes] == [set(names)]


def test_only_what_git_tracks_is_listed_as_it_is_on_disk(lab: Lab, opened: Open) -> None:
    lab.commit({"kept.py": "old", "gone.py": "x"})
    lab.write({"kept.py": "new", "uv.lock": "never added"})
    (lab.path / "gone.py").unlink()
    lab.write({"staged.py": "s"})
    lab.git("add", "staged.py")
    repo = opened(lab.path)
    assert _paths(repo) == ["kept.py"]
    assert repo.read(next(repo.files("kept.py"))) == "new"
    assert "1 tracked files are not on disk" in repo.ledgers()[0].notes


def test_a_repository_without_commits_shows_its_files_but_no_lock(lab: Lab, opened: Open) -> None:
    lab.write({"pyproject.toml": '[project]\nname = "a"\ndependencies = []', "uv.lock": "x"})
    repo = opened(lab.path)
    assert _paths(repo) == ["pyproject.toml"]
    assert repo.components()[0].locks == ()
    assert repo.commit(NOWHERE).resolution is Resolution.BROKEN
    assert repo.changes(("**",), 3) == ()


def test_a_build_file_may_be_a_link_to_another_of_the_tree(lab: Lab, opened: Open) -> None:
    asked = {f"{home}/compose.yaml": "services: {x: {build: .}}\n" for home in ("a", "b", "c")}
    needs = {f"{home}/requirements.txt": "openai==1.0\n" for home in ("a", "b", "c")}
    lab.write({**asked, **needs, "images/Dockerfile": "FROM python:3.12\nCOPY . .\n"})
    links = {"a": "../images/Dockerfile", "b": "../../outside/Dockerfile", "c": "Dockerfile"}
    for home, target in links.items():
        (lab.path / home / "Dockerfile").symlink_to(target)
    (lab.path / "a" / "main.py").symlink_to("requirements.txt")
    lab.commit({"../outside/Dockerfile": "FROM secret\n"})
    lab.git("bundle", "create", "-q", "../links.bundle", "--all")
    for repo in (opened(lab.path), opened(lab.path.parent / "links.bundle")):
        found = {component.path: component for component in repo.components()}
        bases = {
            path: [base.reference for file in each.build_files for base in file.bases]
            for path, each in found.items()
        }
        assert bases == {"a": ["python:3.12"], "b": [], "c": []}
        assert [path for path, each in found.items() if each.unbuilt] == ["b", "c"]
        assert "a/main.py" not in _paths(repo)


def test_a_plain_directory_says_what_it_cannot_answer(tmp_path: Path, opened: Open) -> None:
    root = tmp_path / "plain"
    for name in ("app/main.py", "node_modules/x/index.js", ".venv/lib/a.py", "__pycache__/a.pyc"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x = 1")
    (root / "out").symlink_to("/etc")
    (root / "passwd").symlink_to("/etc/passwd")
    os.mkfifo(root / "pipe")
    repo = opened(root)
    assert _paths(repo) == ["app/main.py"]
    assert [component.path for component in repo.components()] == ["."]
    for target in (
        repo.commit(NOWHERE),
        repo.text_at(NOWHERE, "app/main.py"),
        repo.code_at(NOWHERE, "app/main.py", 1, ""),
    ):
        assert (target.resolution, target.reason) == (Resolution.NOT_LOOKED, "no_git")
    assert repo.changes(("**",), 3) is None
    assert "plain directory" in repo.ledgers()[0].notes[0]


def test_an_empty_directory_has_no_components(tmp_path: Path, opened: Open) -> None:
    assert opened(tmp_path).components() == ()


def test_a_shallow_clone_does_not_deny_what_it_never_had(lab: Lab, opened: Open) -> None:
    first = lab.commit({"prompts/a.md": "one"}, "First\n\nbecause it had to start somewhere")
    second = lab.commit({"prompts/a.md": "two"}, "Second")
    url = lab.path.as_uri()
    lab.git("clone", "-q", "--depth", "1", url, "../shallow")
    repo = opened(lab.path.parent / "shallow")
    found = repo.commit(second).content
    assert isinstance(found, Commit)
    assert found.reachable is True
    missing = repo.commit(first)
    assert (missing.resolution, missing.reason) == (Resolution.NOT_LOOKED, "shallow")
    assert "fetch-depth: 0" in missing.detail
    assert repo.changes(("**",), 5) == ()
    assert "shallow" in repo.ledgers()[0].notes[0]


def test_a_partial_clone_does_not_deny_files_it_left_out(lab: Lab, opened: Open) -> None:
    first = lab.commit({"prompts/a.md": "one"})
    lab.commit({"prompts/a.md": "two"})
    lab.git("config", "uploadpack.allowFilter", "true")
    url = lab.path.as_uri()
    lab.git("clone", "-q", "--bare", "--filter=blob:none", url, "../partial.git")
    repo = opened(lab.path.parent / "partial.git")
    assert repo.commit(first).resolution is Resolution.RESOLVED
    for target in (repo.text_at(first, "prompts/a.md"), repo.commit(NOWHERE)):
        assert (target.resolution, target.reason) == (Resolution.NOT_LOOKED, "partial")
    assert repo.read(next(repo.files("prompts/a.md"))) is None
    assert repo.ledgers()[0].unread == 1


def test_sha256_repositories(tmp_path: Path, opened: Open) -> None:
    lab = Lab(tmp_path / "new", "--object-format=sha256")
    sha = lab.commit({"a.py": "def f():\n    pass\n"})
    assert len(sha) == 64
    lab.git("bundle", "create", "-q", "../new.bundle", "--all")
    for repo in (opened(lab.path), opened(tmp_path / "new.bundle")):
        assert repo.commit(sha).resolution is Resolution.RESOLVED
        assert repo.commit(sha[:9]).resolution is Resolution.RESOLVED
        assert repo.commit(sha[:40]).resolution is Resolution.RESOLVED
        assert repo.code_at(sha, "a.py", None, "f").content == CodePlace("a.py", None, "f", sha)


def test_linked_worktrees_and_submodules(lab: Lab, tmp_path: Path, opened: Open) -> None:
    sha = lab.commit({"a.py": "x"})
    lab.git("worktree", "add", "-q", "../linked", "-b", "side")
    outer = Lab(tmp_path / "outer")
    outer.commit({"b.py": "y"})
    outer.git("submodule", "add", "-q", str(lab.path), "inner")
    outer.git("commit", "-q", "-m", "add inner")
    for path in (tmp_path / "linked", outer.path / "inner"):
        assert (path / ".git").is_file()
        repo = opened(path)
        assert _paths(repo) == ["a.py"]
        assert repo.commit(sha).resolution is Resolution.RESOLVED
    repo = opened(outer.path)
    assert _paths(repo) == [".gitmodules", "b.py"]
    assert any("1 submodules are not read" in note for note in repo.ledgers()[0].notes)


def test_a_git_file_that_points_elsewhere_is_not_followed(
    lab: Lab, tmp_path: Path, opened: Open
) -> None:
    sha = lab.commit({"secret.py": "x"})
    for number, pointer in enumerate((f"gitdir: {lab.path}/.git", "gitdir: /", "rubbish", "")):
        root = tmp_path / f"bad{number}"
        root.mkdir()
        (root / ".git").write_text(pointer)
        (root / "a.py").write_text("y")
        repo = opened(root)
        assert repo.commit(sha).reason == "no_git"
        assert _paths(repo) == ["a.py"]
        assert any("history is not read" in note for note in repo.ledgers()[0].notes)


def test_a_worktree_may_not_name_a_repository_that_does_not_know_it(
    lab: Lab, tmp_path: Path, opened: Open
) -> None:
    sha = lab.commit({"secret.py": "x"})
    root = tmp_path / "bad"
    (root / "gd").mkdir(parents=True)
    (root / ".git").write_text("gitdir: gd")
    (root / "gd" / "HEAD").write_text("ref: refs/heads/main")
    (root / "gd" / "commondir").write_text(str(lab.path / ".git"))
    (root / "gd" / "gitdir").write_text(str(root / ".git"))
    assert opened(root).commit(sha).reason == "no_git"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_repository_of_another_user(lab: Lab, opened: Open) -> None:
    sha = lab.commit({"a.py": "x"})
    for path in (lab.path, *lab.path.rglob("*")):
        os.lchown(path, 12345, 12345)
    plain = subprocess.run(
        ["git", "-C", str(lab.path), "log"], capture_output=True, env={"PATH": os.environ["PATH"]}
    )
    assert b"dubious ownership" in plain.stderr
    repo = opened(lab.path)
    assert repo.commit(sha).resolution is Resolution.RESOLVED
    assert _paths(repo) == ["a.py"]


def test_several_repositories_answer_as_one(lab: Lab, tmp_path: Path, opened: Open) -> None:
    one = lab.commit({"a.md": "x"}, "one")
    other_lab = Lab(tmp_path / "other")
    two = other_lab.commit({"b.md": "y"}, "two")
    repo = opened("repo", "other", under=tmp_path)
    assert repo.name == "git:repo, git:other"
    assert {place.repo for place in repo.files("*.md")} == {"git:repo", "git:other"}
    assert [getattr(repo.commit(sha).content, "repo", "") for sha in (one, two)] == [
        "git:repo",
        "git:other",
    ]
    assert repo.commit(NOWHERE).resolution is Resolution.BROKEN
    (tmp_path / "plain").mkdir()
    with_plain = opened("repo", "plain", under=tmp_path)
    assert with_plain.commit(one).resolution is Resolution.RESOLVED
    assert with_plain.commit(NOWHERE).reason == "no_git"


def test_a_commit_on_no_branch_exists_but_is_not_reachable(lab: Lab, opened: Open) -> None:
    lab.commit({"a.py": "1"})
    sha = lab.commit({"a.py": "2"})
    lab.git("reset", "-q", "--hard", "HEAD~1")
    found = opened(lab.path).commit(sha).content
    assert isinstance(found, Commit)
    assert (found.reachable, found.refs) == (False, ())


def test_a_short_id_of_two_commits_is_ambiguous() -> None:
    shas = ["abcdef0" + "1" * 33, "abcdef0" + "2" * 33]
    repo = MemoryRepo({}, [MemoryCommit({}, sha=sha) for sha in shas])
    target = repo.commit("abcdef0")
    assert (target.resolution, target.reason) == (Resolution.NOT_LOOKED, "ambiguous")
    assert repo.commit("abcdef01").resolution is Resolution.RESOLVED


def test_a_short_id_never_means_a_file_or_a_tree(lab: Lab, opened: Open) -> None:
    lab.commit({"a.py": "x"})
    repo = opened(lab.path)
    for name in ("HEAD:a.py", "HEAD^{tree}"):
        assert repo.commit(lab.git("rev-parse", name)).resolution is Resolution.BROKEN
        assert repo.commit(lab.git("rev-parse", name)[:8]).resolution is Resolution.BROKEN


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("missing", "no such"),
        ("text.txt", "neither a directory nor a git bundle"),
        ("broken.bundle", "broken bundle"),
        ("later.bundle", "does not carry"),
        ("https://example.invalid/x.git", "not over the network"),
    ],
)
def test_what_cannot_be_opened_says_where_and_how_to_mend_it(
    lab: Lab, tmp_path: Path, uri: str, said: str
) -> None:
    lab.commit({"a.py": "1"})
    lab.commit({"a.py": "2"})
    lab.git("bundle", "create", "-q", "../whole.bundle", "--all")
    lab.git("bundle", "create", "-q", "../later.bundle", "main~1..main")
    (tmp_path / "text.txt").write_text("hello")
    (tmp_path / "broken.bundle").write_bytes((tmp_path / "whole.bundle").read_bytes()[:-30])
    with pytest.raises(SourceError, match=said) as raised:
        open_repos([uri], tmp_path)
    assert raised.value.where == uri
    assert raised.value.hint


def test_nothing_is_written_and_nothing_is_left(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha = lab.commit({"a.py": "1", "pyproject.toml": "[project]\nname='a'"})
    lab.git("bundle", "create", "-q", "../x.bundle", "--all")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    before = _snapshot(lab.path)
    with open_repos([str(lab.path), str(tmp_path / "x.bundle")], tmp_path) as repo:
        assert len(list(scratch.iterdir())) == 2
        repo.components()
        repo.commit(sha)
        repo.text_at(sha, "a.py")
        repo.changes(("**",), 5)
    assert _snapshot(lab.path) == before
    assert list(scratch.iterdir()) == []
    with pytest.raises(SourceError):
        open_repos([str(lab.path), "missing"], tmp_path)
    assert list(scratch.iterdir()) == []


def test_the_name_of_the_checkout_is_in_no_answer(lab: Lab, tmp_path: Path, opened: Open) -> None:
    lab.commit({"Dockerfile": "FROM python:3.12\n", "main.py": "x"})
    lab.git("clone", "-q", str(lab.path), "../renamed")
    lab.git("remote", "add", "origin", "https://u:p@example.invalid/acme/invoice.git")
    found = [opened(".", under=tmp_path / name).components() for name in ("repo", "renamed")]
    assert found[0][0].name == "invoice"
    assert found[0][0].id == found[1][0].id == "git:.:."


def test_commits_read_as_gitpython_reads_them(lab: Lab, opened: Open) -> None:
    import git

    lab.commit({"a.py": "x"}, "Caf\u00e9 \u2713\n\nbody")
    lab.git("config", "i18n.commitEncoding", "latin-1")
    lab.commit({"a.py": "y"}, "plain subject\nwrapped")
    ours = opened(lab.path)
    with git.Repo(lab.path) as theirs:
        for commit in theirs.iter_commits():
            found = ours.commit(commit.hexsha).content
            assert isinstance(found, Commit)
            assert found.subject == " ".join(str(commit.message).partition("\n\n")[0].split())
            assert found.authored == commit.authored_datetime.isoformat()
            for blob in commit.tree.traverse():
                text = getattr(ours.text_at(commit.hexsha, str(blob.path)).content, "text", None)
                assert text == blob.data_stream.read().decode()


@pytest.mark.parametrize(
    ("path", "unread"),
    [("charts/templates/api/d.yaml", 0), ("k8s/d.yaml", 1)],
)
def test_a_template_of_a_chart_is_no_file_that_cannot_be_read(path: str, unread: int) -> None:
    template = (
        'apiVersion: apps/v1\nkind: Deployment\nspec:\n  {{ include "app" . }}\n'
        "  containers:\n    - image: {{ .Values.image }}\n"
    )
    repo = MemoryRepo({"charts/Chart.yaml": "name: app\n", "pyproject.toml": "", path: template})
    repo.components()
    assert repo.ledgers()[0].unread == unread
