from __future__ import annotations

import re

from agentaudit.evidence import Place
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, failed, passed, probe
from agentaudit.probes.inference_code.by_hand import by_hand
from agentaudit.probes.inference_code.called import reused
from agentaudit.probes.inference_code.ci_stamped import ci_stamped
from agentaudit.probes.inference_code.handed_over import deployed_tag, piped, piped_on, written
from agentaudit.probes.inference_code.pipelines import labelled_by_commit, pipelines
from agentaudit.probes.inference_code.recipes import recipes
from agentaudit.probes.inference_code.stamps import (
    PLATFORM,
    deployed_with,
    handed,
    labelled,
    read_in_code,
    told_the_tag,
)
from agentaudit.probes.inference_code.ways import LOOKS
from agentaudit.source import Component, Repo, Step

FILES = {"requirements.txt": "openai==1.93.0\n", "app.py": "from openai import OpenAI\nOpenAI()\n"}
PLAIN = "FROM python:3.12\nCOPY . .\n"
LABEL = (
    "FROM python:3.12\nARG GIT_SHA\nLABEL org.opencontainers.image.revision=$GIT_SHA\nCOPY . .\n"
)
HEAD = "on: push\njobs:\n  image:\n    runs-on: ubuntu-24.04\n    steps:\n"
BUILD = "      - run: docker build --build-arg GIT_SHA={} -t registry.example/planner:1 .\n"
META = (
    "      - id: meta\n        uses: docker/metadata-action@v5\n        with:\n"
    "          images: registry.example/planner\n"
    "      - uses: docker/build-push-action@v6\n        with:\n          context: .\n"
    "          labels: ${{ steps.meta.outputs.labels }}\n"
)
LABELS = (
    "      - uses: docker/build-push-action@v6\n        with:\n          context: .\n"
    "          {}: |\n            org.opencontainers.image.source=x\n"
    "            org.opencontainers.image.revision=${{{{ {} }}}}\n"
)
RELEASE = (
    "import os\nimport sentry_sdk\nfrom openai import OpenAI\n"
    "sentry_sdk.init(dsn=os.environ['SENTRY_DSN'], release=os.environ.get('{}'))\nOpenAI()\n"
)
NODE = {"package.json": '{"name": "web", "dependencies": {"openai": "5.0.0", "@sentry/node": "9"}}'}
TS = (
    'import * as Sentry from "@sentry/node";\nimport OpenAI from "openai";\n'
    "Sentry.init({ dsn: process.env.SENTRY_DSN, release: process.env.VERCEL_GIT_COMMIT_SHA });\n"
    "new OpenAI();\n"
)


PARENT = "<parent><artifactId>spring-boot-starter-parent</artifactId></parent>"
POM = (
    "<project>{}<dependencies><dependency><groupId>dev.langchain4j</groupId>"
    "<artifactId>langchain4j-open-ai</artifactId></dependency></dependencies><build><plugins>"
    "<plugin><artifactId>git-commit-id-maven-plugin</artifactId></plugin>"
    "</plugins></build></project>\n"
)
GO = {"go.mod": "module x.io/a\n\ngo 1.24\n\nrequire github.com/openai/openai-go v1.8.0\n"}


def _built(recipe: str, steps: str) -> dict[str, object]:
    workflow = {".github/workflows/image.yml": HEAD + steps}
    return {"component": {"files": {**FILES, "Dockerfile": recipe, **workflow}}}


@probe(
    "inference-code-commit-stamped",
    fix="Put the commit into what runs: `ARG GIT_SHA` and `LABEL "
    "org.opencontainers.image.revision=$GIT_SHA` in the Dockerfile with `--build-arg "
    "GIT_SHA=$GITHUB_SHA` in CI, or `Resource.create({'vcs.ref.head.revision': "
    "os.environ['GIT_SHA']})` in telemetry.",
    examples=[
        Example(Outcome.PASS, _built(LABEL, BUILD.format("$GITHUB_SHA"))),
        Example(Outcome.PASS, _built(LABEL, BUILD.format('"${{ github.sha }}"'))),
        Example(
            Outcome.PASS,
            _built(
                LABEL,
                '      - id: meta\n        run: echo "sha=$(git rev-parse HEAD)"'
                " >> $GITHUB_OUTPUT\n" + BUILD.format("${{ steps.meta.outputs.sha }}"),
            ),
            "an output of another step",
        ),
        Example(
            Outcome.PASS,
            _built(
                LABEL.replace("GIT_SHA", "IMAGE_REVISION"),
                BUILD.replace("GIT_SHA", "IMAGE_REVISION").format("${{ github.sha }}"),
            ),
            "the label says what the argument is",
        ),
        Example(
            Outcome.FAIL,
            _built(
                LABEL.replace("GIT_SHA", "IMAGE_REVISION"),
                BUILD.replace("GIT_SHA", "IMAGE_REVISION").format("${{ github.ref_name }}"),
            ),
            "the label holds a branch",
        ),
        Example(Outcome.PASS, _built(PLAIN, META), "docker/metadata-action adds the label"),
        Example(
            Outcome.PASS,
            _built(PLAIN, LABELS.format("labels", "github.sha")),
            "labels of the build step",
        ),
        Example(
            Outcome.FAIL,
            _built(PLAIN, LABELS.format("labels", "github.ref_name")),
            "a label that holds the branch",
        ),
        Example(
            Outcome.FAIL,
            _built(PLAIN, LABELS.format("build-args", "github.sha")),
            "an argument that the build file does not use",
        ),
        Example(Outcome.PASS, _built(PLAIN, META.replace("steps", "needs")), "in a job before"),
        Example(
            Outcome.PASS,
            {"component": {"files": {**NODE, "app.ts": TS}}},
            "the platform sets it, the release carries it",
        ),
        Example(
            Outcome.PASS,
            {
                "component": {
                    "files": {
                        "requirements.txt": FILES["requirements.txt"],
                        "app.py": RELEASE.format("RENDER_GIT_COMMIT"),
                    }
                }
            },
        ),
        Example(Outcome.FAIL, _built(PLAIN, BUILD.format("$GITHUB_SHA")), "nothing takes it over"),
        Example(Outcome.FAIL, _built(LABEL, BUILD.format("1.0")), "the argument is not the commit"),
        Example(
            Outcome.FAIL,
            {
                "component": {
                    "files": {
                        "requirements.txt": FILES["requirements.txt"],
                        "app.py": RELEASE.format("GIT_SHA"),
                    }
                }
            },
            "it asks for a variable that nothing sets",
        ),
        Example(Outcome.FAIL, {"component": {"files": FILES}}),
        Example(
            Outcome.PASS,
            {"component": {"files": {"pom.xml": POM.format(PARENT)}}},
            "the parent of Spring Boot runs the plug-in",
        ),
        Example(
            Outcome.FAIL,
            {"component": {"files": {"pom.xml": POM.format("")}}},
            "a plug-in that is bound to no phase never runs",
        ),
        Example(
            Outcome.PASS,
            {
                "component": {
                    "files": {
                        **GO,
                        "Makefile": "SHA := $(shell git rev-parse HEAD)\nbuild:\n"
                        '\tgo build -ldflags "-X main.commit=$(SHA)" ./cmd\n',
                    }
                }
            },
            "the linker writes it into the binary",
        ),
        Example(
            Outcome.PASS,
            {
                "component": {
                    "files": {
                        **GO,
                        ".goreleaser.yaml": "builds:\n  - ldflags:\n"
                        "      - -X main.commit={{.Commit}}\n",
                    }
                }
            },
            "GoReleaser",
        ),
        Example(
            Outcome.FAIL,
            {
                "component": {
                    "files": {
                        **GO,
                        "Makefile": "build:\n\tgo build -ldflags '-X main.commit=none' ./cmd\n",
                    }
                }
            },
            "what is linked is not the commit",
        ),
        Example(
            Outcome.PASS,
            {
                "component": {
                    "files": {
                        "package.json": '{"name": "web", "dependencies": {"openai": "5.0.0"}}',
                        "next.config.js": "const sha = require('child_process')"
                        ".execSync('git rev-parse HEAD');\n",
                    }
                }
            },
            "the bundler",
        ),
    ],
)
def commit_stamped(repo: Repo, component: Component) -> Answer:
    """Does the application stamp its commit into image label, environment, release or telemetry?

    A tag in a registry can be moved and a deployment forgotten. A process that says itself which
    commit it is can be believed when an old answer has to be explained.
    """
    for message, look in LOOKS:
        for place in look(repo, component):
            return passed(message, place.evidence())
    for file, text in pipelines(repo, component):
        if line := labelled_by_commit(file, text):
            return passed("a pipeline labels what it builds with the commit", line.evidence())
        if line := piped_on(file, text):
            return passed("a pipeline stamps what it deploys with the commit", line.evidence())
    steps = _steps(repo, component)
    unset: list[tuple[Place, str]] = []
    for place, name in (*labelled(repo, component), *written(repo, component)):
        if setter := _setter(repo, component, steps, name):
            message = f"the build takes the commit over from {name}"
            return passed(message, place.evidence(), setter.evidence())
        unset.append((place, name))
    return _told(repo, component, steps, unset) or _lacking(component, unset)


def _told(
    repo: Repo, component: Component, steps: list[Step], unset: list[tuple[Place, str]]
) -> Answer | None:
    """The pass of what tells its commit from a variable; variables that nothing sets are added."""
    for place, name in read_in_code(component):
        if PLATFORM.fullmatch(name):
            return passed(f"it tells its commit from {name}", place.evidence())
        if setter := deployed_with(component, name) or _setter(repo, component, steps, name):
            return passed(f"it tells its commit from {name}", place.evidence(), setter.evidence())
        for tag in told_the_tag(repo, component, re.escape(name)):
            if _is_tagged(repo, component):
                message = f"it tells its commit from {name}, the tag of its image"
                return passed(message, place.evidence(), tag.evidence())
        unset.append((place, name))
    for tag in deployed_tag(repo, component):
        if _is_tagged(repo, component):
            return passed("it is told the tag of its image, the commit", tag.evidence())
    return None


def _setter(repo: Repo, component: Component, steps: list[Step], name: str) -> Place | None:
    """Where CI, a pipeline or a script gives an argument or variable the commit."""
    given = handed(repo, steps, name)
    return given.place if given else piped(repo, component, name) or by_hand(repo, component, name)


def _is_tagged(repo: Repo, component: Component) -> bool:
    """Whether CI tags its image with the commit."""
    return ci_stamped.ask({"repo": repo, "component": component}).outcome is Outcome.PASS


def _steps(repo: Repo, component: Component) -> list[Step]:
    steps = [step for step in repo.steps() if step.place.repo == component.repo]
    steps += [step for step, _ in recipes(repo, component)]
    called = [step for each in reused(repo) for step in each.steps]
    return steps + [step for step in called if step.place.repo == component.repo]


def _lacking(component: Component, unset: list[tuple[Place, str]]) -> Answer:
    fact, place = "commit stamp", component.id
    if unset:
        where, name = unset[0]
        message = f"{name} is read, and nothing in the repository sets it to the commit"
        return failed(message, where.evidence(), reason="unset", fact=fact, place=place)
    return failed(
        "nothing stamps the commit (searched: labels and variables of build files, labels, "
        "variables and releases in CI, variables that the code reads)",
        component.evidence(),
        fact=fact,
        place=place,
    )
