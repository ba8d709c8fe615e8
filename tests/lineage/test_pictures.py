"""Images joined with repositories: claims, proofs, and what is worked on once."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from agentaudit import testing
from agentaudit.image import ContentVerdict, Image
from agentaudit.lineage.pictures import Pictures, claims
from agentaudit.lineage.subjects import Named, subject
from agentaudit.response import Resolution, Target
from agentaudit.sources.git import MemoryCommit, MemoryRepo
from agentaudit.sources.images.memory import MemoryImages

OLD, NEW = "a" * 20 + "b" * 20, "c" * 20 + "d" * 20
LABEL = "org.opencontainers.image.revision"
DOCKERFILE = {"Dockerfile": "FROM debian:12\nCOPY app /srv/app\n"}
BEFORE = {"app/main.py": "print(1)\n", "app/agent.py": "A = 1\n", **DOCKERFILE}
AFTER = {**BEFORE, "app/agent.py": "A = 2\n"}
REPO = MemoryRepo(AFTER, [MemoryCommit(BEFORE, sha=OLD), MemoryCommit(AFTER, sha=NEW)])


def image(files: dict[str, str], **given: Any) -> Image:
    copied = {f"srv/{p}": text for p, text in files.items() if p.startswith("app/")}
    return testing.image({"files": copied, **given})


def opened(made: Image, *commits: str, repo: MemoryRepo | None = REPO) -> Any:
    pictures = Pictures(MemoryImages([made]), repo)
    return subject(pictures, Named("x", ("planner",), commits), pictures.open(made.manifest))


def test_an_image_built_from_another_commit_than_its_label_says_is_caught() -> None:
    found = opened(image(BEFORE, labels={LABEL: NEW}))
    assert (found.code.resolution, found.code.reason) == (Resolution.BROKEN, "different")
    assert "changed: app/agent.py" in found.code.detail
    assert f"nearest to commit {OLD[:12]}" in found.code.detail
    verdict = found.code.content
    assert isinstance(verdict, ContentVerdict)
    assert (verdict.commit, verdict.nearest) == (NEW, OLD)
    assert [e.location.path for e in found.code.evidence] == ["app/agent.py"]


def test_an_untouched_image_is_verified() -> None:
    found = opened(image(AFTER, labels={LABEL: NEW[:12].upper()}))
    assert found.code.resolution is Resolution.VERIFIED
    assert f"named by label {LABEL}" in found.code.detail


def test_every_claim_must_hold() -> None:
    """Provenance says one commit, the label another: the files can be those of one only."""
    predicate = {
        "buildDefinition": {
            "externalParameters": {
                "configSource": {"uri": "https://g.example/a", "digest": {"sha1": OLD}}
            }
        }
    }
    stated = [{"predicateType": "https://slsa.dev/provenance/v1", "predicate": predicate}]
    made = image(AFTER, labels={LABEL: NEW}, attestations=stated)
    assert [c.said_by for c in claims(made)] == ["its builder's provenance", f"label {LABEL}"]
    found = opened(made)
    assert found.code.resolution is Resolution.BROKEN
    assert "its builder's provenance" in found.code.detail
    other = [{**stated[0], "subject": "sha256:" + "1" * 64}]
    about_another = image(AFTER, labels={LABEL: NEW}, attestations=other)
    assert [c.commit for c in claims(about_another)] == [NEW]


def test_responses_say_the_commit_only_where_the_image_does_not() -> None:
    assert claims(image(AFTER), (OLD, NEW)) != ()
    assert [c.commit for c in claims(image(AFTER, labels={LABEL: NEW}), (OLD,))] == [NEW]
    assert opened(image(AFTER), NEW).code.resolution is Resolution.VERIFIED
    assert opened(image(AFTER), OLD).code.resolution is Resolution.BROKEN
    assert opened(image(AFTER), OLD, NEW).code.resolution is Resolution.VERIFIED
    nobody = opened(image(AFTER))
    assert (nobody.code.resolution, nobody.code.needs) == (Resolution.NOT_LOOKED, "git.commit")


@pytest.mark.parametrize("text", ["unknown", "main", "", "-rf", "g" * 40, "abc"])
def test_a_label_that_is_no_commit_is_no_claim(text: str) -> None:
    assert claims(image(AFTER, labels={LABEL: text})) == ()


def test_what_cannot_be_looked_at_is_said_plainly() -> None:
    unread = opened(image(AFTER, labels={LABEL: NEW}, unread="not examined: larger than 1 byte"))
    assert (unread.code.reason, unread.packages.reason) == ("not_examined", "not_examined")
    assert unread.code.detail.startswith("its layers were not examined: larger than 1 byte")
    alone = opened(image(AFTER, labels={LABEL: NEW}), repo=None)
    assert (alone.code.resolution, alone.code.reason) == (Resolution.NOT_LOOKED, "not_configured")
    elsewhere = opened(image(AFTER, labels={LABEL: "e" * 40}))
    assert (elsewhere.code.resolution, elsewhere.code.reason) == (Resolution.BROKEN, "broken")
    assert Pictures(None, REPO).open("sha256:1").reason == "not_configured"


def test_windows_line_ends_are_the_commits_text() -> None:
    crlf = {p: t.replace("\n", "\r\n") for p, t in AFTER.items()}
    assert opened(image(crlf, labels={LABEL: NEW})).code.resolution is Resolution.VERIFIED


def test_files_in_git_lfs_cannot_be_compared() -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "1" * 64 + "\nsize 9\n"
    kept = MemoryRepo({}, [MemoryCommit({**AFTER, "app/data.json": pointer}, sha=NEW)])
    made = image({**AFTER, "app/data.json": "{}"}, labels={LABEL: NEW})
    assert opened(made, repo=kept).code.reason == "unverifiable"


class Counting(MemoryImages):
    """Counts what it is asked."""

    asked = 0

    def image(self, digest: str) -> Target:
        self.asked += 1
        return super().image(digest)


def test_equal_questions_are_worked_on_once() -> None:
    made = image(AFTER, labels={LABEL: NEW})
    source = Counting([made])
    pictures = Pictures(source, REPO)
    first = pictures.open(made.manifest)
    assert pictures.open(made.manifest) is first
    assert source.asked == 1
    assert pictures.code(made, NEW) is pictures.code(made, NEW)
    assert pictures.packages(made, NEW) is pictures.packages(made, NEW)


def test_the_detail_of_an_image_counts_its_packages() -> None:
    made = testing.image({"python": {"a": "1"}, "deb": {"libc6": "2"}})
    found = Pictures(MemoryImages([made]), REPO).open(made.manifest)
    assert "Debian GNU/Linux 12 (bookworm), 1 deb, 1 python packages" in found.detail


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("usr/local/bin/start", {"entrypoint": ["start"]}),
        ("opt/x y/start.py", {"entrypoint": ["python3", "/opt/x y/start.py"]}),
        ("var/hot.sh", {"command": ["sh", "-c", "exec '/var/hot.sh';"]}),
        ("var/hot/agent.py", {"workdir": "/var/hot"}),
        ("var/hot/agent.py", {"env": {"PYTHONPATH": "/srv/app:/var/hot"}}),
        ("var/hot/agent.js", {"env": {"NODE_PATH": "/var/hot"}}),
    ],
)
def test_what_is_started_is_found_however_it_is_named(path: str, said: dict[str, Any]) -> None:
    made = image(AFTER, labels={LABEL: NEW})
    assert opened(made).code.resolution is Resolution.VERIFIED
    layers = [{p: AFTER[p.removeprefix("srv/")] for p in ("srv/app/main.py", "srv/app/agent.py")}]
    hot = testing.image({"layers": [{}, *layers, {path: "hot()\n"}], "labels": {LABEL: NEW}})
    started = replace(hot, settings=replace(hot.settings, **said))
    found = opened(started).code
    assert (found.reason, path in found.detail) == ("unverifiable", True)
