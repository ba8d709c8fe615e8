"""The intake service: the mail gateway posts e-mails here."""

from __future__ import annotations

import logging

from flask import Flask, request
from flask.typing import ResponseReturnValue
from openinference.instrumentation.openai import OpenAIInstrumentor
from opentelemetry import trace
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from waitress import serve
from werkzeug.exceptions import HTTPException

from services.common import settings as reading
from services.common import telemetry
from services.intake.agents import InvoiceDesk
from services.intake.invoice import Email
from services.intake.model import Model
from services.intake.settings import Settings
from services.intake.tools import Tools

log = logging.getLogger("invoice-intake")


def create_app(settings: Settings) -> Flask:
    """The HTTP side of the service."""
    app = Flask("invoice-intake")
    FlaskInstrumentor().instrument_app(app, excluded_urls="healthz")
    desk = InvoiceDesk(Model(settings), Tools(settings))

    @app.post("/emails")
    def receive() -> ResponseReturnValue:
        email = Email.parse(request.get_json())
        entry = trace.get_current_span()
        try:
            with telemetry.cohort(email.thread_id, email.tenant):
                return answer(email)
        finally:
            telemetry.record_memory(entry)

    def answer(email: Email) -> ResponseReturnValue:
        log.info("e-mail %s from %s", email.message_id, email.sender)
        outcome = desk.handle(email)
        log.info("%s: %s", outcome["status"], email.message_id)
        return outcome

    @app.errorhandler(Exception)
    def failed(error: Exception) -> ResponseReturnValue:
        if isinstance(error, HTTPException):
            return error.get_response()
        log.exception("could not handle the e-mail", exc_info=error)
        told = {"status": "failed", "error": type(error).__name__}
        entry = trace.get_current_span()
        entry.record_exception(error)
        entry.set_attribute("output.value", telemetry.text(told))
        return told, 500

    @app.get("/healthz")
    def healthy() -> ResponseReturnValue:
        return {"status": "ok"}

    return app


def main() -> None:
    """Serve until stopped."""
    settings = reading.from_environment(Settings)
    telemetry.configure("invoice-intake", "services/intake", reading.digest(settings))
    OpenAIInstrumentor().instrument()
    HTTPXClientInstrumentor().instrument()
    serve(
        create_app(settings),
        host=settings.listen_address,
        port=int(settings.intake_port),
        threads=4,
    )


if __name__ == "__main__":
    main()
