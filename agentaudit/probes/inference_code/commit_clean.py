from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, probe
from agentaudit.response import Commit, Reference, Resolution, Response, Service
from agentaudit.span import Recorded

COMMIT = "3f2a9c71d04b5e8896a1c2d7f0b3e4a5968712cd"
DIGEST = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
FILES = {
    "app/main.py": "import agent\n",
    "app/agent.py": "def plan(): ...\n",
    "Dockerfile": "FROM debian:12\nCOPY app /srv/app\n",
}
COPIED = {"files": {f"srv/{path}": text for path, text in FILES.items() if path[:4] == "app/"}}
STAMPED = {"service.name": "planner", "vcs.ref.head.revision": COMMIT}
STEP = {"name": "chat gpt-4o", "resource": {**STAMPED, "vcs.dirty": False}}
CLEAN = frozenset({"false", "0"})
DIRTY = frozenset({"true", "1"})


@probe(
    "inference-code-commit-clean",
    fix="Build from pushed, committed code only, and record that it was: `DIRTY=$(test -z "
    '"$(git status --porcelain)" && echo false || echo true)` and `OTEL_RESOURCE_ATTRIBUTES='
    "vcs.ref.head.revision=$(git rev-parse HEAD),vcs.dirty=$DIRTY`.",
    examples=[
        Example(Outcome.PASS, {"response": {"spans": [STEP], "opens": {COMMIT: {}}}}),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [
                        {
                            "name": "chat",
                            "resource": {**STAMPED, "mlflow.source.git.dirty": "False"},
                        },
                        {"name": "chat gpt-4o", "resource": {**STAMPED, "vcs.dirty": "false"}},
                    ],
                    "opens": {COMMIT: {}},
                }
            },
            "as text, under either name",
        ),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [
                        {**STEP, "resource": {**STAMPED, "container.image.id": DIGEST}},
                    ],
                    "opens": {COMMIT: {"files": FILES}, DIGEST: COPIED},
                }
            },
            "the files of its image are those of the commit",
        ),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [
                        {
                            **STEP,
                            "resource": {
                                **STAMPED,
                                "container.image.id": DIGEST,
                                "vcs.dirty": True,
                            },
                        },
                    ],
                    "opens": {COMMIT: {"files": FILES}, DIGEST: COPIED},
                }
            },
            "what was uncommitted did not get into the image",
        ),
        Example(
            Outcome.FAIL,
            {
                "response": {
                    "spans": [
                        {**STEP, "resource": {**STAMPED, "container.image.id": DIGEST}},
                    ],
                    "opens": {
                        COMMIT: {"files": {**FILES, "app/main.py": "import sys\n"}},
                        DIGEST: COPIED,
                    },
                }
            },
            "a file of its image is not the commit's",
        ),
        Example(
            Outcome.FAIL,
            {
                "response": {
                    "spans": [{**STEP, "resource": {**STAMPED, "vcs.dirty": True}}],
                    "opens": {COMMIT: {}},
                }
            },
            "built with uncommitted changes",
        ),
        Example(
            Outcome.FAIL,
            {
                "response": {
                    "spans": [{**STEP, "resource": STAMPED}],
                    "opens": {COMMIT: {}},
                }
            },
            "nothing says that the tree was clean",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [STEP], "opens": {COMMIT: {"reachable": False}}}},
            "on no branch and under no tag: git will delete it",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [STEP], "opens": {}}},
            "a clean commit that does not exist",
        ),
        Example(
            Outcome.UNKNOWN,
            {"response": {"spans": [STEP], "opens": {COMMIT: {"reachable": None}}}},
            "a shallow history cannot say",
        ),
        Example(Outcome.UNKNOWN, {"response": {"spans": [STEP]}}, "no repository is configured"),
    ],
)
def commit_clean(response: Response) -> Answer:
    """Is the commit of every service on a branch or tag, and known to hold all of its code?

    A stamp taken from a tree with uncommitted changes names code that never ran. And a commit on
    no branch disappears with the next clean-up of the repository.
    """
    references = response.refs("commit")
    gaps = Gaps(2 * len(references))
    for ref in references:
        if gaps.follow(ref, f"commit of {ref.place}"):
            _reachable(gaps, ref)
        service = response.service(response.by_id[ref.span_id])
        if service is not None:
            _clean(gaps, response, service)
    return gaps.answer("every commit is on a branch or tag, and its tree was clean")


def _reachable(gaps: Gaps, ref: Reference) -> None:
    commit = ref.target.content
    found = commit.reachable if isinstance(commit, Commit) else None
    if found:
        return
    note, reason = (gaps.doubt, "shallow") if found is None else (gaps.fail, "unreachable")
    said = "cannot be seen to be" if found is None else "is not"
    note(
        f"commit {ref.value} {said} on a branch or tag",
        *ref.evidence,
        fact=ref.fact,
        place=ref.place,
        reason=reason,
    )


def _clean(gaps: Gaps, response: Response, service: Service) -> None:
    """Proven by an image whose files are the commit's, whatever was in the tree beside; or stated.

    What is stated never counts against the proof: else leaving it out would help.
    """
    fact = service.fact("git.dirty")
    said = {value.text.strip('"').lower() for value in service.values("git.dirty")}
    builds = response.refs_of("build", service.resource)
    proven = [b for b in builds if b.target.resolution is Resolution.VERIFIED and not b.conflicts]
    if proven or (said and said <= CLEAN):
        gaps.seen(*fact.evidence(), *(e for each in proven for e in each.target.evidence[:1]))
        return
    if said & DIRTY:
        message, reason = f"{service.name} was built with uncommitted changes", "dirty"
    else:
        message = f"nothing says that {service.name} was built from a clean tree"
        reason = "dirtiness_unrecorded"
    note = gaps.doubt if fact.state is Recorded.DROPPED else gaps.fail
    note(
        message,
        *(fact.evidence() or (service.evidence(),)),
        fact="git.dirty",
        place=service.name,
        reason=Recorded.DROPPED.value if fact.state is Recorded.DROPPED else reason,
    )
