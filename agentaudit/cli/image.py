"""`agentaudit image`: what one container image is, and what is in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agentaudit.cli.output import emit, lines
from agentaudit.errors import ExitCode, SourceError, UsageError

if TYPE_CHECKING:
    from agentaudit.image import Contents, Image
    from agentaudit.sources.images import ImageSource

_SHOWN = 10
"""Files and packages that are named; --format json names all."""


def image(
    reference: Annotated[
        str, typer.Argument(metavar="REF", help="The image, as skopeo spells it.")
    ],
    format: Annotated[
        str, typer.Option("--format", metavar="NAME", help="terminal or json.")
    ] = "terminal",
    max_image_bytes: Annotated[
        int | None,
        typer.Option(metavar="N", min=0, help="Read no layers of a larger image; 4 GiB."),
    ] = None,
    max_image_files: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Nor of one with more files; 300,000.")
    ] = None,
    image_key: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE", help="Verify its signatures by this public key (PEM)."),
    ] = None,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Read layers anew, and keep nothing of them.")
    ] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Refuse a registry.")] = False,
) -> ExitCode:
    """Print the facts of one image: digests, system, packages, application files.

    \b
    docker-daemon:NAME  oci:DIR:TAG  oci-archive:FILE  docker-archive:FILE
    docker://HOST/NAME@DIGEST
    Nothing of the image is run or unpacked. Exit 3 if it cannot be read.
    """
    import json

    from agentaudit.image.document import document
    from agentaudit.sources.images import open_images, read_options

    if format not in ("terminal", "json"):
        raise UsageError(f"--format {format!r} is none of terminal, json")
    source = _source(reference, tuple(map(Path, image_key or ())), offline)
    options = read_options(Path(), max_image_bytes, max_image_files, no_cache, offline)
    with open_images([source], options) as images:
        found = images.examine(images.all()[0])
    if format == "json":
        emit(json.dumps(document(found), indent=2, ensure_ascii=True) + "\n")
    else:
        lines(_told(found, keyed=bool(image_key)))
    return ExitCode.NO_VERDICT if found.damaged else ExitCode.OK


def _source(reference: str, keys: tuple[Path, ...], offline: bool) -> ImageSource:
    """The image to open. Raises UsageError, ConfigError and SourceError."""
    from agentaudit.evidence import redact
    from agentaudit.sources.images import ImageSource

    if offline and "://" in reference:
        raise SourceError("the image is behind a URL, and the run is offline", where="REF")
    if "${" not in reference:
        if redact(reference) != reference:
            raise UsageError(
                "REF holds what looks like a password",
                hint="put it in an environment variable and write '${env:NAME}'",
            )
        return ImageSource(reference, place="REF", keys=keys)
    from agentaudit.config import Store  # costs more than reading an image that is kept

    opened = Store(reference, Path(), "REF").opened()
    return ImageSource(reference, opened, place="REF", keys=keys)


def _told(found: Image, *, keyed: bool) -> Iterator[str]:
    from agentaudit.evidence import safe

    yield f"{safe(found.reference)}"
    yield ""
    names = [("name", name) for name in found.names]
    digests = [("manifest", found.manifest), ("index", found.index), ("config", found.config)]
    for label, value in (("identity", found.identity), *digests, *names):
        if value:
            yield _row(label, value)
    said = found.settings
    yield _row("platform", f"{said.platform}, created {said.created or 'at no time'}")
    yield _row("runs", " ".join((*said.entrypoint, *said.command)) or "nothing by itself")
    yield _row("as", f"{said.user or 'root'} in {said.workdir or '/'}")
    yield from _pairs("label", said.labels)
    yield from _pairs("env", said.env)
    yield ""
    for number, layer in enumerate(found.layers):
        size = "" if layer.size is None else f"{layer.size:,} bytes  "
        yield _row(f"layer {number}", f"{layer.diff_id[:19]}…  {size}{layer.created_by[:60]}")
    yield ""
    for each in found.attestations:
        yield _row("attested", f"{each.predicate}: {each.standing}")
    if keyed and not found.attestations:
        yield _row("attested", "nothing is attached that a key could verify")
    if found.contents is None:
        yield _row("layers", found.why)
    else:
        yield from _contents(found.contents)


def _contents(held: Contents) -> Iterator[str]:
    yield _row("system", held.system.name if held.system else "not named in the image")
    counts = Counter(each.ecosystem for each in held.packages if each.installed)
    said = ", ".join(f"{number:,} {kind}" for kind, number in sorted(counts.items()))
    yield _row("packages", said or "none")
    gone = [p for p in held.packages if not p.installed]
    for each in gone[:_SHOWN]:
        yield _row(
            "left over", f"{each.name} {each.version}: its metadata is there, its files gone"
        )
    if len(gone) > _SHOWN:
        yield _row("", f"and {len(gone) - _SHOWN:,} more; --format json names all")
    for name, path in held.altered[:_SHOWN]:
        yield _row("altered", f"{path}: not as {name} was installed")
    if len(held.altered) > _SHOWN:
        yield _row("", f"and {len(held.altered) - _SHOWN:,} more; --format json names all")
    for cuda in held.cuda:
        yield _row("cuda", f"{cuda.version}  {cuda.place}")
    for bill in held.bills:
        yield _row("bill", f"{bill.format}, {len(bill.packages):,} packages  {bill.path}")
    yield _row(
        "files", f"{len(held.files.entries):,}, {len(held.application):,} of them application files"
    )
    for path in held.application[:_SHOWN]:
        yield _row("", f"{held.files.entries[path].blob[:12]:12}  {path}")
    if len(held.application) > _SHOWN:
        yield _row("", f"and {len(held.application) - _SHOWN:,} more; --format json names all")
    for problem in held.problems:
        yield _row("odd", problem)


def _pairs(label: str, pairs: Mapping[str, str]) -> Iterator[str]:
    for name, value in sorted(pairs.items()):
        yield _row(label, f"{name}={value}")


def _row(label: str, value: str) -> str:
    from agentaudit.evidence import safe

    return f"  {label:<11}{safe(value)}"
