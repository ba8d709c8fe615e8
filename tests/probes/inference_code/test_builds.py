import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.inference_code.builds import builds, concerns, stamped
from agentaudit.probes.inference_code.ci_stamped import ci_stamped
from agentaudit.source import Place, Step

FILES = {
    f"services/{name}/{file}": text
    for name in ("planner", "reader")
    for file, text in (
        ("requirements.txt", "openai==1.93.0\n"),
        ("Dockerfile", "FROM python:3.12\nCOPY . .\n"),
    )
}
QUARKUS = "mvn package -Dquarkus.container-image.build=true -Dquarkus.container-image.tag=latest"
ACTION = "uses: docker/build-push-action@v6"


def step(text: str, line: int = 1) -> Step:
    return Step("ci.yml", text, Place("git:.", "ci.yml", line))


@pytest.mark.parametrize(
    ("text", "built"),
    [
        ("docker build -t a .", True),
        ("docker buildx build --push .", True),
        (f"{ACTION} context=.", True),
        ("uses: redhat-actions/buildah-build@v2 image=a", True),
        ("uses: redhat-actions/push-to-registry@v2 image=a", False),
        ("/kaniko/executor --context .", True),
        ("uv build", True),
        ("./mvnw -B package -Dquarkus.container-image.push=true", True),
        ("./mvnw -B package -Dquarkus.container-image.push=false", False),
        ("docker run a", False),
        ("pytest tests/test_docker_builder.py", False),
        ("npm run build", False),
        ('echo "docker build -t a ."', False),
        ("ls # docker build .", False),
        ("docker build --help && ls", False),
    ],
)
def test_what_builds(text: str, built: bool) -> None:
    assert bool(list(builds([step(text)]))) is built


@pytest.mark.parametrize(
    ("text", "before", "good"),
    [
        ("docker build -t a:$GITHUB_SHA .", "", True),
        ("docker build -t a:${CI_COMMIT_SHORT_SHA} .", "", True),
        (f"{QUARKUS} -Dquarkus.container-image.additional-tags=$GITHUB_SHA", "", True),
        (f"{QUARKUS} -Dquarkus.container-image.labels=$GITHUB_SHA", "", False),
        ("docker build -t a:$(git rev-parse HEAD) .", "", True),
        ("docker build -t a:$TAG .", 'echo "TAG=${GITHUB_SHA::7}" >> $GITHUB_ENV', True),
        ("docker build -t a:$TAG .", "env:\n  TAG: ${{ github.sha }}", True),
        ("docker build -t a:$TAG .", "TAG=1.0", False),
        (
            "docker build -t a:$TAG .",
            'echo "TAG=$(date +%F)" >> $GITHUB_ENV\necho "SHA=$GITHUB_SHA" >> $GITHUB_ENV',
            False,
        ),
        ("docker build -t a:$TAG .", 'SHA=$GITHUB_SHA\nTAG="v1 $SHA"', True),
        ("docker build -t ${{ steps.a.outputs.sha-tag }} .", 'echo "sha-tag=$GITHUB_SHA"', True),
        ("docker build -t ${{ steps.a.outputs.tag-env }} .", 'echo "tag=$GITHUB_SHA"', False),
        ("docker build -t a:1.0 --build-arg SHA=$GITHUB_SHA .", "", False),
        ("docker build -t a:1.0 --label rev=$GITHUB_SHA .", "", False),
        ("docker build -t a .", "docker tag a a:$GITHUB_SHA", True),
        ("docker build -t a .", "pytest --id $GITHUB_SHA", False),
        ("docker build -t a .", "docker tag b b:$GITHUB_SHA", False),
        ("docker build -t a .", "docker push other/a:$GITHUB_SHA", False),
        ("docker build -t a:latest . && git rev-parse HEAD", "", False),
        ("docker build -t a . --iidfile $GITHUB_SHA.txt", "", False),
        ('docker build --tag="a:$(git rev-parse HEAD)" .', "", True),
        ("docker buildx bake --set app.tags=a:$GITHUB_SHA", "", True),
        ("TAG=$GITHUB_SHA docker compose build", "", True),
        ("gcloud builds submit --tag a:$GITHUB_SHA", "", True),
        ("pack build a:$GITHUB_SHA", "", True),
        ("poetry build", "poetry version 0.1+$GITHUB_SHA", True),
        ("uv build", "ls $GITHUB_SHA", False),
        (f"{ACTION} tags=a:${{{{ github.sha }}}} push=true", "", True),
        ("uses: redhat-actions/buildah-build@v2 image=a tags=v1 ${{ github.sha }}", "", True),
        ("uses: redhat-actions/buildah-build@v2 image=a tags=v1 latest", "", False),
        (f"{ACTION} build-args=SHA=${{{{ github.sha }}}} tags=a:1.0", "", False),
        (f"{ACTION} tags=a:1.0 build-args=SHA=${{{{ github.sha }}}}", "", False),
        (f"{ACTION} tags=${{{{ steps.m.outputs.tags }}}}", "", False),
        (
            f"{ACTION} tags=${{{{ steps.m.outputs.tags }}}}",
            "SHORT=${GITHUB_SHA::8}\necho 'tags<<EOF'\necho \"a:$SHORT\"\necho EOF",
            True,
        ),
        (
            f"{ACTION} tags=${{{{ steps.m.outputs.tags }}}}",
            "SHORT=${GITHUB_SHA::8}\necho 'tags<<EOF'\necho a:latest\necho EOF",
            False,
        ),
        (
            f"{ACTION} tags=${{{{ steps.m.outputs.tags }}}}",
            "uses: docker/metadata-action@v5 tags=type=sha",
            True,
        ),
        (
            f"{ACTION} tags=${{{{ steps.m.outputs.tags }}}}",
            "uses: docker/metadata-action@v5 tags=type=semver,pattern={{version}}",
            False,
        ),
        (
            f"{ACTION} tags=${{{{ steps.m.outputs.tags }}}}",
            "SHORT=$(git log -1 --format=%h)\nuses: docker/metadata-action@v5 "
            "tags=type=raw,value=${{ steps.vars.outputs.SHORT }}",
            True,
        ),
        (
            f"{ACTION} tags=${{{{ steps.m.outputs.tags }}}}",
            "SHORT=$(date +%F)\nuses: docker/metadata-action@v5 "
            "tags=type=raw,value=${{ steps.vars.outputs.SHORT }}",
            False,
        ),
        ("docker build -t a:$CODEBUILD_RESOLVED_SOURCE_VERSION .", "", True),
        ("docker build -t a:${{ gitea.sha }} .", "", True),
    ],
)
def test_what_is_named_by_the_commit(text: str, before: str, good: bool) -> None:
    build = step(text, 2)
    assert stamped(build, [step(before), build], f"{before}\n{text}\n") is good


@pytest.mark.parametrize(
    ("text", "mine"),
    [
        ("docker build -t a services/planner", True),
        ("docker build -t registry.example/planner:1 .", True),
        ("docker build -t a services/reader", False),
        ("docker build -t planner-web web", False),
        (f"{ACTION} context=services/${{{{ matrix.service }}}} push=true", True),
        ("docker build -t a -f services/$S/Dockerfile .", True),
        (f"{ACTION} context=tools/${{{{ matrix.tool }}}}", False),
    ],
)
def test_which_component_is_built(text: str, mine: bool) -> None:
    component = testing.component({"files": FILES, "path": "services/planner"})
    assert concerns(step(text), component, alone=False) is mine
    assert concerns(step(text), component, alone=True)


RELEASED = """on:
  push:
    {}
jobs:
  image:
    steps:
      - run: |
          if [[ $GITHUB_REF == refs/tags/* ]]; then
            if [[ $GITHUB_REF == refs/tags/app-* ]]; then
              VERSION=${{GITHUB_REF#refs/tags/app-}}
            else
              VERSION=${{GITHUB_REF#refs/tags/}}
            fi
          else
            VERSION=${{GITHUB_SHA::7}}
          fi
      - run: docker build -t app:$VERSION .
"""


@pytest.mark.parametrize(
    ("pushed", "named"),
    [
        ("tags: ['v*']", False),
        ("branches: [main]\n    tags: ['v*']", True),
        ("branches: [main]", True),
    ],
)
def test_what_runs_for_tags_only_never_comes_to_the_commit(pushed: str, named: bool) -> None:
    build = step("docker build -t app:$VERSION .")
    assert stamped(build, [build], RELEASED.format(pushed)) is named


BY_HAND = """on:
{}  workflow_dispatch:
jobs:
  image:
    steps:
      - run: |
          if [[ "${{{{ github.event_name }}}}" {} "workflow_dispatch" ]]; then
            TAG=${{GITHUB_SHA::7}}
          else
            TAG=latest
          fi
      - run: docker build -t app:$TAG .
"""
PUSHED = "  push:\n    branches: [main]\n"


@pytest.mark.parametrize(
    ("pushed", "compared", "named"),
    [(PUSHED, "==", False), (PUSHED, "!=", True), ("", "==", True)],
)
def test_what_only_runs_by_hand_are_named_by(pushed: str, compared: str, named: bool) -> None:
    build = step("docker build -t app:$TAG .")
    assert stamped(build, [build], BY_HAND.format(pushed, compared)) is named


@pytest.mark.parametrize(
    ("inputs", "named"),
    [
        ("tags=a:latest build-args=GIT_COMMIT=${{ github.sha }} MODE=live", False),
        ("tags=a:latest labels=commit=${{ github.sha }}", False),
        ("build-args=MODE=live tags=a:${{ github.sha }}", True),
    ],
)
def test_arguments_of_a_build_name_nothing(inputs: str, named: bool) -> None:
    build = step(f"{ACTION} context=. {inputs}")
    assert stamped(build, [build], "") is named


@pytest.mark.parametrize(
    ("tried", "outcome"),
    [
        ("push: false", Outcome.FAIL),
        ("push: true", Outcome.PASS),
        ("push: false\n          load: true", Outcome.PASS),
    ],
)
def test_a_build_that_is_dropped_names_nothing(tried: str, outcome: Outcome) -> None:
    head = "on: push\njobs:\n  image:\n    steps:\n"
    action = f"      - {ACTION}\n        with:\n          context: .\n          "
    files = {
        "requirements.txt": "openai==1.93.0\n",
        "Dockerfile": "FROM python:3.12\nCOPY . .\n",
        ".github/workflows/a.yml": head
        + action
        + f"{tried}\n          tags: a:${{{{github.sha}}}}\n",
        ".github/workflows/b.yml": head + action + "push: true\n          tags: a:latest\n",
    }
    given = {"files": files}
    answer = ci_stamped.ask(
        {"repo": testing.repository(given), "component": testing.component(given)}
    )
    assert answer.outcome is outcome, answer.message


MAKE = """NAME := shop-$(APP_NAME)
TAG := {}
release:
\tcd $(APP_NAME) && $(MAKE) image OPTS="--tag $(NAME):latest --tag $(NAME):$(TAG)"
"""
CALLER = """on: push
jobs:
  ship:
    uses: ./.github/workflows/deploy.yml
    with:
      app: {}
"""
CALLED = """on:
  workflow_call:
jobs:
  ship:
    uses: ./.github/workflows/build.yml
    with:
      app: ${{ inputs.app }}
"""
BUILDS = """on:
  workflow_call:
jobs:
  image:
    steps:
      - run: make APP_NAME=${{ inputs.app }} release
"""


@pytest.mark.parametrize(
    ("tag", "app", "outcome"),
    [
        ("$(shell git rev-parse HEAD)", "planner", Outcome.PASS),
        ("$(shell date +%F)", "planner", Outcome.FAIL),
        ("$(shell git rev-parse HEAD)", "reader", Outcome.FAIL),
    ],
)
def test_a_makefile_has_the_image_built_by_another(tag: str, app: str, outcome: Outcome) -> None:
    image = {
        "requirements.txt": "openai==1.93.0\n",
        "Dockerfile": "FROM python:3.12\nCOPY . .\n",
        "Makefile": "image:\n\tdocker build $(OPTS) .\n",
    }
    files = {
        **{
            f"{home}/{name}": text for home in ("planner", "reader") for name, text in image.items()
        },
        "Makefile": MAKE.format(tag),
        ".github/workflows/cd.yml": CALLER.format(app),
        ".github/workflows/deploy.yml": CALLED,
        ".github/workflows/build.yml": BUILDS,
    }
    assert _asked(files, "planner") is outcome


def _asked(files: dict[str, str], path: str = ".") -> Outcome:
    given = {"files": files, "path": path}
    inputs = {"repo": testing.repository(given), "component": testing.component(given)}
    return ci_stamped.ask(inputs).outcome


HOST = '<Project Sdk="Aspire.AppHost.Sdk/9.0"><ItemGroup>\n' + (
    '<ProjectReference Include="../Api/Api.csproj" />\n</ItemGroup></Project>\n'
)
PUSHES = """on: push
jobs:
  ship:
    steps:
      - run: aspire do push
        env:
          REVISION: ${{ github.sha }}
"""


@pytest.mark.parametrize(
    ("read", "outcome"), [("REVISION", Outcome.PASS), ("BUILD_NUMBER", Outcome.FAIL)]
)
def test_an_application_host_tags_what_it_pushes(read: str, outcome: Outcome) -> None:
    files = {
        "AppHost/AppHost.csproj": HOST,
        "AppHost/Push.cs": f'var tag = configuration["{read}"];\n'
        'Cli.Wrap("docker").WithArguments(["tag", local, $"{repo}:{tag}"]);\n',
        "Api/Api.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"></Project>',
        ".github/workflows/push.yml": PUSHES,
    }
    assert _asked(files, "Api") is outcome


SCRIPT = """#!/bin/bash
name_tag() {{
  local short
  short="$({})"
  printf "%s" "$short"
}}
tag="$(name_tag)"
image="$REGISTRY/shop/app:${{tag}}"
docker build -t "$image" .
"""


@pytest.mark.parametrize(
    ("says", "outcome"),
    [("git rev-parse --short HEAD", Outcome.PASS), ("date +%s", Outcome.FAIL)],
)
def test_a_script_makes_the_tag_in_a_function(says: str, outcome: Outcome) -> None:
    files = {
        "requirements.txt": "openai==1.93.0\n",
        "Dockerfile": "FROM python:3.12\nCOPY . .\n",
        "scripts/deploy.sh": SCRIPT.format(says),
        ".github/workflows/cd.yml": "on: push\njobs:\n  a:\n    steps:\n"
        "      - run: ./scripts/deploy.sh\n",
    }
    assert _asked(files) is outcome


MATRIX = """on: push
jobs:
  image:
    strategy:
      matrix:
        service: [{}]
    steps:
      - run: >-
          docker build -t a/${{{{ matrix.service }}}}:${{{{ github.sha }}}}
          services/${{{{ matrix.service }}}}
      - run: docker push a/${{{{ matrix.service }}}}:${{{{ github.sha }}}}
"""


@pytest.mark.parametrize(
    ("listed", "outcome"), [("planner, reader", Outcome.PASS), ("reader", Outcome.FAIL)]
)
def test_a_matrix_builds_what_it_lists(listed: str, outcome: Outcome) -> None:
    files = {**FILES, ".github/workflows/a.yml": MATRIX.format(listed)}
    assert _asked(files, "services/planner") is outcome


NAMED = """on: push
jobs:
  image:
    env:
      NAME: reader
    steps:
      - uses: docker/build-push-action@v6
        with:
          context: ./services/reader
          push: true
          tags: ${{ steps.login.outputs.registry }}/${{ env.NAME }}:${{ github.sha }}
"""


@pytest.mark.parametrize(("name", "outcome"), [("reader", Outcome.PASS), ("planner", Outcome.FAIL)])
def test_a_name_of_variables_alone_is_no_directory(name: str, outcome: Outcome) -> None:
    files = {**FILES, ".github/workflows/a.yml": NAMED}
    assert _asked(files, f"services/{name}") is outcome


FORKED = """on: push
jobs:
  image:
    steps:
      - run: |
          if [[ "${GITHUB_REPOSITORY}" SIGN "acme/planner" ]]; then
            echo "TAGS=acme/planner:${GITHUB_SHA}" >> $GITHUB_ENV
          else
            if [[ "${GITHUB_EVENT_NAME}" == "pull_request" ]]; then
              echo "TAGS=acme/planner:pr-${GITHUB_SHA}" >> $GITHUB_ENV
            else
              echo "TAGS=acme/planner:next" >> $GITHUB_ENV
            fi
          fi
      - uses: docker/build-push-action@v6
        with:
          context: ./services/planner
          push: true
          tags: ${{ env.TAGS }}
          build-args: |
            TAGS=${{ github.sha }}
"""


@pytest.mark.parametrize(("sign", "outcome"), [("==", Outcome.PASS), ("!=", Outcome.FAIL)])
def test_what_forks_and_proposals_are_called_is_not_the_name(sign: str, outcome: Outcome) -> None:
    files = {**FILES, ".github/workflows/a.yml": FORKED.replace("SIGN", sign)}
    assert _asked(files, "services/planner") is outcome
