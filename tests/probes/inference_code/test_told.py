"""What a program is told of its commit by a platform, a file that CI writes, or its own build."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.inference_code.ci_stamped import ci_stamped
from agentaudit.probes.inference_code.commit_stamped import commit_stamped

PASS, FAIL = Outcome.PASS, Outcome.FAIL
ASKS = "from openai import OpenAI\nOpenAI()\n"
PY = {"requirements.txt": "openai==1.93.0\n", "app/main.py": ASKS}
IMAGE = {**PY, "Dockerfile": "FROM python:3.12\nCOPY . .\n"}
NODE = {
    "package.json": '{"name": "desk", "dependencies": {"openai": "5.0.0"}}',
    "src/main.ts": 'import OpenAI from "openai";\nnew OpenAI();\n',
}
PUSHED = (
    "on:\n  push:\n    branches: [main]\njobs:\n  ship:\n    runs-on: ubuntu-24.04\n    steps:\n"
)
BUILD = "      - run: docker build -t reg.example/desk:1 . && docker push reg.example/desk:1\n"
GO = {
    "go.mod": "module x.io/desk\n\ngo 1.24\n\nrequire github.com/openai/openai-go v1.8.0\n",
    "main.go": 'package main\n\nimport "github.com/openai/openai-go"\n\n'
    'var commit = "none"\n\nfunc main() { openai.NewClient(); println(commit) }\n',
}
KNOWS = {
    **GO,
    "main.go": 'package main\n\nimport (\n\t"runtime/debug"\n\n'
    '\t"github.com/openai/openai-go"\n)\n\n'
    "func main() {\n\topenai.NewClient()\n\tinfo, _ := debug.ReadBuildInfo()\n"
    '\tfor _, s := range info.Settings {\n\t\tif s.Key == "vcs.revision" {\n'
    "\t\t\tprintln(s.Value)\n\t\t}\n\t}\n}\n",
}
SHARP = (
    'using OpenAI.Chat;\nvar asked = new ChatClient("m", "k");\nasked.CompleteChat("q");\n'
    "var told = {of}\n"
    "    .GetCustomAttribute<AssemblyInformationalVersionAttribute>(){read};\n"
)
RELEASER = "version: 2\nbuilds:\n  - main: .\n"


def _step(run: str) -> dict[str, str]:
    return {".github/workflows/ship.yml": f"{PUSHED}      - run: {run}\n{BUILD}"}


def _released(step: str = "run: goreleaser release --clean") -> dict[str, str]:
    workflow = f"{PUSHED}      - {step}\n"
    return {**GO, ".goreleaser.yaml": RELEASER, ".github/workflows/ship.yml": workflow}


def _net(
    read: str = "",
    version: str = "9.0",
    run: str = "dotnet publish -o out",
    of: str = "typeof(Program).Assembly",
) -> dict[str, str]:
    project = f"<PropertyGroup><TargetFramework>net{version}</TargetFramework></PropertyGroup>"
    package = '<ItemGroup><PackageReference Include="OpenAI" Version="2.1.0" /></ItemGroup>'
    return {
        "Desk.csproj": f'<Project Sdk="Microsoft.NET.Sdk">{project}{package}</Project>\n',
        "Program.cs": SHARP.format(read=read, of=of),
        ".github/workflows/ship.yml": f"{PUSHED}      - run: {run}\n",
    }


def _tells(line: str) -> dict[str, str]:
    return {**NODE, "src/health.ts": f"{line}\n"}


def _ask(files: dict[str, str]) -> Outcome:
    given = {"files": files}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    return commit_stamped.ask(asked).outcome


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        (_tells("export const v = { at: process.env.RENDER_GIT_COMMIT?.slice(0, 7) };"), PASS),
        (_tells("export const s = z.object({ RAILWAY_GIT_COMMIT_SHA: z.string() });"), PASS),
        (_tells("// RAILWAY_GIT_COMMIT_SHA is set by the host"), FAIL),
        (_tells("show('it may be told by RAILWAY_GIT_COMMIT_SHA or not');"), FAIL),
        (_tells("export const v = process.env.RAILWAY_PROJECT_ID;"), FAIL),
        (_tells("/* The host sets\n RAILWAY_GIT_COMMIT_SHA\n*/"), FAIL),
        (_tells("interface Env {\n  RAILWAY_GIT_COMMIT_SHA?: string;\n}"), FAIL),
        (
            {**NODE, "src/env.d.ts": "interface Env {\n  RAILWAY_GIT_COMMIT_SHA: Told;\n}\n"},
            FAIL,
        ),
        ({**PY, "app/health.py": 'def v():\n    """Not of\n\n    RENDER_GIT_COMMIT."""\n'}, FAIL),
        ({**PY, "app/health.py": 'V = {"at": env["RENDER_GIT_COMMIT"]}\n'}, PASS),
    ],
)
def test_a_platform_tells_the_commit(files: dict[str, str], outcome: Outcome) -> None:
    assert _ask(files) is outcome


READS = {**IMAGE, "app/main.py": f"{ASKS}print(open('app/build.json').read())\n"}
NAMES = {**IMAGE, "app/stamp.py": "COMMIT = 'none'\n"}


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        ({**READS, **_step("echo $GITHUB_SHA > app/build.json")}, PASS),
        ({**READS, **_step('echo "{}" > app/build.json')}, FAIL),
        ({**IMAGE, **_step("echo $GITHUB_SHA > app/build.json")}, FAIL),
        ({**NAMES, **_step('sed -i "s/none/${GITHUB_SHA}/" app/stamp.py')}, PASS),
        ({**NAMES, **_step('sed -i "s/none/${GITHUB_REF_NAME}/" app/stamp.py')}, FAIL),
        ({**READS, **_step('echo "at=$GITHUB_SHA" >> $GITHUB_OUTPUT')}, FAIL),
        ({**READS, **_step("git rev-parse HEAD > app/build.json")}, PASS),
        ({**READS, **_step("pack --at $(git rev-parse HEAD) > app/build.json")}, FAIL),
        ({**READS, **_step("git log -1 --format=%H > app/build.json")}, PASS),
        ({**READS, **_step("git log $GITHUB_SHA~9.. > app/build.json")}, FAIL),
        ({**NAMES, **_step("git diff $GITHUB_SHA~1 | cat > app/stamp.py")}, FAIL),
        ({**NAMES, **_step("echo \"COMMIT = '$GITHUB_SHA';\" > app/stamp.py")}, PASS),
        ({**READS, **_step('check || echo "$GITHUB_SHA failed" >> app/build.json')}, FAIL),
    ],
)
def test_ci_writes_the_commit_into_a_file(files: dict[str, str], outcome: Outcome) -> None:
    assert _ask(files) is outcome


@pytest.mark.parametrize(
    ("run", "outcome"),
    [
        ("echo $GITHUB_SHA > app/build.json\n      - run: docker build .", PASS),
        ("echo $GITHUB_SHA > app/build.json\n      - run: rsync -a app host:app", PASS),
        ("echo $GITHUB_SHA > app/build.json && docker build .", PASS),
        ("echo $GITHUB_SHA > app/build.json\n      - run: pytest", FAIL),
        ("echo $GITHUB_SHA > app/build.json\n      - run: echo docker build .", FAIL),
        ("docker build .\n      - run: echo $GITHUB_SHA > app/build.json", FAIL),
        (
            "echo $GITHUB_SHA > app/build.json\n  other:\n    runs-on: ubuntu-24.04\n"
            "    steps:\n      - run: docker build .",
            FAIL,
        ),
    ],
)
def test_a_file_with_the_commit_goes_out_with_what_its_job_builds(
    run: str, outcome: Outcome
) -> None:
    workflow = {".github/workflows/ship.yml": f"{PUSHED}      - run: {run}\n"}
    assert _ask({**READS, **workflow}) is outcome


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        (_released(), PASS),
        (_released("uses: goreleaser/goreleaser-action@v6\n        with: {args: release}"), PASS),
        (_released("uses: goreleaser/goreleaser-action@v6\n        with: {args: check}"), FAIL),
        (_released("run: goreleaser release --snapshot"), FAIL),
        (_released("run: go test ./..."), FAIL),
        ({**_released(), ".goreleaser.yaml": f"{RELEASER}    ldflags: [-s -w]\n"}, FAIL),
        ({**_released(), "main.go": "package main\n"}, FAIL),
        ({**_released(), "Dockerfile": "FROM golang:1.24\nCOPY . .\nRUN go build\n"}, FAIL),
        ({**_released(), "Dockerfile": "FROM scratch\nCOPY desk /desk\n"}, PASS),
        ({**KNOWS, "Makefile": "desk:\n\tgo build -o desk .\n"}, PASS),
        ({**KNOWS, "Makefile": "desk:\n\tgo build -buildvcs=false -o desk .\n"}, FAIL),
    ],
)
def test_a_build_of_go_by_itself(files: dict[str, str], outcome: Outcome) -> None:
    assert _ask(files) is outcome


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        (_net(), PASS),
        (_net(".InformationalVersion.Split('+')[0]"), FAIL),
        (_net(version="6.0"), FAIL),
        (_net(run="dotnet test"), FAIL),
        (_net(of="Assembly.GetExecutingAssembly()"), PASS),
        (_net(of="typeof(ChatClient).Assembly"), FAIL),
        ({**_net(of="typeof(Desk).Assembly"), "Desk.cs": "public record Desk;\n"}, PASS),
        (_net(of="loaded"), FAIL),
        (_net(run="dotnet publish -p:InformationalVersion=1.2"), FAIL),
    ],
)
def test_an_assembly_of_net(files: dict[str, str], outcome: Outcome) -> None:
    assert _ask(files) is outcome


@pytest.mark.parametrize(
    ("run", "outcome"),
    [
        ("kubectl set env deployment/desk GIT_SHA=$GITHUB_SHA", PASS),
        ("kubectl set env deployment/desk GIT_REF=$GITHUB_REF_NAME", FAIL),
        ("docker run -d -p 80:80 -e RELEASE=$GITHUB_SHA reg.example/desk:1", PASS),
        ("docker run --restart=always -e RELEASE=$GITHUB_SHA reg.example/desk:1", PASS),
        ("docker run -e RELEASE=$GITHUB_SHA reg.example/desk:1 lint", FAIL),
        ("docker run -d --rm -e RELEASE=$GITHUB_SHA reg.example/desk:1", FAIL),
        ("docker run -d -e RELEASE=$GITHUB_SHA reg.example/desk:1 pytest", FAIL),
    ],
)
def test_what_is_started_is_told(run: str, outcome: Outcome) -> None:
    assert _ask({**IMAGE, **_step(run)}) is outcome


@pytest.mark.parametrize(
    ("given", "outcome"), [("${{ github.sha }}", PASS), ("${{ github.ref_name }}", FAIL)]
)
def test_a_version_that_is_the_commit(given: str, outcome: Outcome) -> None:
    recipe = "FROM python:3.12\nARG DD_VERSION\nENV DD_VERSION=$DD_VERSION\nCOPY . .\n"
    run = f"docker build --build-arg DD_VERSION={given} -t reg.example/desk ."
    assert _ask({**PY, "Dockerfile": recipe, **_step(run)}) is outcome


META = (
    "on:\n  push:\n    branches: [main]\n  workflow_dispatch:\njobs:\n  ship:\n    steps:\n"
    "      - id: meta\n        uses: docker/metadata-action@v5\n        with:\n"
    "          images: reg.example/desk\n          tags: |\n            type=raw,value=latest\n"
    "            type=sha{}\n"
    "      - uses: docker/build-push-action@v6\n        with:\n          context: .\n"
    "          push: true\n          tags: ${{{{ steps.meta.outputs.tags }}}}\n"
)


@pytest.mark.parametrize(
    ("enable", "outcome"),
    [
        ("", PASS),
        (",enable=${{ github.event_name == 'push' }}", PASS),
        (",enable=${{ github.event_name == 'workflow_dispatch' }}", FAIL),
    ],
)
def test_a_tag_of_runs_by_hand(enable: str, outcome: Outcome) -> None:
    given = {"files": {**IMAGE, ".github/workflows/ship.yml": META.format(enable)}}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    assert ci_stamped.ask(asked).outcome is outcome


NAMED = (
    "on:\n  push:\n    branches: [main]\njobs:\n  ship:\n    steps:\n      - id: name\n"
    '        run: |\n          if [ "${{{{ github.repository }}}}" {} "x/desk" ]; then\n'
    '            echo "tag=main" >> $GITHUB_OUTPUT\n          else\n'
    '            echo "tag=$GITHUB_SHA" >> $GITHUB_OUTPUT\n          fi\n'
    "      - uses: docker/build-push-action@v6\n        with:\n          push: true\n"
    "          tags: reg.example/desk:${{{{ steps.name.outputs.tag }}}}\n"
)


@pytest.mark.parametrize(("sign", "outcome"), [("==", FAIL), ("!=", PASS)])
def test_what_is_said_for_forks(sign: str, outcome: Outcome) -> None:
    given = {"files": {**IMAGE, ".github/workflows/ship.yml": NAMED.format(sign)}}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    assert ci_stamped.ask(asked).outcome is outcome


@pytest.mark.parametrize(
    ("run", "outcome"),
    [
        ("gcloud run deploy desk --image reg.example/desk --revision-suffix=$GITHUB_SHA", PASS),
        ("gcloud run deploy desk --image reg.example/desk --revision-suffix=one", FAIL),
        ("./mvnw jib:build -Dimage=reg.example/desk:$GITHUB_SHA", PASS),
        ("./mvnw jib:build -Dimage=reg.example/desk:1", FAIL),
    ],
)
def test_what_names_what_is_deployed(run: str, outcome: Outcome) -> None:
    given = {"files": {**IMAGE, ".github/workflows/ship.yml": f"{PUSHED}      - run: {run}\n"}}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    assert ci_stamped.ask(asked).outcome is outcome


LABELS = (
    "      - id: meta\n        uses: docker/metadata-action@v5\n        with:\n"
    "          images: reg.example/desk\n      - uses: {}\n        with:\n          {}\n"
)


@pytest.mark.parametrize(
    ("action", "given", "outcome"),
    [
        ("int128/kaniko-action@v1", "labels: ${{ steps.meta.outputs.labels }}", PASS),
        ("int128/kaniko-action@v1", "tags: ${{ steps.meta.outputs.tags }}", FAIL),
        ("redhat-actions/buildah-build@v2", "labels: ${{ steps.meta.outputs.labels }}", PASS),
        ("docker/bake-action@v5", "files: ${{ steps.meta.outputs.bake-file }}", PASS),
        ("docker/bake-action@v5", "files: ${{ steps.meta.outputs.bake-file-tags }}", FAIL),
        ("actions/labeler@v5", "labels: ${{ steps.meta.outputs.labels }}", FAIL),
    ],
)
def test_builders_that_take_labels(action: str, given: str, outcome: Outcome) -> None:
    workflow = PUSHED + LABELS.format(action, given)
    assert _ask({**IMAGE, ".github/workflows/ship.yml": workflow}) is outcome
