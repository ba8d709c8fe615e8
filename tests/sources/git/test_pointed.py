"""Projects that the code of a stack names by their path, whatever construct takes them."""

from __future__ import annotations

import pytest

from agentaudit.sources.git import MemoryRepo

STACK = {
    "package.json": '{"name": "whole", "private": true, "workspaces": ["packages/*"]}',
    "packages/cdk/cdk.json": '{"app": "npx tsx bin/app.ts"}',
    "packages/cdk/package.json": '{"name": "cdk", "dependencies": {"aws-cdk-lib": "2"}}',
    "packages/cdk/bin/app.ts": 'import "aws-cdk-lib";\n',
    "packages/tool/package.json": '{"name": "tool"}',
    "packages/tool/src/handler.ts": "export const handler = () => 1;\n",
}
TOLD = {
    "a property of a construct of its own": "new Tool(this, 'T', {{ codePath: '{}' }});\n",
    "a variable": "const toolDir = path.join(__dirname, '../../..', '{}');\n",
    "what a build leaves": "const assetPath = '{}/dist/lambda.zip';\n",
    "the file of the code": "const entry = '{}/src/handler.ts';\n",
}
PYTHON = (
    "import aws_cdk\n\nlambda_package_path = os.path.join(\n"
    '    os.path.dirname(os.path.abspath(__file__)), "..", "..", "packages", "tool", "dist", "a.zip"\n)\n'
)


def _homes(files: dict[str, str]) -> list[str]:
    return [component.path for component in MemoryRepo(files).components()]


@pytest.mark.parametrize("told", TOLD)
def test_a_project_that_a_stack_points_to_is_a_component(told: str) -> None:
    stack = 'import * as cdk from "aws-cdk-lib";\n' + TOLD[told].format("packages/tool")
    assert "packages/tool" in _homes({**STACK, "packages/cdk/lib/stack.ts": stack})


def test_a_path_of_several_words_in_python() -> None:
    stack = {path: text for path, text in STACK.items() if not path.endswith(".ts")}
    code = {"packages/cdk/stack/a.py": PYTHON, "packages/tool/a.py": "import json\n"}
    assert "packages/tool" in _homes({**stack, **code})


@pytest.mark.parametrize(
    "text",
    [
        "const excludePath = ['packages/tool'];\n",
        "new LayerVersion(this, 'L', { code: 'packages/tool/src/handler.ts' });\n",
        "const schemaPath = 'packages/tool/src/handler.ts';\n",
        "const note = 'packages/tool';\n",
        "const codePath = 'packages/tool/readme.txt';\n",
    ],
)
def test_other_paths_deploy_nothing(text: str) -> None:
    stack = 'import * as cdk from "aws-cdk-lib";\n' + text
    tree = {**STACK, "packages/cdk/lib/stack.ts": stack, "packages/tool/readme.txt": "x"}
    assert "packages/tool" not in _homes(tree)


def test_a_project_that_stands_among_what_deploys_it() -> None:
    stack = {
        "infra/cdk.json": '{"app": "python app.py"}',
        "infra/app.py": "import aws_cdk\nTool(self, code_path='lambda/answers')\n",
        "infra/lambda/answers/requirements.txt": "openai\n",
        "infra/lambda/answers/main.py": "import openai\nopenai.OpenAI().responses.create()\n",
    }
    found = {each.path: each.agentic for each in MemoryRepo(stack).components()}
    assert found["infra/lambda/answers"]
