"""Commits that Go's build writes into a binary: where git and the repository are at hand."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.inference_code.commit_stamped import commit_stamped

MOD = "module x.io/a\n\ngo 1.24\n\nrequire github.com/openai/openai-go v1.8.0\n"
MAIN = (
    'package main\n\nimport (\n\t"log"\n\t"runtime/debug"\n\n\t"github.com/openai/openai-go"\n)\n\n'
    "func main() {{\n\topenai.NewClient()\n\tinfo, _ := debug.ReadBuildInfo()\n"
    "\tfor _, each := range info.Settings {{\n"
    '\t\tif each.Key == "{}" {{\n\t\t\tlog.Println(each.Value)\n\t\t}}\n\t}}\n}}\n'
)
PLAIN = (
    'package main\n\nimport "github.com/openai/openai-go"\n\nvar commit string\n\n'
    "func main() { openai.NewClient() }\n"
)
UNNAMED = PLAIN.replace("commit", "version")
IMAGE = "FROM {} AS build\nWORKDIR /src\n{}RUN {}\nFROM scratch\nCOPY --from=build /bot /bot\n"
DEBIAN, ALPINE = "golang:1.24", "golang:1.24-alpine"
ALL, SOME = "COPY . .\n", "COPY go.mod main.go ./\n"
BUILD = "go build -o /bot ."
LINK = 'go build -ldflags "-X main.commit={}" -o /bot .'
READ = "$(git rev-parse HEAD)"
ACTION = (
    "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n"
    "      - uses: docker/build-push-action@v6\n        with:\n          tags: a/b:1\n{}"
)
REVISION = MAIN.format("vcs.revision")


@pytest.mark.parametrize(
    ("main", "image", "more", "outcome"),
    [
        (REVISION, IMAGE.format(DEBIAN, ALL, BUILD), {}, True),
        (MAIN.format("vcs.time"), IMAGE.format(DEBIAN, ALL, BUILD), {}, False),
        (PLAIN, IMAGE.format(DEBIAN, ALL, BUILD), {}, False),
        (REVISION, IMAGE.format(ALPINE, ALL, BUILD), {}, False),
        (REVISION, IMAGE.format(ALPINE, "RUN apk add --no-cache git\n" + ALL, BUILD), {}, True),
        (REVISION, IMAGE.format(DEBIAN, SOME, BUILD), {}, False),
        (REVISION, IMAGE.format(DEBIAN, ALL, BUILD), {".dockerignore": ".git\n"}, False),
        (REVISION, IMAGE.format(DEBIAN, ALL, BUILD), {".dockerignore": "dist\n"}, True),
        (REVISION, IMAGE.format(DEBIAN, ALL, "go build -buildvcs=false -o /bot ."), {}, False),
        (REVISION, IMAGE.format(DEBIAN, ALL, "go build -o /bot main.go"), {}, False),
        # the address of a repository is built without its history
        (
            REVISION,
            IMAGE.format(DEBIAN, ALL, BUILD),
            {".github/workflows/a.yml": ACTION.format("")},
            False,
        ),
        (
            REVISION,
            IMAGE.format(DEBIAN, ALL, BUILD),
            {".github/workflows/a.yml": ACTION.format("          context: .\n")},
            True,
        ),
        (PLAIN, IMAGE.format(DEBIAN, ALL, LINK.format(READ)), {}, True),
        (PLAIN, IMAGE.format(DEBIAN, ALL, f"SHA={READ} && " + LINK.format("$SHA")), {}, True),
        (PLAIN, IMAGE.format(DEBIAN, ALL, LINK.format("dev")), {}, False),
        (
            PLAIN.replace("commit", "version"),
            IMAGE.format(DEBIAN, ALL, LINK.format(READ)),
            {},
            False,
        ),
        (PLAIN, IMAGE.format(ALPINE, ALL, LINK.format(READ)), {}, False),
    ],
)
def test_what_the_build_knows(main: str, image: str, more: dict[str, str], outcome: bool) -> None:
    files = {"go.mod": MOD, "main.go": main, "Dockerfile": image, **more}
    answer = commit_stamped.ask(testing.build({"component": {"files": files}}))
    assert answer.outcome is (Outcome.PASS if outcome else Outcome.FAIL), answer.message
