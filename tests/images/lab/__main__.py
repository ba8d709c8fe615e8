"""`python -m tests.images.lab up DIR` and `… down DIR`."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.images.lab import Lab, missing


def main(words: list[str]) -> int:
    """0 once the laboratory runs, or has stopped; 2 for a wrong call or missing packages."""
    if len(words) != 2 or words[0] not in ("up", "down"):
        print("usage: python -m tests.images.lab up|down DIR", file=sys.stderr)
        return 2
    if lacking := missing():
        print(f"missing: apt-get install {' '.join(lacking)}", file=sys.stderr)
        return 2
    lab = Lab(Path(words[1]).resolve())
    if words[0] == "down":
        lab.stop()
        return 0
    lab.start()
    print(f"DOCKER_HOST={lab.host}\nREGISTRY={lab.registry}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
