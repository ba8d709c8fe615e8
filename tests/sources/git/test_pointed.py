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


FUNCTIONS = {
    "requirements.txt": "aws-cdk-lib==2.200.0\n",
    "cdk.json": '{"app": "python app.py"}',
    "app.py": "import aws_cdk\n",
    "lambda/take/requirements.txt": "boto3==1.40.0\n",
    "lambda/take/main.py": "def handler(event, context):\n    return event\n",
}
MADE = {
    "a list of names": (
        "stacks/a.py",
        "import aws_cdk\nfor name in ('take', 'give'):\n"
        "    Function(self, name, code=Code.from_asset(f'lambda/{name}'))\n",
    ),
    "a name that is given": (
        "lib/a.ts",
        "import 'aws-cdk-lib';\nconst make = (name: string) =>\n"
        "  new lambda.Function(this, name, { code: Code.fromAsset(`lambda/${name}`) });\n"
        "make('take');\n",
    ),
    "a name that is joined": (
        "lib/a.ts",
        "import 'aws-cdk-lib';\nconst make = (name: string) =>\n"
        "  new PythonFunction(this, name, { entry: path.join(__dirname, '..', 'lambda', name) });\n"
        "make('take');\n",
    ),
    "where all of them stand": (
        "lib/a.ts",
        "import 'aws-cdk-lib';\nconst HOME = path.join(__dirname, '../lambda');\n"
        "new lambda.Function(this, 'T', { code: Code.fromAsset(`${HOME}/take`) });\n",
    ),
    "an argument": (
        "stacks/a.py",
        "import aws_cdk\ndef make(self, name, folder):\n"
        "    return Function(self, name, code=Code.from_asset(folder))\n"
        "make(self, 'Take', 'lambda/take')\n",
    ),
    "an argument of Java": (
        "src/main/java/A.java",
        "import software.constructs.Construct;\n"
        'class A { void f() { Function.Builder.create(this, "T").code(Code.fromAsset("lambda/take")); } }\n',
    ),
}


@pytest.mark.parametrize("told", MADE)
def test_a_function_whose_path_is_put_together(told: str) -> None:
    path, text = MADE[told]
    assert "lambda/take" in _homes({**FUNCTIONS, path: text})


@pytest.mark.parametrize(
    ("path", "stack", "found"),
    [
        ("config/parts.py", "import aws_cdk\nfrom config.parts import PARTS\n", True),
        ("stacks/parts.py", "import aws_cdk\n", True),
        ("tools/parts.py", "import aws_cdk\nfrom config.parts import PARTS\n", False),
    ],
)
def test_a_file_without_a_construct_that_tells_the_paths(
    path: str, stack: str, found: bool
) -> None:
    parts = "PARTS = [Part(\n    entry='lambda/take', timeout=30)]\n"
    tree = {**FUNCTIONS, "stacks/a.py": stack, path: parts}
    assert ("lambda/take" in _homes(tree)) is found


@pytest.mark.parametrize(
    "text",
    [
        "for name in ('take',):\n    LayerVersion(self, name, code=Code.from_asset(f'lambda/{name}'))\n",
        "for name in ('take',):\n    read_text(f'lambda/{name}')\n",
        "for name in ('give',):\n    Function(self, name, code=Code.from_asset(f'lambda/{name}'))\n",
        "bundling(exclude=os.path.join('lambda', 'take'))\n",
        "skip(['lambda/take', 'lambda/give'])\n",
    ],
)
def test_other_paths_that_are_put_together_deploy_nothing(text: str) -> None:
    tree = {**FUNCTIONS, "stacks/a.py": "import aws_cdk\n" + text}
    assert "lambda/take" not in _homes(tree)


@pytest.mark.parametrize(
    ("imported", "homes"), [("import aws_cdk\n", []), ("import json\n", ["."])]
)
def test_what_deploys_asks_no_model_itself(imported: str, homes: list[str]) -> None:
    text = "import openai\nopenai.OpenAI().responses.create()\n"
    needs = "aws-cdk-lib==2.200.0\nopenai==2.1.0\n"
    stack = "import aws_cdk\nmake('Take', 'lambda/take')\n"
    tree = {**FUNCTIONS, "requirements.txt": needs, "parts/index.py": f"{imported}{text}"}
    assert _homes({**tree, "parts/a.py": stack}) == [*homes, "lambda/take"]
