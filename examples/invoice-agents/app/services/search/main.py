"""The search service: finds bookkeeping procedures for a query."""

from __future__ import annotations

from flask import Flask, Response, request
from flask.typing import ResponseReturnValue
from openinference.instrumentation.openai import OpenAIInstrumentor
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from waitress import serve

from services.common import settings as reading
from services.common import telemetry
from services.search.search import Search
from services.search.settings import Settings

VERSION = "2.1.0"


def create_app(settings: Settings) -> Flask:
    """The HTTP side of the service."""
    app = Flask("procedure-search")
    FlaskInstrumentor().instrument_app(app, excluded_urls="healthz")
    search = Search(settings)

    @app.get("/search")
    def find() -> ResponseReturnValue:
        return {"documents": [hit.document() for hit in search.find(request.args["q"])]}

    @app.after_request
    def name_version(response: Response) -> Response:
        response.headers["x-search-version"] = VERSION
        return response

    @app.get("/healthz")
    def healthy() -> ResponseReturnValue:
        return {"status": "ok"}

    return app


def main() -> None:
    """Serve until stopped."""
    settings = reading.from_environment(Settings)
    telemetry.configure("procedure-search", "services/search", reading.digest(settings))
    OpenAIInstrumentor().instrument()
    serve(
        create_app(settings),
        host=settings.listen_address,
        port=int(settings.search_port),
        threads=4,
    )


if __name__ == "__main__":
    main()
