from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, not_applicable, probe
from agentaudit.probes.environment.images import doubt_unread
from agentaudit.source import Component

MANIFEST = {"requirements.txt": "openai==1.93.0\n"}
DIGEST = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def _built(text: str) -> dict[str, object]:
    """A component with this build file."""
    return {"component": {"files": {**MANIFEST, "Dockerfile": text}}}


@probe(
    "environment-images-pinned",
    fix="Pin every external image by digest and let a bot renew it: `FROM python:3.12.4-slim@"
    "sha256:…` (`docker buildx imagetools inspect python:3.12.4-slim` prints it).",
    examples=[
        Example(Outcome.PASS, _built(f"FROM python:3.12-slim@{DIGEST}\nCOPY . .\n")),
        Example(Outcome.FAIL, _built("FROM python:3.12-slim\nCOPY . .\n"), "a tag can be moved"),
        Example(
            Outcome.FAIL,
            _built(f"FROM python@{DIGEST}\nCOPY --from=ghcr.io/astral-sh/uv:0.8 /uv /bin/\n"),
            "one of two",
        ),
        Example(Outcome.FAIL, _built("ARG BASE\nFROM ${BASE}\nCOPY . .\n"), "nobody knows which"),
        Example(
            Outcome.NOT_APPLICABLE,
            {"component": {"files": MANIFEST}},
            "no image is named",
        ),
        Example(
            Outcome.UNKNOWN, _built("# to be written\n"), "the build file cannot be understood"
        ),
    ],
)
def images_pinned(component: Component) -> Answer:
    """Is every external image that builds or runs it pinned by digest?

    Tags are moved by their owners, for good reasons and bad. A digest fixes the bytes: the same
    line in git is the same image next year, or an error.
    """
    uses = [base for file in component.build_files for base in file.bases]
    uses += component.images
    if not uses and not any(file.problem for file in component.build_files):
        return not_applicable("it names no external image", component.evidence())
    gaps = Gaps(len(uses))
    doubt_unread(gaps, component)
    for use in uses:
        if use.digest:
            gaps.seen(use.place.evidence())
            continue
        gaps.fail(
            f"image {use.reference} is not pinned by digest",
            use.place.evidence(),
            fact="image pin",
            place=component.id,
            reason="unresolved" if use.unresolved else "missing",
        )
    return gaps.answer("every external image is pinned by digest")
