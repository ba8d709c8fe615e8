"""`python -m bench NAME`: run one benchmark; exit 1 when it is over its budget."""

from __future__ import annotations

import sys

from bench import components, first_sight, help, image, labels, otlp, readers, repo

BENCHMARKS = {
    "components": components.main,
    "first": first_sight.main,
    "help": help.main,
    "image": image.main,
    "labels": labels.main,
    "otlp": otlp.main,
    "readers": readers.main,
    "repo": repo.main,
}


def main() -> int:
    """The exit code."""
    name, *arguments = sys.argv[1:] or [""]
    if name not in BENCHMARKS:
        print(f"usage: python -m bench {{{','.join(BENCHMARKS)}}} [OPTIONS]", file=sys.stderr)
        return 2
    return BENCHMARKS[name](arguments)


if __name__ == "__main__":
    sys.exit(main())
