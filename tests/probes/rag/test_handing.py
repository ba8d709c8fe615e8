"""Functions that are handed on to run elsewhere, and writes that any database has."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.rag.embedding_model_pinned import embedding_model_pinned
from agentaudit.probes.rag.ingestion_in_repository import ingestion_in_repository
from agentaudit.probes.rag.source_kept import source_kept

CHROMA = (
    "import asyncio\nfrom langchain_chroma import Chroma\n"
    "from langchain_openai import OpenAIEmbeddings\n\n"
    "async def fill(texts, keep):\n    embeds = OpenAIEmbeddings()\n"
    "    store = await {}\n    return store.as_retriever()\n\n"
    "asyncio.run(fill([], None))\n"
)
CSPROJ = (
    '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup><PackageReference '
    'Include="Azure.Search.Documents" Version="11.6.0" /><PackageReference '
    'Include="Microsoft.SemanticKernel" Version="1.30.0" /></ItemGroup></Project>'
)
SEARCH = (
    "using Azure.Search.Documents;\nusing Microsoft.SemanticKernel.Embeddings;\n\n"
    "public class Search(ITextEmbeddingGenerationService embeds, SearchClient client)\n{\n"
    "    public async Task<object> FindAsync(string query)\n    {\n"
    "        var vector = await embeds.GenerateEmbeddingAsync(query);\n"
    '        var asked = new VectorizedQuery(vector) { Fields = { "v" } };\n'
    "        return await client.SearchAsync<Row>(null, new SearchOptions { });\n    }\n}\n"
)
KERNEL = (
    "using Microsoft.SemanticKernel;\n\npublic static class Kernels\n{\n"
    "    public static Kernel Make(string endpoint, string key)\n    {\n"
    "        var builder = Kernel.CreateBuilder();\n"
    '        builder.Add{}TextEmbeddingGeneration("text-embedding-ada-002", endpoint, key);\n'
    "        return builder.Build();\n    }\n}\n"
)
WRITES = (
    "namespace App;\n\npublic class {0}Repository(Context<{0}> context)\n{{\n"
    "    public async Task SaveAsync({0} row) => await context.UpsertAsync(row, row.Id);\n}}\n"
)
GO = (
    'package main\n\nimport (\n\t"context"\n\n'
    '\t"github.com/milvus-io/milvus/client/v2/milvusclient"\n'
    '\t"github.com/sashabaranov/go-openai"\n)\n\n'
    "func Fill(ctx context.Context, texts []string) error {\n"
    '\tvectors, err := openai.NewClient("k").CreateEmbeddings(ctx, texts)\n'
    "\tif err != nil {\n\t\treturn err\n\t}\n"
    '\toption := milvusclient.NewColumnBasedInsertOption("kb").\n'
    '\t\tWithFloatVectorColumn("embedding", 8, vectors)\n'
    "\t_, err = Client().Insert(ctx, option)\n\treturn err\n}\n"
)
MOD = (
    "module x\n\ngo 1.24\n\nrequire github.com/milvus-io/milvus/client/v2 v2.5.0\n"
    "require github.com/sashabaranov/go-openai v1.40.0\n"
)
POM = (
    "<project><artifactId>a</artifactId><dependencies><dependency>"
    "<groupId>io.quarkiverse.langchain4j</groupId><artifactId>quarkus-langchain4j-{}</artifactId>"
    "<version>1.4.2</version></dependency></dependencies></project>"
)


def _inputs(files: dict[str, str]) -> dict[str, object]:
    given = {"files": files}
    return {"repo": testing.repository(given), "component": testing.component(given)}


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("cl.make_async(Chroma.from_texts)(texts, embeds)", Outcome.PASS),
        ("cl.make_async(keep.find_texts)(texts, embeds)", Outcome.FAIL),
    ],
)
def test_a_function_that_is_handed_on_fills_the_index(call: str, expected: Outcome) -> None:
    source = f"import chainlit as cl\n{CHROMA.format(call)}"
    asked = _inputs({"requirements.txt": "langchain-chroma==0.2\nchainlit==2.0\n", "a.py": source})
    assert ingestion_in_repository.ask(asked).outcome is expected


@pytest.mark.parametrize(("row", "expected"), [("Session", Outcome.FAIL), ("Chunk", Outcome.PASS)])
def test_a_write_of_any_database_fills_an_index_only_beside_vectors(
    row: str, expected: Outcome
) -> None:
    files = {"App.csproj": CSPROJ, "Search.cs": SEARCH, f"{row}s.cs": WRITES.format(row)}
    assert ingestion_in_repository.ask(_inputs(files)).outcome is expected


def test_rows_of_columns_in_go_fill_an_index() -> None:
    files = {"go.mod": MOD, "main.go": GO}
    assert ingestion_in_repository.ask(_inputs(files)).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("main", "expected"),
    [("FillDocuments(nil, read())", Outcome.PASS), ("serve()", Outcome.FAIL)],
)
def test_what_nobody_calls_fills_nothing(main: str, expected: Outcome) -> None:
    told = f"package main\n\nfunc main() {{\n\t{main}\n}}\n"
    files = {"go.mod": MOD, "fill.go": GO.replace("Fill(", "FillDocuments("), "main.go": told}
    assert ingestion_in_repository.ask(_inputs(files)).outcome is expected


@pytest.mark.parametrize(
    ("host", "expected"), [("AzureOpenAI", Outcome.FAIL), ("OpenAI", Outcome.PASS)]
)
def test_a_deployment_is_no_version(host: str, expected: Outcome) -> None:
    files = {"App.csproj": CSPROJ, "Search.cs": SEARCH, "Kernels.cs": KERNEL.replace("{}", host)}
    assert embedding_model_pinned.ask(_inputs(files)).outcome is expected


@pytest.mark.parametrize(
    ("extension", "setting", "expected"),
    [
        ("easy-rag", "easy-rag.path=docs", Outcome.PASS),
        ("easy-rag", "easy-rag.max-results=5", Outcome.NOT_APPLICABLE),
        ("openai", "easy-rag.path=docs", Outcome.NOT_APPLICABLE),
    ],
)
def test_a_directory_that_a_setting_hands_to_a_library(
    extension: str, setting: str, expected: Outcome
) -> None:
    settings = {"src/main/resources/application.properties": f"quarkus.langchain4j.{setting}\n"}
    code = {"src/main/java/App.java": "class App {\n    void run() {}\n}\n"}
    asked = _inputs({"pom.xml": POM.format(extension), **code, **settings})
    assert ingestion_in_repository.ask(asked).outcome is expected
    assert source_kept.ask(asked).outcome is expected
