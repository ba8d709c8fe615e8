"""Documents that a model's answers stand on, found by words and not by vectors."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probe import Probe
from agentaudit.probes.rag.embedding_model_pinned import embedding_model_pinned
from agentaudit.probes.rag.ingestion_in_repository import ingestion_in_repository
from agentaudit.probes.rag.source_kept import source_kept

ASK = (
    "from openai import OpenAI\nfrom find import look_for\n\ndef reply(question):\n"
    "    told = [{'role': 'user', 'content': f'{look_for(question)} {question}'}]\n"
    "    return OpenAI().chat.completions.create(model='gpt-4o', messages=told)\n"
)
FTS = (
    "def look_for(db, question):\n"
    "    return db.execute('SELECT body FROM TABLE WHERE TABLE MATCH ?', (question,)).fetchall()\n"
)
FILL = (
    "def fill(db, path):\n    for body in path.read_text().split('#'):\n"
    "        db.execute('INSERT INTO TABLE(KEY, body) VALUES (?, ?)', (path.name, body))\n"
)
BM25 = (
    "from rank_bm25 import BM25Okapi\n\ndef look_for(question, folder='.'):\n"
    "    rows = [{'KEY': p.name, 'text': p.read_text()} for p in folder.glob('*.md')]\n"
    "    ITEMS = rows\n    found = BM25Okapi([r['text'].split() for r in ITEMS])\n"
    "    return found.get_top_n(question.split(), ITEMS, n=3)\n"
)
TSVECTOR = (
    "def look_for(db, question):\n"
    "    return db.execute('SELECT body FROM handbook_sections WHERE words @@ "
    "plainto_tsquery(%s)', question)\n"
)
ENGINE = (
    "from elasticsearch import Elasticsearch\nes = Elasticsearch()\n\ndef look_for(question):\n"
    "    return es.search(index='documents', query={'multi_match': {'query': question}})\n\n"
    "def keep(path):\n    es.index(index='INDEX', document={'path': path})\n"
)
TRIGGER = (
    "CREATE TRIGGER kept AFTER INSERT ON kb_docs BEGIN\n"
    "  INSERT INTO kb_docs_fts(rowid, path, body) VALUES (new.rowid, new.path, new.body);\nEND;\n"
)


def _asked(probe: Probe, files: dict[str, str]) -> Outcome:
    given = {"files": {"requirements.txt": "openai==1.93.0\n", **files}, "path": "."}
    inputs = {"repo": testing.repository(given), "component": testing.component(given)}
    return probe.ask(inputs).outcome


def _fts(table: str, key: str = "path") -> dict[str, str]:
    fill = FILL.replace("TABLE", table).replace("KEY", key)
    return {"app.py": ASK, "find.py": FTS.replace("TABLE", table), "fill.py": fill}


def _bm25(items: str, key: str = "file") -> dict[str, str]:
    return {"app.py": ASK, "find.py": BM25.replace("ITEMS", items).replace("KEY", key)}


def _filled(fill: str, name: str = "fill.py") -> dict[str, str]:
    return {**_fts("kb_docs"), "fill.py": "", name: fill}


def _engine(index: str) -> dict[str, str]:
    return {"app.py": ASK, "find.py": ENGINE.replace("INDEX", index)}


PASSES, FAILS = (Outcome.PASS, Outcome.PASS), (Outcome.FAIL, Outcome.UNKNOWN)
ROW = "db.execute('INSERT INTO kb_docs(body) VALUES (?)', (body,))"
NAMED = "db.execute('INSERT INTO kb_docs VALUES (:path, :body)', {'path': p, 'body': b})"
POSTED = "\n    requests.post('http://log', json={'url': 'a'})\n"
ONE_WORD = BM25.replace("KEY", "number").replace("ITEMS", "documents")


@pytest.mark.parametrize(
    ("files", "filled", "kept"),
    [
        (_fts("kb_docs"), Outcome.PASS, Outcome.PASS),
        (_fts("kb_docs", "number"), Outcome.PASS, Outcome.UNKNOWN),
        ({**_fts("kb_docs"), "fill.py": ""}, *FAILS),
        (_bm25("documents"), Outcome.PASS, Outcome.PASS),
        (_bm25("documents", "weight"), Outcome.PASS, Outcome.UNKNOWN),
        ({"app.py": ASK, "find.py": TSVECTOR}, *FAILS),
        (_filled(f"# {NAMED}\n"), *FAILS),
        (_filled(f'"""{NAMED}"""\n'), *FAILS),
        (_filled("-- INSERT INTO kb_docs (path) by hand\n", "a.sql"), *FAILS),
        (_filled(TRIGGER, "a.sql"), *FAILS),
        (_filled(f"{TRIGGER}INSERT INTO kb_docs(path) VALUES ('a');\n", "a.sql"), *PASSES),
        (_filled(f"{NAMED}\n"), *PASSES),
        (_filled(f"{ROW}\nnoted = {{'source': path}}\n"), Outcome.PASS, Outcome.UNKNOWN),
        ({"app.py": ASK, "find.py": f"{ONE_WORD}{POSTED}"}, Outcome.PASS, Outcome.UNKNOWN),
        (_engine("documents"), *PASSES),
        (_engine("audit"), *FAILS),
        ({"app.py": ASK, "find.py": ENGINE.replace("es.index", "# es.index")}, *FAILS),
    ],
    ids=[
        *("a table", "numbers", "filled elsewhere", "a list", "weights", "another's table"),
        *("a remark", "a docstring", "a remark of SQL", "a trigger", "beside a trigger"),
        *("values by name", "behind the row", "another post", "an engine", "another index"),
        "an engine in a remark",
    ],
)
def test_documents_that_are_found_by_words(
    files: dict[str, str], filled: Outcome, kept: Outcome
) -> None:
    assert _asked(ingestion_in_repository, files) is filled
    assert _asked(source_kept, files) is kept
    assert _asked(embedding_model_pinned, files) is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize(
    "files",
    [
        _fts("session_messages"),
        _fts("chat_docs"),
        _fts("parts"),
        _bm25("tools"),
        {"app.py": ASK, "find.py": f"# {TSVECTOR.partition('(')[2]}".replace(chr(10), " ")},
        {
            **_fts("kb_docs"),
            "app.py": ASK.replace("from find import look_for\n", "").replace(
                "look_for(question)", "''"
            ),
        },
    ],
    ids=["messages", "of a chat", "rows of anything", "tools", "a remark", "asked by no model"],
)
def test_other_searches_by_words(files: dict[str, str]) -> None:
    for probe in (ingestion_in_repository, source_kept):
        assert _asked(probe, files) is Outcome.NOT_APPLICABLE


AZURE = (
    "from azure.search.documents import SearchClient\n\n"
    "def fill(client: SearchClient, name, parts):\n"
    "    rows = [{'id': str(n), 'content': p, 'file_name': name} for n, p in enumerate(parts)]\n"
    "    client.upload_documents(documents=rows)\n\n"
    "def search(client: SearchClient, question):\n    return client.search(question)\n"
)


@pytest.mark.parametrize(
    ("call", "expected"),
    [("upload_documents(documents=rows)", Outcome.PASS), ("delete_documents(rows)", Outcome.FAIL)],
)
def test_a_service_that_is_asked_by_words_needs_no_model(call: str, expected: Outcome) -> None:
    source = AZURE.replace("upload_documents(documents=rows)", call)
    files = {"requirements.txt": "azure-search-documents==11.5.2\n", "kb.py": source}
    assert _asked(ingestion_in_repository, files) is expected
