"""Images as subjects of an audit: named, configured, and those that should have been named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from agentaudit import testing
from agentaudit.audit.images import Imagery
from agentaudit.audit.request import Sources
from agentaudit.lineage import Lineage
from agentaudit.lineage.placing import Declaration
from agentaudit.lineage.subjects import Uses
from agentaudit.score.scorecard import Scorecard
from agentaudit.sources.git import MemoryRepo
from agentaudit.sources.images.memory import MemoryImages
from tests import dialects
from tests.scanning import repository, scan, write

OTHER = "sha256:60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"


@pytest.fixture
def system(tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    commit = repository(tmp_path, dialects.REPOSITORY)
    return tmp_path, dialects.resource(commit)


def audited(root: Path, resources: list[dict[str, Any]], **given: Any) -> Scorecard:
    steps = dialects.openinference()
    found = [d for n, r in enumerate(resources) for d in dialects.trace(n, steps, r)]
    write(root / "traces" / "all.jsonl", found)
    return scan(root, **given)


def criterion(card: Scorecard, id: str) -> Any:
    return next(c for d in card.dimensions for c in d.criteria if c.id == id)


def counts(card: Scorecard, id: str) -> tuple[int, int, int]:
    found = criterion(card, id).counts
    return found.passed, found.fail, found.unknown


def nameless(resource: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in resource.items() if not k.startswith("container.")}


def test_an_image_is_asked_about_once_however_many_responses_ran_in_it(
    system: tuple[Path, dict[str, Any]],
) -> None:
    root, resource = system
    card = audited(root, [resource] * 5, image=dialects.image())
    assert counts(card, "COD-07") == (1, 0, 0)
    assert counts(card, "COD-08") == (5, 0, 0)
    assert counts(card, "ENV-08") == (5, 0, 0)
    (found,) = criterion(card, "COD-07").findings
    assert found.subject == dialects.DIGEST


def test_each_response_that_should_have_named_an_image_counts(
    system: tuple[Path, dict[str, Any]],
) -> None:
    """Leaving the digest out of failing images must not make them count for less."""
    root, resource = system
    named = {**resource, "container.image.repo_digests": [f"x@{OTHER}"]}
    before = audited(root, [resource, named, named], image=dialects.image())
    assert counts(before, "COD-07") == (1, 1, 0)
    after = audited(root, [resource, nameless(named), nameless(named)], image=dialects.image())
    assert counts(after, "COD-07") == (1, 2, 0)
    (failing,) = [f for f in criterion(after, "COD-07").findings if f.outcome == "fail"]
    assert failing.subject == "unidentified image of planner"


def test_a_service_without_a_container_names_no_image(
    system: tuple[Path, dict[str, Any]],
) -> None:
    root, resource = system
    services = {"planner": Declaration(container=False)}
    card = audited(root, [nameless(resource)], services=services)
    assert counts(card, "COD-07") == (0, 0, 1)
    assert counts(card, "COD-08") == (0, 0, 1)


def test_a_configured_image_is_a_subject_and_no_credit_without_traces(
    system: tuple[Path, dict[str, Any]],
) -> None:
    root, resource = system
    commit = resource["vcs.ref.head.revision"]
    made = {**dialects.image(), "labels": {"org.opencontainers.image.revision": commit}}
    assert counts(audited(root, [resource], image=made), "COD-07") == (1, 0, 0)
    alone = scan(root, traces=False, image=made)
    assert counts(alone, "COD-07") == (0, 0, 1)
    patched = {**made, "files": {**made["files"], "app/hotfix.py": "x\n"}}
    assert counts(scan(root, traces=False, image=patched), "COD-07") == (0, 1, 0)


def test_a_patched_image_fails_by_file_name(system: tuple[Path, dict[str, Any]]) -> None:
    root, resource = system
    made = dialects.image()
    patched = {**made, "files": {**made["files"], "app/planner.py": "patched\n"}}
    card = audited(root, [resource], image=patched)
    for id in ("COD-07", "COD-08"):
        (found,) = criterion(card, id).findings
        assert (found.outcome, found.reason) == ("fail", "different")
        assert "changed: planner.py" in found.message


def test_one_response_is_told_with_its_image(system: tuple[Path, dict[str, Any]]) -> None:
    root, resource = system
    card = audited(root, [resource], image=dialects.image())
    (told,) = card.dossiers
    facts = {f.what: f for link in told.links for f in link.facts}
    assert "Debian GNU/Linux 12" in facts["planner: image"].leads_to
    assert "1 deb, 2 python packages" in facts["planner: image"].leads_to
    assert facts["planner: code in the image"].resolution == "verified"
    assert facts["planner: packages in the image"].leads_to
    answered = {a.criterion for link in told.links for a in link.answers}
    assert {"COD-07", "ENV-11", "ENV-12"} <= answered


def test_uses_merge_in_any_order() -> None:
    def seen(*resources: dict[str, Any]) -> Uses:
        uses = Uses()
        for number, resource in enumerate(resources):
            held = {"service.name": "planner", **resource}
            response = testing.response({"spans": [{"name": "chat x", "resource": held}]})
            response.id = f"{number}-{held}"
            Lineage({}).follow(response)
            uses.observe(response)
        return uses

    image = {"container.image.id": dialects.DIGEST, "vcs.ref.head.revision": "0123456789ab" * 3}
    parts = [seen(image, {}), seen({}, {}), seen({"container.image.id": OTHER})]
    merged = []
    for order in (parts, parts[::-1]):
        whole = Uses()
        for part in order:
            whole.merge(part)
        merged.append((list(whole.named()), list(whole.unidentified())))
    assert merged[0] == merged[1]
    assert [named.name for named in merged[0][0]] == sorted([dialects.DIGEST, OTHER])
    assert [count for _, count in merged[0][1]] == [3]


def test_two_digests_of_one_image_are_one_subject() -> None:
    made = testing.image(dialects.image())
    images = MemoryImages([made])
    lineage = Lineage({"images": images, "repo": MemoryRepo({})})
    uses = Uses()
    for digest in (made.manifest, made.config):
        resource = {"service.name": "planner", "container.image.id": digest}
        response = testing.response({"spans": [{"name": "chat x", "resource": resource}]})
        lineage.follow(response)
        uses.observe(response)
    imagery = Imagery(lineage.pictures, Sources(images=images))
    assert [count for _, count in imagery.subjects(uses)] == [1]


def test_equal_layers_that_are_started_otherwise_are_two_subjects() -> None:
    made = testing.image(dialects.image())
    hot = replace(
        made,
        manifest=OTHER,
        config=OTHER,
        settings=replace(made.settings, entrypoint=("/bin/sh", "-c", "hot")),
    )
    images = MemoryImages([made, hot])
    imagery = Imagery(
        Lineage({"images": images, "repo": MemoryRepo({})}).pictures, Sources(images=images)
    )
    assert [found.name for found, _ in imagery.subjects(Uses())] == [made.manifest, OTHER]
    assert images.examine(images.all()[1]).settings == hot.settings
