"""Applications of a .NET solution that nothing in the repository deploys."""

from __future__ import annotations

import pytest

from agentaudit.sources.git import MemoryRepo


def _project(kind: str, *needs: str) -> str:
    rows = "".join(f'<ProjectReference Include="..\\{n}\\{n}.csproj" />\n' for n in needs)
    return f'<!-- x -->\n<Project Sdk="Microsoft.NET.Sdk{kind}">\n{rows}</Project>'


API = {
    "Api/Api.csproj": _project(".Web", "Services"),
    "Services/Services.csproj": _project(""),
}
WINDOWS = "<PropertyGroup><OutputType>WinExe</OutputType></PropertyGroup>"

ADD_IN = '<ItemGroup><PackageReference Include="ExcelDna.AddIn" Version="1.9.0" /></ItemGroup>'
PROGRAM = WINDOWS.replace("WinExe", "Exe")
ASPIRE = "<IsAspireHost>true</IsAspireHost>"


def _homes(files: dict[str, str]) -> list[str]:
    return [each.path for each in MemoryRepo({**API, **files}).components()]


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({}, ["Api"]),
        ({"Page/Page.csproj": _project(".BlazorWebAssembly", "Services")}, ["Api", "Page"]),
        ({"Jobs/Jobs.csproj": _project(".Worker")}, ["Api", "Jobs"]),
        ({"Desk/Desk.csproj": _project("", "Services") + WINDOWS}, ["Api", "Desk"]),
        ({"Tool/Tool.csproj": _project("")}, ["Api"]),
        ({"AddIn/AddIn.csproj": _project("") + ADD_IN}, ["AddIn", "Api"]),
        ({"Speed/Api.Benchmarks.csproj": _project("", "Services") + PROGRAM}, ["Api"]),
        ({"Api.Tests/Api.Tests.csproj": _project(".Web", "Api")}, ["Api"]),
        ({"Chat/Chat.csproj": _project("", "Services") + PROGRAM}, ["Api", "Chat"]),
        ({"Host/Host.csproj": _project("", "Api") + PROGRAM + ASPIRE}, ["Api"]),
        ({"samples/Demo/Demo.csproj": _project(".Web")}, ["Api"]),
    ],
)
def test_projects_that_run_by_themselves(files: dict[str, str], found: list[str]) -> None:
    assert _homes(files) == found


def test_a_page_that_its_server_refers_to_ends_in_the_server() -> None:
    files = {
        "Server/Server.csproj": _project(".Web", "Page"),
        "Page/Page.csproj": _project(".BlazorWebAssembly"),
    }
    assert _homes(files) == ["Api", "Server"]


def test_projects_beside_what_has_an_image() -> None:
    files = {
        "Api/Dockerfile": "FROM mcr.example/aspnet:8.0.1\nCOPY Api Api\nCOPY Services Services\n",
        "Jobs/Jobs.csproj": _project(".Worker", "Services"),
    }
    assert _homes(files) == ["Api", "Jobs"]


def test_where_the_kind_of_a_project_is_said() -> None:
    files = {**API, "Jobs/Jobs.csproj": _project(".Worker")}
    found = {each.path: each.built_by for each in MemoryRepo(files).components()}
    assert [(place.path, place.line) for place in found["Jobs"]] == [("Jobs/Jobs.csproj", 2)]


def test_code_of_a_library_is_of_the_program_that_refers_to_it() -> None:
    kernel = '<PackageReference Include="Microsoft.SemanticKernel" Version="1.0.0" />'
    asks = (
        "using Microsoft.SemanticKernel;\nclass A {\n  async Task Ask(Kernel kernel) {\n"
        '    await kernel.InvokePromptAsync("hello");\n  }\n}\n'
    )
    files = {
        "Services/Services.csproj": _project("").replace("</Project>", f"{kernel}</Project>"),
        "Services/A.cs": asks,
        "Chat/Chat.csproj": _project("") + PROGRAM,
        "Chat/Program.cs": "class P { static void Main() {} }\n",
    }
    found = {each.path: each.agentic for each in MemoryRepo({**API, **files}).components()}
    assert found == {"Api": True, "Chat": False}
    image = "FROM mcr.example/aspnet:8.0.1\nCOPY Api Api\nCOPY Services Services\n"
    desk = {"Desk/Desk.csproj": _project("", "Services") + WINDOWS, "Desk/P.cs": "class P {}\n"}
    files |= desk | {"Api/Dockerfile": image}
    found = {each.path: each.agentic for each in MemoryRepo({**API, **files}).components()}
    assert found == {"Api": True, "Desk": True}


@pytest.mark.parametrize(
    ("copied", "found"),
    [("COPY . .\n", ["Api", "Jobs"]), ("COPY Jobs/ Jobs/\nCOPY . .\n", ["Api"])],
)
def test_what_is_copied_with_all_the_rest_is_in_no_image_by_that(
    copied: str, found: list[str]
) -> None:
    image = f"FROM sdk:9.0\nCOPY Api/Api.csproj Api/\n{copied}"
    files = {
        "Api/Dockerfile": f'{image}FROM aspnet:9.0\nENTRYPOINT ["dotnet", "Api.dll"]\n',
        "compose.yaml": "services:\n  a:\n    build: {context: ., dockerfile: Api/Dockerfile}\n",
        "Jobs/Jobs.csproj": _project(".Worker"),
    }
    assert _homes(files) == found


def test_a_program_asks_with_what_the_projects_need_that_it_refers_to() -> None:
    library = '<PackageReference Include="OpenAI" Version="2.1.0" />'
    code = (
        "using OpenAI.Chat;\nvar client = new ChatClient(model, key);\n"
        "client.CompleteChat(messages);\n"
    )
    files = {
        "Api/Dockerfile": "FROM aspnet:9.0\nCOPY . .\n",
        "Ask/Ask.csproj": _project("", "Kit") + PROGRAM,
        "Ask/Program.cs": code,
        "Kit/Kit.csproj": _project("") + library,
        "Kit/Kit.cs": "namespace Kit;\n",
    }
    assert _homes(files) == ["Api", "Ask"]
    assert _homes({**files, "Ask/Program.cs": "Console.WriteLine(1);\n"}) == ["Api"]
