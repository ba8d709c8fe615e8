from __future__ import annotations

from collections.abc import Sequence

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, failed, passed, probe
from agentaudit.probes.inference_code.builds import stamped
from agentaudit.probes.inference_code.declared_pipelines import declared
from agentaudit.probes.inference_code.otherwise import otherwise
from agentaudit.probes.inference_code.pipelines import named_by_commit, pipelines
from agentaudit.probes.inference_code.recipes import building
from agentaudit.probes.inference_code.undeployed import is_aside, is_undeployed
from agentaudit.source import Component, Place, Repo

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
SHORT = "      - uses: benjlevesque/short-sha@v2.2\n        id: short\n"
SEVERAL = "tags: |\n            type=ref,event=tag\n            type=sha"
TEKTON = (
    "kind: PipelineRun\nspec:\n  params:\n    - name: output-image\n"
    "      value: quay.example/planner:{{revision}}\n"
    "  pipelineSpec:\n    tasks:\n      - taskRef: {name: buildah}\n"
)


def _built(steps: str) -> dict[str, object]:
    """A component with this workflow beside it."""
    return {"component": {"files": {**FILES, ".github/workflows/image.yml": HEAD + steps}}}


def _jenkins(command: str) -> dict[str, object]:
    """A component that Jenkins names by what this command prints."""
    text = (
        "node {\n  def commit = sh(returnStdout: true, script: 'COMMAND').trim()\n"
        '  def tag = "${env.BUILD_NUMBER}-${commit}"\n'
        '  sh """\n    docker build -t example/planner:${tag} \\\n      -f Dockerfile .\n'
        '    docker push example/planner:${tag}\n  """\n}\n'
    )
    return {"component": {"files": {**FILES, "Jenkinsfile": text.replace("COMMAND", command)}}}


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
            _built(SHORT + ACTION.format("example/planner:1-${{ steps.short.outputs.sha }}")),
            "an action tells the commit",
        ),
        Example(
            Outcome.PASS,
            _built(META + ACTION.format("${{ steps.meta.outputs.tags }}")),
            "docker/metadata-action makes the tag",
        ),
        Example(
            Outcome.PASS,
            _built(
                META.replace("tags: type=sha", SEVERAL)
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
            Outcome.PASS, {"component": {"files": {**FILES, ".gitlab-ci.yml": GITLAB}}}, "GitLab"
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
        Example(
            Outcome.PASS,
            {
                "component": {
                    "files": {
                        **FILES,
                        ".github/workflows/release.yml": "on: push\njobs:\n  image:\n"
                        "    uses: ./.github/workflows/build.yml\n    with:\n"
                        "      tag: ${{ github.sha }}\n",
                        ".github/workflows/build.yml": HEAD + RUN.format("${{ inputs.tag }}"),
                    }
                }
            },
            "a reusable workflow is handed the commit",
        ),
        Example(
            Outcome.PASS,
            {
                "component": {
                    "files": {
                        **FILES,
                        ".github/workflows/image.yml": HEAD + "      - run: make image\n",
                        "Makefile": "TAG := $(shell git rev-parse --short HEAD)\n"
                        "image:\n\t@docker build -t registry.example/planner:$(TAG) .\n",
                    }
                }
            },
            "by a Makefile",
        ),
        Example(
            Outcome.PASS,
            {
                "component": {
                    "files": {
                        **FILES,
                        ".github/workflows/image.yml": HEAD
                        + "      - run: |\n          tag=1.2-${{ github.sha }}\n"
                        '          VERSION="${tag}" make build-image\n',
                        "Makefile": "VERSION ?= latest\nbuild-image:\n"
                        "\t$(TOOL) build -t registry.example/planner:$(VERSION) .\n",
                    }
                }
            },
            "the Makefile is handed the commit",
        ),
        Example(
            Outcome.FAIL,
            {
                "component": {
                    "files": {
                        **FILES,
                        ".github/workflows/image.yml": HEAD
                        + "      - run: VERSION=${{ github.ref_name }} make build-image\n",
                        "Makefile": "VERSION ?= latest\nbuild-image:\n"
                        "\tdocker build -t registry.example/planner:$(VERSION) .\n",
                    }
                }
            },
            "the Makefile is handed the branch",
        ),
        Example(
            Outcome.PASS,
            {
                "component": {
                    "files": {
                        **FILES,
                        "cloudbuild.yaml": "steps:\n  - name: gcr.io/cloud-builders/docker\n"
                        "    args: [build, -t, 'gcr.io/$PROJECT_ID/planner:$COMMIT_SHA', .]\n",
                    }
                }
            },
            "Google Cloud Build",
        ),
        Example(Outcome.PASS, {"component": {"files": {**FILES, ".tekton/push.yaml": TEKTON}}}),
        Example(
            Outcome.FAIL,
            {
                "component": {
                    "files": {
                        **FILES,
                        ".tekton/push.yaml": TEKTON.replace("{{revision}}", "latest"),
                    }
                }
            },
            "a pipeline that names it by a moving tag",
        ),
        Example(
            Outcome.FAIL,
            _built(
                RUN.format("1.0").replace("example/", "example/temporary-builds/")
                + RUN.format("$GITHUB_SHA").replace("example/", "example/temporary-builds/")
                + RUN.format("${{ github.ref_name }}")
            ),
            "only what is thrown away is named by the commit",
        ),
        Example(
            Outcome.FAIL,
            _built(RUN.format("$GITHUB_SHA").replace("registry.example/", "")),
            "it stays on the runner",
        ),
        Example(
            Outcome.FAIL,
            _built(RUN.format("$GITHUB_SHA -f Dockerfile.test")),
            "the image of its tests",
        ),
        Example(Outcome.PASS, _jenkins("git rev-parse --short HEAD"), "through variables"),
        Example(Outcome.FAIL, _jenkins("git rev-parse --abbrev-ref HEAD"), "a branch"),
        Example(Outcome.FAIL, {"component": {"files": FILES}}, "no CI"),
    ],
)
def ci_stamped(repo: Repo, component: Component) -> Answer:
    """Does CI build the deployed image or package, and tag it with the commit?

    What is built on a laptop contains what lay on that laptop. A build in CI starts from a commit,
    and a tag with that commit leads from the running container back to the code.
    """
    mine = building(repo, component)
    for step, text, around in mine:
        aside = (is_aside(step) and len(mine) > 1) or is_undeployed(step, text)
        if stamped(step, around, text) and not aside:
            return passed("CI builds it and tags it with the commit", step.place.evidence())
    if found := otherwise(repo, component):
        return found
    others = [*pipelines(repo, component), *declared(repo, component)]
    for file, text in others:
        if line := named_by_commit(file, text):
            return passed("a pipeline builds it and tags it with the commit", line.evidence())
    if places := [step.place for step, _, _ in mine] + [file for file, _ in others]:
        stays = not others and all(is_undeployed(step, text) for step, text, _ in mine)
        return _untagged(component, places, stays=stays)
    return failed(
        "no CI workflow builds it (searched: docker, buildx, buildah, podman, kaniko, ko, bake and "
        "build-push steps; package builds of uv, poetry, hatch, npm, Maven, Gradle, .NET)",
        component.evidence(),
        fact="commit tag",
        place=component.id,
    )


def _untagged(component: Component, places: Sequence[Place], *, stays: bool) -> Answer:
    why = "what it builds is not deployed" if stays else "the tag does not hold the commit"
    return failed(
        f"{places[0].path} builds it, and {why}",
        *(place.evidence() for place in places[:3]),
        reason="untagged",
        fact="commit tag",
        place=component.id,
    )
