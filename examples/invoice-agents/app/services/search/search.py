"""Finding procedures, and recording what was found in which state of the index."""

from __future__ import annotations

import json
import logging
import os
from urllib.parse import urlsplit

from openai import OpenAI
from opentelemetry import trace

from services.common import telemetry
from services.search.index import Hit, Index
from services.search.settings import Settings

log = logging.getLogger(__name__)

SOURCE = "bookkeeping-procedures"
COUNT = 3


class Search:
    """One snapshot of the index and the model that embeds queries for it."""

    def __init__(self, settings: Settings) -> None:
        key = os.environ.get("LLM_API_KEY", "none")
        self._client = OpenAI(base_url=settings.llm_base_url, api_key=key, max_retries=0)
        self._index = Index(settings.index_snapshot)
        self._model = settings.embedding_model
        self._address = urlsplit(settings.llm_base_url).hostname or ""

    def find(self, query: str) -> list[Hit]:
        """The nearest sections, and a record of which state of the index they came from."""
        about = {
            "retrieval.source.id": SOURCE,
            "retrieval.source.snapshot": self._index.manifest["snapshot"],
            "retrieval.source.version": self._index.manifest["corpus"]["commit"],
            "embedding.model_name": self._index.manifest["embedding_model"],
        }
        with telemetry.step("RETRIEVER", "find_procedures", query, about) as span:
            with telemetry.call_facts({"server.address": self._address}):
                made = self._client.embeddings.create(model=self._model, input=query)
            hits = self._index.nearest(made.data[0].embedding, COUNT, query)
            record(span, hits)
            ids = ", ".join(hit.chunk.id for hit in hits)
            log.info("found %s in %s", ids, about["retrieval.source.snapshot"])
            return hits


def record(span: trace.Span, hits: list[Hit]) -> None:
    """Record the documents as they were returned."""
    for position, hit in enumerate(hits):
        for key, value in hit.document().items():
            name = f"retrieval.documents.{position}.document.{key}"
            span.set_attribute(name, value if key == "score" else telemetry.text(value))
    span.set_attribute("output.value", json.dumps([hit.chunk.id for hit in hits]))
