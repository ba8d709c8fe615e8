from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, failed, passed, probe
from agentaudit.probes.inference_code.builds import builds, concerns, stamped
from agentaudit.source import Component, Repo

FILES = {"requirements.txt": "openai==1.93.0\n", "Dockerfile": "FROM python:3.12\nCOPY . .\n"}
GITLAB = "image:\n  script:\n    - docker build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA .\n"
HEAD = "on: push\njobs:\n  image:\n    runs-on: ubuntu-24.04\n    steps:\n"
RUN = "      - run: |\n          docker build -t registry.example/planner:{} .\n"
ACTION = (
    "      - uses: docker/build-push-action@v6\n"
    "        with:\n          context: .\n          tags: {}\n"
)
META = (
    "      - id: meta\n        uses: docker/metadata-action@v5\n"
    "        with:\n          images: registry.example/planner\n          tags: type=sha\n"
)


def _built(steps: str) -> dict[str, object]:
    """A component with this workflow beside it."""
    return {"component": {"files": {**FILES, ".github/workflows/image.yml": HEAD + steps}}}


@probe(
    "inference-code-ci-stamped",
    fix="Build the deployed image in CI and tag it with the commit: `docker build -t "
    "registry.example/app:$GITHUB_SHA .`, or `tags: type=sha` of docker/metadata-action.",
    examples=[
        Example(Outcome.PASS, _built(RUN.format("$GITHUB_SHA"))),
        Example(Outcome.PASS, _built(RUN.format("$(git rev-parse --short HEAD)"))),
        Example(Outcome.PASS, _built(ACTION.format("registry.example/planner:${{ github.sha }}"))),
        Example(
            Outcome.PASS,
            _built(META + ACTION.format("${{ steps.meta.outputs.tags }}")),
            "docker/metadata-action makes the tag",
        ),
        Example(
            Outcome.PASS,
            _built(
                META.replace(
                    "tags: type=sha",
                    "tags: |\n            type=ref,event=tag\n            type=sha",
                )
                + ACTION.format("${{ steps.meta.outputs.tags }}")
            ),
            "one of several tags",
        ),
        Example(
            Outcome.PASS,
            _built(
                META
                + ACTION.format("").replace("tags: ", "outputs: type=image,push-by-digest=true")
                + "      - run: docker buildx imagetools create $(jq -cr '.tags' <<< "
                '"$DOCKER_METADATA_OUTPUT_JSON")\n'
            ),
            "platforms are built apart and named when they are joined",
        ),
        Example(
            Outcome.PASS,
            {"component": {"files": {**FILES, ".gitlab-ci.yml": GITLAB}}},
            "GitLab",
        ),
        Example(
            Outcome.PASS,
            _built("      - run: TAG=$(git rev-parse HEAD)\n" + RUN.format("$TAG")),
            "through a variable",
        ),
        Example(
            Outcome.FAIL,
            _built(RUN.format("1.0 --build-arg GIT_SHA=$GITHUB_SHA")),
            "an argument of the build is not its name",
        ),
        Example(
            Outcome.FAIL,
            _built(RUN.format("latest")),
            "the tag does not say what was built",
        ),
        Example(
            Outcome.FAIL,
            _built('      - run: echo "docker build -t app:$GITHUB_SHA ."\n'),
            "printed, not run",
        ),
        Example(
            Outcome.FAIL,
            _built("      - run: docker build -t app:$GITHUB_SHA .\n        if: false\n"),
            "a step that never runs",
        ),
        Example(
            Outcome.FAIL,
            _built("      - run: docker build --help && echo $GITHUB_SHA\n"),
            "it builds nothing",
        ),
        Example(
            Outcome.FAIL,
            _built("      - run: docker build -t app:latest . && git rev-parse HEAD\n"),
            "the commit stands beside the build, not in its tag",
        ),
        Example(
            Outcome.FAIL,
            _built(RUN.format("latest") + "      - run: docker push other/thing:$GITHUB_SHA\n"),
            "another image is tagged",
        ),
        Example(
            Outcome.FAIL,
            _built(RUN.format("latest --iidfile $GITHUB_SHA.txt")),
            "a file is named by the commit, not the image",
        ),
        Example(
            Outcome.FAIL,
            _built("      - run: pytest --junitxml=$GITHUB_SHA.xml\n"),
            "CI tests it and builds nothing",
        ),
        Example(Outcome.FAIL, {"component": {"files": FILES}}, "no CI"),
    ],
)
def ci_stamped(repo: Repo, component: Component) -> Answer:
    """Does CI build the deployed image or package, and tag it with the commit?

    What is built on a laptop contains what lay on that laptop. A build in CI starts from a commit,
    and a tag with that commit leads from the running container back to the code.
    """
    steps = repo.steps()
    alone = len(repo.components()) == 1
    mine = [s for s in builds(steps) if s.place.repo == component.repo]
    mine = [
        s for s in mine if concerns(s, component, alone=alone, workflow=repo.read(s.place) or "")
    ]
    for step in mine:
        if stamped(step, steps, repo.read(step.place) or ""):
            return passed("CI builds it and tags it with the commit", step.place.evidence())
    if mine:
        return failed(
            f"{mine[0].workflow} builds it, and the tag does not hold the commit",
            *(step.place.evidence() for step in mine[:3]),
            reason="untagged",
            fact="commit tag",
            place=component.id,
        )
    return failed(
        "no CI workflow builds it (searched: docker, buildx, buildah, podman, kaniko, ko, bake and "
        "build-push steps; package builds of uv, poetry, hatch, npm, Maven, Gradle, .NET)",
        component.evidence(),
        fact="commit tag",
        place=component.id,
    )
