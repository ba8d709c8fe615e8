"""What belongs to another system, another image, another project."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.sources.git.lock_python import from_requirements

FROZEN = (
    "openai==1.93.0\njiter==0.10.0\ndistro==1.9.0\npydantic-core==2.33.2\nhttpx==0.28.1\n"
    "httpcore==1.0.9\nh11==0.16.0\nidna==3.10\ncertifi==2025.6.15\npydantic==2.11.7\n"
    "annotated-types==0.7.0\n"
)


@pytest.mark.parametrize(
    ("more", "complete"),
    [
        ("", True),
        ("torch==2.7.0\n", False),
        ("torch==2.7.0\ntriton==3.3.0\n", True),
        ("torch==2.7.0+cpu\n", True),
        ("ipython==8.12.3\n", False),
        ("chromadb==1.1.1\nuvloop==0.21.0\n", True),
    ],
)
def test_a_list_frozen_on_another_system_is_no_lock(more: str, complete: bool) -> None:
    assert from_requirements(FROZEN + more).complete is complete


def test_an_image_beside_the_components_own_is_not_its_own() -> None:
    files = {
        "requirements.txt": "openai==1.93.0\n",
        "Dockerfile": "FROM python:3.12\nCOPY . .\n",
        "servers/gateway/Dockerfile": "FROM vendor/gateway:latest\nRUN true\n",
    }
    found = testing.component({"files": files}).build_files
    assert [file.place.path for file in found] == ["Dockerfile"]


def test_code_of_a_referenced_project_runs_with_the_one_that_refers_to_it() -> None:
    project = '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup>{}</ItemGroup></Project>\n'.format
    files = {
        "api/Api.csproj": project(
            '<PackageReference Include="OpenAI" Version="2.0.0" />\n'
            '<ProjectReference Include="..\\Defaults\\Defaults.csproj" />'
        ),
        "api/Dockerfile": "FROM mcr.microsoft.com/dotnet/aspnet:8.0\nCOPY . .\n",
        "Defaults/Defaults.csproj": project(""),
        "Defaults/Extensions.cs": "public static class E { public static void AddAll(B builder) "
        "{ builder.Logging.AddOpenTelemetry(); } }\n",
        "api/Program.cs": "var builder = WebApplication.CreateBuilder(args);\nbuilder.AddAll();\n",
    }
    calls = testing.component({"files": files, "path": "api"}).code.calls
    assert any(call.place.path == "Defaults/Extensions.cs" for call in calls)
