"""Builds of CI whose images go nowhere: to see that they build, or to try them."""

from __future__ import annotations

from agentaudit.expressions import regex
from agentaudit.source import Step

_ACTION = regex(
    r"(?i)uses: docker/build-push-action(?![^\n]*\s(?:load=(?!false)|outputs=))[^\n]*\spush=false"
)
_LOADED = regex(
    r"(?i)uses: docker/build-push-action[^\n]*\sload=true|\b(?:docker|podman)\s[^\n]*\bbuild\b"
)
_TRIED = regex(
    r"\bdocker[ -]compose\s[^\n]{0,200}\bup\b|\bdocker\s+run\b|playwright|trivy|\bgrype\b"
    r"|\bcypress\b|\bsmoke|\be2e\b"
)
_LEAVES = regex(
    r"\bpush:\s*(?:[\"']?true|\$\{\{)|--push\b|push=true|type=registry|self-hosted|uses:\s+\./"
    r"|\b(?:docker|podman|buildah|image|compose|crane|nerdctl)\s+(?:image\s+)?push\b|skopeo\s+copy"
    r"|imagetools\s+create|docker\s+save|\bmake\s|\.sh\b|\b(?:kubectl|helm|gcloud|flyctl|fly|ssh|scp"
    r"|kind|k3d|minikube)\s|\baz\s+\w|\baws\s+\w|upload-artifact|[dD]eploy"
)


def kept(step: Step, workflow: str) -> bool:
    """Whether what the step builds stays on the runner: an action that is told not to push, or a
    build that the workflow tries and never sends anywhere."""
    if _ACTION.match(step.text):
        return True
    tried = _LOADED.search(step.text) and _TRIED.search(workflow)
    return bool(tried) and not _LEAVES.search(workflow)
