"""Build files that lie beside the one that is built, and that nothing has ever built."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.expressions import regex
from agentaudit.sources.git import subjects
from agentaudit.sources.git.reader import Reader
from agentaudit.sources.git.roles import SOURCES
from agentaudit.sources.git.sharing import Image

_LIVE = regex(r"(?i)prod|release|deploy")
"""A build file of what is deployed: by hand, where no file says how."""
_STARTS = regex(
    r"(?i)[^.]{1,100}|\.[^.]{1,40}|(?:package|project|tasks|deno|cdk|railway|devcontainer)\.json"
    r"|.{0,200}(?:template|definition|config|manifest|settings|build|deploy).{0,200}\.json"
    r"|.{1,200}\.(?:ya?ml|toml|tf|tfvars|hcl|bicep|xml|gradle|groovy|mk|props|nix|star|bzl"
    r"|targets|[cf]sproj|sh|bash|zsh|fish|ps1|psm1|bat|cmd|env|cfg|ini|conf)"
)
"""Names of files that may have something built; prose only tells how."""
_NEVER = (".dockerignore", ".gitignore")


def without(reader: Reader, images: list[Image]) -> Iterator[Image]:
    """The images but for those of another name than usual that nothing asks for and no file names,
    where the usual one beside it is asked for."""
    for image in images:
        if not (image.orders or subjects.plain(image.recipe) or _LIVE.search(_name(image))):
            usual = (each for each in images if each.orders and subjects.plain(each.recipe))
            beside = any(each.own == image.own and each.home == image.home for each in usual)
            if beside and not _is_named(reader, image):
                continue
        yield image


def _is_named(reader: Reader, image: Image) -> bool:
    """Whether a file besides it names the build file, if only in part."""
    name = _name(image)
    kind = "Containerfile" if "containerfile" in name.lower() else "Dockerfile"
    words = (name, *(f"{kind}{sign}" for sign in (".$", "-$", ".{", "-{")), f"}}.{kind}")
    paths = (path for path in reader.paths if path != image.recipe.path and _starts(path))
    return any(True for _ in reader.saying(paths, words))


def _starts(path: str) -> bool:
    name = path.rpartition("/")[2]
    suffix = name.rpartition(".")[2]
    return name not in _NEVER and (suffix in SOURCES or _STARTS.fullmatch(name) is not None)


def _name(image: Image) -> str:
    return image.recipe.path.rpartition("/")[2]
