"""The flags that `scan` and `explain` share, declared once."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import cache
from typing import Annotated, Any, Literal, get_type_hints

import typer
from msgspec import Struct

from agentaudit.errors import ExitCode


def _option(*names: str, help: str, **more: Any) -> Any:
    return typer.Option(*names, help=help, show_default=False, **more)


class Flags(Struct, frozen=True):
    """What the command line asks for; None or empty where it leaves the matter to the
    configuration."""

    repo: Annotated[
        list[str], _option("--repo", metavar="PATH|BUNDLE", help="Read this git repository.")
    ]
    traces: Annotated[
        list[str],
        _option("--traces", metavar="URI", help="Read traces, e.g. otlp:traces/*.jsonl.gz."),
    ]
    image: Annotated[list[str], _option("--image", metavar="REF", help="Read this image.")]
    image_key: Annotated[
        list[str],
        _option("--image-key", metavar="FILE", help="Verify images' signatures by this key (PEM)."),
    ]
    max_image_bytes: Annotated[
        int | None,
        _option(
            "--max-image-bytes", metavar="N", min=0, help="Read no layers of larger images; 4 GiB."
        ),
    ]
    max_image_files: Annotated[
        int | None,
        _option(
            "--max-image-files", metavar="N", min=0, help="Nor of images with more files; 300,000."
        ),
    ]
    registry: Annotated[
        list[str], _option("--registry", metavar="URI", help="Read this model registry.")
    ]
    since: Annotated[
        str | None, _option("--since", metavar="TIME", help="Leave out earlier responses.")
    ]
    until: Annotated[
        str | None, _option("--until", metavar="TIME", help="Leave out responses from then on.")
    ]
    where: Annotated[
        list[str],
        _option("--where", metavar="KEY=VALUE", help="Only responses that carry this attribute."),
    ]
    rubric: Annotated[
        str | None, _option("--rubric", metavar="NAME|PATH", help="Ask this rubric's questions.")
    ]
    sample: Annotated[
        str | None, _option("--sample", metavar="N|all", help="Read so many responses.")
    ]
    seed: Annotated[int | None, _option("--seed", metavar="N", help="Draw another sample.")]
    as_of: Annotated[
        str | None,
        _option("--as-of", metavar="DATE", help="The day the audit stands for; default today."),
    ]
    output: Annotated[
        list[str],
        _option(
            "--output",
            "-o",
            metavar="FILE",
            help="Also write FILE; format by suffix, or FORMAT:FILE.",
        ),
    ]
    format: Annotated[
        str | None,
        _option(
            "--format",
            metavar="NAME",
            help="On standard output: terminal, plain, json, html, markdown, sarif, …",
        ),
    ]
    fail_under: Annotated[
        float | None,
        _option("--fail-under", metavar="N", help="Exit 1 if the score is below N of 100."),
    ]
    min_level: Annotated[
        int | None,
        _option("--min-level", metavar="N", help="Exit 1 if a dimension is below level N of 4."),
    ]
    min_reconstructable: Annotated[
        float | None,
        _option(
            "--min-reconstructable",
            metavar="N",
            help="Exit 1 if fewer than N of 100 responses are fully reconstructable.",
        ),
    ]
    require_source: Annotated[
        list[str],
        _option("--require-source", metavar="NAME", help="Exit 3 unless git, traces, … was read."),
    ]
    baseline: Annotated[
        str | None,
        _option("--baseline", metavar="FILE", help="Exit 1 if anything got worse since FILE."),
    ]
    ratchet: Annotated[
        bool, _option("--ratchet", help="Raise the baseline to what this audit proves.")
    ]
    no_waivers: Annotated[bool, _option("--no-waivers", help="Let no waiver excuse anything.")]
    history: Annotated[
        str | None,
        _option("--history", metavar="FILE", help="Add this audit to FILE and show the trend."),
    ]
    exit_zero: Annotated[
        bool, _option("--exit-zero", help="Exit 0 where a failed gate would exit 1; 2 to 4 stay.")
    ]
    no_config: Annotated[
        bool, _option("--no-config", help="Read no agentaudit.yaml: PATH alone, without a gate.")
    ]
    offline: Annotated[bool, _option("--offline", help="Refuse every source behind a URL.")]
    no_cache: Annotated[
        bool, _option("--no-cache", help="Read everything anew, and keep nothing of it on disk.")
    ]
    host: Annotated[bool, _option("--host", help="Say what this host is: driver, GPUs, packages.")]
    no_plugins: Annotated[bool, _option("--no-plugins", help="Load no installed plug-in.")]
    include_content: Annotated[
        bool, _option("--include-content", help="Show prompts and answers, not their digests.")
    ]
    print: Annotated[
        bool, _option("--print", help="Unfold everything in an HTML report, to print it.")
    ]
    quiet: Annotated[
        bool, _option("--quiet", "-q", help="Print the last line only, which says the gate.")
    ]
    verbose: Annotated[
        int, _option("--verbose", "-v", count=True, help="Print every criterion with evidence.")
    ]
    ascii: Annotated[bool, _option("--ascii", help="Draw with ASCII signs only.")]
    color: Annotated[
        Literal["auto", "always", "never"],
        _option("--color", metavar="WHEN", help="auto, always or never."),
    ]
    debug: Annotated[bool, _option("--debug", help="Print the traceback of an error.")]


@cache
def _hints() -> dict[str, Any]:
    return get_type_hints(Flags, include_extras=True)


def spared(arguments: Sequence[str]) -> tuple[str, ...] | None:
    """Fields that a command with these arguments needs no flag for; None where it may need all of
    them: to show its help, or for a flag that there is not."""
    fields = {name: field for field, hint in _hints().items() for name in _names(hint)}
    given = {each.partition("=")[0] for each in arguments if each.startswith("-")}
    if not given <= fields.keys():
        return None
    needed = {fields[name] for name in given}
    return tuple(field for field in _hints() if field not in needed)


def _names(hint: Any) -> Sequence[str]:
    """`--output` and `-o`."""
    option = hint.__metadata__[0]
    return (option.default, *option.param_decls)


def _default(name: str, hint: Any) -> Any:
    """What a flag is where it is not given."""
    if name in {"color", "verbose"}:
        return "auto" if name == "color" else 0
    kind = hint.__origin__
    return False if kind is bool else [] if kind == list[str] else None


def flagged(
    command: Callable[[str, Flags], ExitCode],
    argument: Any,
    default: str | None = None,
    without: tuple[str, ...] = (),
) -> Callable[..., ExitCode]:
    """A function that typer can read: one positional argument, then the fields of `Flags`.

    `default` is that of the argument, None where it is required; fields in `without` are no flags
    of this command.
    """
    named = inspect.Parameter.KEYWORD_ONLY
    first = inspect.Parameter("subject", named, annotation=Annotated[str, argument])
    parameters = [first if default is None else first.replace(default=default)]
    hints = _hints()
    absent = {name: _default(name, hints[name]) for name in Flags.__struct_fields__}
    parameters += [
        inspect.Parameter(name, named, annotation=hints[name], default=value)
        for name, value in absent.items()
        if name not in without
    ]

    def call(**given: Any) -> ExitCode:
        return command(given.pop("subject"), Flags(**{**absent, **given}))

    call.__doc__ = command.__doc__
    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # read by typer
    call.__annotations__ = {p.name: p.annotation for p in parameters}
    return call
