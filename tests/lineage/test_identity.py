"""Whether an image holds the code of a commit: planted edits are found exactly."""

from __future__ import annotations

import gc
import hashlib
import time
from collections.abc import Mapping

import pytest

from agentaudit.image import BuildPlan, CommitTree, ContentVerdict, FileMap, Verdict
from agentaudit.lineage.identity import compare
from agentaudit.sources.git.stages import plans
from agentaudit.sources.images.extract import extract

SITE = "usr/lib/python3.11/site-packages"
APP = {
    "app/main.py": "import agent\n",
    "app/agent.py": "def plan(): ...\n",
    "app/prompts/plan.md": "You plan.\n",
    "app/__init__.py": "",
}
PACKAGE = {
    "src/pkg/__init__.py": '"""A package."""\n',
    "src/pkg/core.py": "X = 1\n",
    "src/pkg/more.py": "Y = 2\n",
    "src/pkg/data.json": "{}\n",
}
REST = {
    "README.md": "# Planner\n",
    "pyproject.toml": "[project]\n",
    "tests/test_agent.py": "def test_plan(): ...\n",
    "Dockerfile": "FROM debian:12\nCOPY app /srv/app\n",
}
REPO = {**APP, **PACKAGE, **REST}
GOOD = {
    **{f"srv/{path}": text for path, text in APP.items()},
    **{path.replace("src", SITE, 1): text for path, text in PACKAGE.items() if path[-3:] == ".py"},
    "usr/bin/python3": "elf",
    f"{SITE}/other/core.py": "another project\n",
}


def tree(
    files: Mapping[str, str] = REPO,
    *,
    build: str | None = REST["Dockerfile"],
    ignored: frozenset[str] = frozenset(),
) -> CommitTree:
    blobs = {path: blob(text.encode()) for path, text in files.items()}
    stages = () if build is None else plans("Dockerfile", build)
    return CommitTree("c" * 40, "git:.", blobs, stages, ignored)


def blob(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0%b" % (len(data), data)).hexdigest()


def judged(files: Mapping[str, str | None], of: CommitTree | None = None) -> ContentVerdict:
    """The verdict on an image that holds what it should, but for `files`; None deletes one."""
    held = {path: text for path, text in {**GOOD, **files}.items() if text is not None}
    return compare(of or tree(), extract(FileMap.of({p: t.encode() for p, t in held.items()})))


def test_an_untouched_image_is_the_commit() -> None:
    found = judged({})
    assert found.verdict is Verdict.SAME
    assert set(found.roots) == {("", "srv"), ("src", SITE)}
    assert set(found.same) == {*APP, *(p for p in PACKAGE if p.endswith(".py"))}
    assert set(found.ignored) == {*REST, "src/pkg/data.json"}
    assert (found.modified, found.absent, found.extra) == ((), (), ())


@pytest.mark.parametrize(
    ("edit", "modified", "absent", "extra"),
    [
        ({"srv/app/main.py": "x\n"}, ("app/main.py",), (), ()),
        ({"srv/app/prompts/plan.md": "You lie.\n"}, ("app/prompts/plan.md",), (), ()),
        ({"srv/app/agent.py": None}, (), ("app/agent.py",), ()),
        ({"srv/app/hotfix.py": "x\n"}, (), (), ("srv/app/hotfix.py",)),
        ({f"{SITE}/pkg/core.py": "X = 2\n"}, ("src/pkg/core.py",), (), ()),
        ({f"{SITE}/pkg/more.py": None}, (), ("src/pkg/more.py",), ()),
        ({f"{SITE}/pkg/patch.py": "x\n"}, (), (), (f"{SITE}/pkg/patch.py",)),
        (
            {"srv/app/main.py": "x\n", "srv/app/agent.py": None, "srv/app/hotfix.py": "y\n"},
            ("app/main.py",),
            ("app/agent.py",),
            ("srv/app/hotfix.py",),
        ),
    ],
)
def test_planted_edits_are_found_exactly(
    edit: dict[str, str | None],
    modified: tuple[str, ...],
    absent: tuple[str, ...],
    extra: tuple[str, ...],
) -> None:
    found = judged(edit)
    assert found.verdict is Verdict.DIFFERENT
    assert (found.modified, found.absent, found.extra) == (modified, absent, extra)
    for path in (*modified, *absent, *extra):
        assert path in found.detail


@pytest.mark.parametrize(
    "path",
    [
        "etc/cron.d/x.py",
        f"{SITE}/other/new.py",
        "srv/app/__pycache__/main.cpython-311.pyc",
        "srv/app/cache.bin",
        "opt/elsewhere/tool.py",
    ],
)
def test_files_that_are_nobodys_code_are_no_difference(path: str) -> None:
    assert judged({path: "x"}).verdict is Verdict.SAME


@pytest.mark.parametrize(
    "path", ["srv/app/dist/bundle.js", "srv/app/main.pyc", "srv/app/app.pyz", "srv/app/_version.py"]
)
def test_what_a_build_writes_proves_nothing_either_way(path: str) -> None:
    found = judged({path: "x"})
    assert found.verdict is Verdict.UNVERIFIABLE
    assert path in found.detail


def test_files_that_are_kept_out_of_the_build_are_listed_apart() -> None:
    build = "FROM debian:12\nCOPY . /srv\n"
    kept_out = frozenset({*REST, *PACKAGE})
    found = judged({}, tree(build=build, ignored=kept_out))
    assert found.verdict is Verdict.SAME
    assert set(REST) <= set(found.ignored)
    strict = judged({}, tree(build=build))
    assert strict.verdict is Verdict.DIFFERENT
    assert "README.md" in strict.absent


def test_a_copy_of_an_earlier_stage_may_hold_fewer_files() -> None:
    build = "FROM debian AS build\nCOPY . /src\nFROM debian\nCOPY --from=build /src/app /srv/app\n"
    assert judged({}, tree(build=build)).verdict is Verdict.SAME
    found = judged({"srv/app/agent.py": None}, tree(build=build))
    assert found.verdict is Verdict.UNVERIFIABLE
    assert "app/agent.py" in found.detail


def test_without_a_build_file_a_missing_file_beside_others_is_a_doubt_at_least() -> None:
    assert judged({}, tree(build=None)).verdict is Verdict.SAME
    few = judged({"srv/app/agent.py": None, "srv/app/__init__.py": None}, tree(build=None))
    assert few.verdict is Verdict.UNVERIFIABLE
    one = judged({"srv/app/__init__.py": None}, tree(build=None))
    assert (one.verdict, one.absent) == (Verdict.DIFFERENT, ("app/__init__.py",))


def test_nothing_in_common_is_unverifiable() -> None:
    found = compare(tree(), extract(FileMap.of({"srv/app.whl": b"zip", "usr/bin/x": b"1"})))
    assert found.verdict is Verdict.UNVERIFIABLE
    assert compare(tree({}), extract(FileMap({}))).verdict is Verdict.UNVERIFIABLE


def test_names_lead_to_code_of_which_no_byte_is_the_same() -> None:
    old = {path: f"# old\n{text}" for path, text in APP.items()}
    files = {f"srv/{path}": text.encode() for path, text in old.items()}
    found = compare(tree(), extract(FileMap.of(files)))
    assert found.verdict is Verdict.DIFFERENT
    assert set(found.modified) == set(APP)


def test_a_repository_that_names_files_by_sha256_is_unverifiable() -> None:
    made = CommitTree("c" * 64, "git:.", {"app/main.py": "a" * 64})
    assert judged({}, made).verdict is Verdict.UNVERIFIABLE


def test_how_a_checkout_writes_a_file_can_be_pardoned() -> None:
    held = {**GOOD, "srv/app/main.py": "import agent\r\n"}
    contents = extract(FileMap.of({p: t.encode() for p, t in held.items()}))
    asked: list[tuple[str, str]] = []

    def pardon(path: str, other: str) -> bool | None:
        asked.append((path, other))
        return True

    assert compare(tree(), contents, pardon).verdict is Verdict.SAME
    assert asked == [("app/main.py", blob(b"import agent\r\n"))]
    found = compare(tree(), contents, lambda path, other: None)
    assert found.verdict is Verdict.UNVERIFIABLE
    assert "Git LFS" in found.detail


def test_two_copies_must_both_be_right() -> None:
    """The build directory is as it was; what is imported was patched."""
    build = {path.replace("src", "build", 1): text for path, text in PACKAGE.items()}
    found = judged({**build, f"{SITE}/pkg/core.py": "X = 3\n"})
    assert found.modified == ("src/pkg/core.py",)


def test_a_vendored_copy_says_nothing_of_what_is_installed() -> None:
    vendored = {f"vendor/other/{n}.py": f"N = {n}\n" for n in range(5)}
    installed = {f"{SITE}/other/{n}.py": f"N = {n}\n" for n in range(1, 5)}
    found = judged({**installed, f"{SITE}/other/0.py": "N = 99\n"}, tree({**REPO, **vendored}))
    assert found.verdict is Verdict.SAME


@pytest.mark.parametrize(
    "copies", [("app/*.py", "app/prompts"), ("./app/",), ("app/main.py", "app")]
)
def test_sources_of_copy_are_understood(copies: tuple[str, ...]) -> None:
    text = "FROM debian\n" + "".join(f"COPY {each} /srv/app/\n" for each in copies)
    assert judged({}, tree(build=text)).verdict is Verdict.SAME
    gone = judged({"srv/app/agent.py": None}, tree(build=text))
    assert gone.absent == ("app/agent.py",)


def test_stages() -> None:
    text = (
        "FROM a AS base\nCOPY lock /x\nFROM base AS build\nCOPY . /src\n"
        "FROM base AS final\nCOPY app /app\nCOPY --from=build /src/y /y\nFROM other\n"
    )
    found = {(plan.copies, plan.earlier) for plan in plans("Dockerfile", text)}
    assert found == {
        (("lock",), ()),
        ((".", "lock"), ()),
        (("app", "lock"), ("lock", ".")),
        ((), ()),
    }
    assert plans("x", "not a build file") == ()
    assert isinstance(plans("x", "FROM a\nCOPY --from=7 b c\n")[0], BuildPlan)


def test_code_of_which_every_byte_was_changed_is_seen_beside_code_that_is_as_it_was() -> None:
    changed: dict[str, str | None] = {p: f"# new\n{t}" for p, t in GOOD.items() if p[:4] == "srv/"}
    assert set(judged(changed).modified) == set(APP)
    package: dict[str, str | None] = {p: f"# new\n{t}" for p, t in GOOD.items() if "/pkg/" in p}
    assert set(judged(package).modified) == {p for p in PACKAGE if p.endswith(".py")}
    one = {"main.py": "print(1)\n", **PACKAGE}
    found = judged({p: None for p in GOOD if p[:4] == "srv/"} | {"srv/main.py": "x\n"}, tree(one))
    assert found.modified == ("main.py",)


def test_large_trees_are_compared_in_reasonable_time() -> None:
    repo = {f"app/{n % 50}/m{n}.py": f"N = {n}\n" for n in range(5_000)}
    held = {f"srv/{path}": text.encode() for path, text in repo.items()}
    held |= {f"{SITE}/lib/{n}.py": b"%d" % n for n in range(25_000)}
    contents = extract(FileMap.of(held))
    gc.collect()
    gc.disable()  # what thousands of tests before it left is not looked through here
    try:
        began = time.process_time()
        found = compare(tree(repo, build="FROM x\nCOPY app /srv/app\n"), contents)
        spent = time.process_time() - began
    finally:
        gc.enable()
    assert found.verdict is Verdict.SAME
    assert spent < 3
