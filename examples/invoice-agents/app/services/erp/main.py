"""The ERP gateway: books invoices in the ERP's database."""

from __future__ import annotations

import logging
import sqlite3

from flask import Flask, Response, request
from flask.typing import ResponseReturnValue
from opentelemetry import trace
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from waitress import serve

from services.common import settings as reading
from services.common import telemetry
from services.erp.books import Books
from services.erp.settings import Settings

log = logging.getLogger("erp-gateway")

VERSION = "1.4.0"


def create_app(settings: Settings) -> Flask:
    """The HTTP side of the service."""
    app = Flask("erp-gateway")
    FlaskInstrumentor().instrument_app(app, excluded_urls="healthz")
    books = Books(settings)

    @app.post("/invoices")
    def post() -> ResponseReturnValue:
        return books.book(request.get_json())

    @app.errorhandler(sqlite3.OperationalError)
    def busy(error: sqlite3.OperationalError) -> ResponseReturnValue:
        log.exception("the ERP's database is not available", exc_info=error)
        trace.get_current_span().record_exception(error)
        return {"error": str(error)}, 503

    @app.after_request
    def name_version(response: Response) -> Response:
        response.headers["x-erp-version"] = VERSION
        return response

    @app.get("/healthz")
    def healthy() -> ResponseReturnValue:
        return {"status": "ok"}

    return app


def main() -> None:
    """Serve until stopped."""
    settings = reading.from_environment(Settings)
    telemetry.configure("erp-gateway", "services/erp", reading.digest(settings))
    serve(
        create_app(settings), host=settings.listen_address, port=int(settings.erp_port), threads=4
    )


if __name__ == "__main__":
    main()
