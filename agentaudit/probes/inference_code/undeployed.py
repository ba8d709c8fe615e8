"""Builds of which nothing leaves the runner, or nothing is deployed: CI only tries them."""

from __future__ import annotations

from functools import lru_cache

from agentaudit.expressions import regex
from agentaudit.source import Step

_DROPPED = regex(
    r"(?i)uses: docker/build-push-action(?![^\n]*\s(?:load=(?!false)|outputs=))[^\n]*\spush=false"
)
_ASIDE = regex(
    r"(?i)(?:(?<=\w)[/:.]|=)(?:temp(?:orary)?|tmp|previews?|ephemeral|throwaway|pull-?requests?)[-_/:]"
    # A file on the runner, which takes the place of a registry.
    r"|\soutputs=[\"']?type=(?:docker|oci|tar|local|cacheonly)\b"
)
_OTHER = regex(
    r"(?i)(?:\s(?:-f|--file)[\s=]+|\sfile=)[\"']?(?:[\w.-]{1,60}/){0,6}"
    r"(?:(?:docs?|tests?|e2e|examples?)/[\w./-]{1,80}|dockerfile[._-](?:tests?|ci|lint|e2e|docs?))(?![\w-])"
    r"|\bdocker\s[^\n&|;]{0,300}\sbuild\s[^\n&|;]{1,400}\s(?:\./)?(?:docs?|tests?|e2e|examples?)/?"
    r"\s{0,9}(?:$|[\n&|;])|\bdocker\s+build\s[^\n&|;]{1,400}\s(?:\./)?(?:docs?|tests?|e2e|examples?)/?"
    r"\s{0,9}(?:$|[\n&|;])"
)
"""Images of tests, examples and documentation."""
_LEAVES = regex(
    r"(?i)\b(?:docker|podman|buildah|nerdctl)(?:\s+image)?\s+(?:push|save)\b|\bcompose\b|--push\b|--load\b"
    r"|\bpush[:=]\s*[\"']?(?:true|\$)|outputs:|\bload:\s*true|deploy|publish|upload|release|kubectl|helm"
    r"|\bkind\s+load|skopeo|crane|\bssh\b|\bscp\b|uses:\s*\./|gcloud|\baz\s|\baws\s|flyctl|\bmake\s|\.sh\b"
    r"|type=registry|registry"
)
"""What brings an image from the runner to where it is deployed, or may."""
_PLAIN = regex(
    r"\bdocker(?:\s+buildx|\s+image)?\s+build\s|\bspring-boot:build-image\b|\bbootBuildImage\b"
)
_TRIED = regex(r"(?m)\bpull_request(?:_target)?\b")
_STARTED = regex(
    r"\bpush\b|workflow_|\brelease\b|\bschedule\b|repository_dispatch|\bcreate\b|merge_group"
)


_LOADED = regex(
    r"(?i)uses: docker/build-push-action[^\n]*\sload=true|\b(?:docker|podman)\s[^\n]*\bbuild\b"
)
_USED_HERE = regex(
    r"\bdocker[ -]compose\s[^\n]{0,200}\bup\b|\bdocker\s+run\b|playwright|trivy|\bgrype\b"
    r"|\bcypress\b|\bsmoke|\be2e\b"
)
_SENT = regex(
    r"\bpush:\s*(?:[\"']?true|\$\{\{)|--push\b|push=true|type=registry|self-hosted|uses:\s+\./"
    r"|\b(?:docker|podman|buildah|image|compose|crane|nerdctl)\s+(?:image\s+)?push\b|skopeo\s+copy"
    r"|imagetools\s+create|docker\s+save|\bmake\s|\.sh\b|\b(?:kubectl|helm|gcloud|flyctl|fly|ssh|scp"
    r"|kind|k3d|minikube)\s|\baz\s+\w|\baws\s+\w|upload-artifact|[dD]eploy"
)
"""What brings an image away, where a workflow itself uses what it has built."""


def is_aside(step: Step) -> bool:
    """Whether it builds an image that nobody deploys: for a preview, or to see that it builds."""
    return bool(_ASIDE.search(step.text) or _DROPPED.match(step.text))


@lru_cache(maxsize=2048)
def is_undeployed(step: Step, workflow: str) -> bool:
    """Whether what it builds is never deployed, as far as its workflow says: the image of
    something else, one that stays on the runner, or one of changes that are only proposed."""
    if not step.place.path.startswith(".github/workflows/"):
        return False
    if _OTHER.search(step.text):
        return True
    if _is_proposed(workflow):
        return True
    if _LOADED.search(step.text) and (sent := _sent(workflow)) is not None:
        return not sent
    if _DROPPED.match(step.text):
        return True
    return _PLAIN.search(step.text) is not None and not _leaves(workflow)


# Each is asked of a workflow once, not for every step of it.
@lru_cache(maxsize=64)
def _is_proposed(workflow: str) -> bool:
    """Whether nothing but a proposal starts it."""
    head = workflow.partition("\njobs:")[0]
    return _TRIED.search(head) is not None and not _STARTED.search(head)


@lru_cache(maxsize=64)
def _sent(workflow: str) -> bool | None:
    """Whether it brings away what it builds; None where it does not use that itself."""
    return _SENT.search(workflow) is not None if _USED_HERE.search(workflow) else None


@lru_cache(maxsize=64)
def _leaves(workflow: str) -> bool:
    return _LEAVES.search(workflow.replace("build-push-action", "")) is not None
