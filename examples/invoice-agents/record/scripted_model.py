"""A deterministic OpenAI-compatible server: the recording harness, not a language model.

It answers from the content of each request by rules (regular expressions over the invoice's text,
the first procedure that names the vendor) and names itself for what it is. Equal requests get
equal answers. Embeddings hash words into 64 places.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import math
import re
import struct
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CHAT_MODEL = "scripted-reader-2026-10-01"
EMBEDDING_MODEL = "feature-hashing-64-v1"
DIMENSIONS = 64
CREATED = 1_790_812_800
"""2026-10-01, the date in the model's name."""

LABELS = {
    "vendor": r"Vendor: (.+)",
    "number": r"Invoice number: (\S+)",
    "date": r"Date: (\S+)",
    "currency": r"Total \((\w{3})\)",
    "net": r"Net amount: ([\d.,]+)",
    "vat": r"VAT [\d.]+ %: ([\d.,]+)",
    "gross": r"Total \(\w{3}\): ([\d.,]+)",
}
AMOUNTS = ("net", "vat", "gross")

Json = dict[str, Any]


def answer(request: Json) -> Json:
    """The assistant message for a chat request."""
    messages = request["messages"]
    offered = {tool["function"]["name"] for tool in request.get("tools", [])}
    results = [m["content"] for m in messages if m["role"] == "tool"]
    question = next(m["content"] for m in messages if m["role"] == "user")
    if "post_invoice" in offered:
        return _book_with_tools(question, results)
    if "insert_invoice" in offered:
        return _archive(question, results)
    duty = messages[0]["content"]
    if duty.startswith("You sort"):
        return _say({"route": _route(question)})
    if duty.startswith("You read"):
        return _say(_read(question))
    invoice, _, procedures = question.partition("\n\nProcedures:\n")
    return _say(_codes(json.loads(invoice)["vendor"], procedures))


def _route(mail: str) -> str:
    if re.search(r"\b(reminder|dunning|overdue)\b", mail, re.IGNORECASE):
        return "reminder"
    return "invoice" if re.search(r"\binvoice\b", mail, re.IGNORECASE) else "other"


def _read(document: str) -> Json:
    found: Json = {}
    for key, pattern in LABELS.items():
        match = re.search(pattern, document)
        found[key] = match[1].strip() if match else None
    for key in AMOUNTS:
        found[key] = found[key] and found[key].replace(",", "")
    remark = re.search(r"Remark: (.+)", document)
    found["note"] = remark[1].strip() if remark else ""
    return found


def _codes(vendor: str, procedures: str) -> Json:
    """Tax code and cost centre from the first procedure that names the vendor."""
    start = max(procedures.find(vendor), 0)
    tax_code = re.search(r"Tax code:? (\w+)", procedures[start:])
    centre = re.search(r"Cost centre: (\d+)", procedures[start:])
    return {
        "tax_code": tax_code[1] if tax_code else "V19",
        "cost_centre": centre[1] if centre else "4900",
    }


def _book_with_tools(question: str, results: list[str]) -> Json:
    invoice = json.loads(question)
    if not results:
        return _call("search_procedures", {"query": f"{invoice['vendor']} booking tax code"})
    if len(results) == 1:
        found = json.loads(results[0])["documents"]
        procedures = "\n".join(document["content"] for document in found)
        order = {key: invoice[key] for key in ("vendor", "number", "currency", *AMOUNTS)}
        return _call("post_invoice", order | _codes(invoice["vendor"], procedures))
    return {"role": "assistant", "content": results[1].strip()}


def _archive(question: str, results: list[str]) -> Json:
    invoice, document = (json.loads(line) for line in question.splitlines()[:2])
    if not results:
        row = {key: invoice[key] for key in ("number", "vendor", "gross")}
        return _call("insert_invoice", row | {"document": document["document"]})
    return {"role": "assistant", "content": f"Kept {invoice['number']}: {document['document']}."}


def _say(content: Json) -> Json:
    return {"role": "assistant", "content": json.dumps(content, ensure_ascii=False)}


def _call(name: str, arguments: Json) -> Json:
    written = json.dumps(arguments, ensure_ascii=False)
    call = {
        "id": "call_" + _digest(name + written)[:16],
        "type": "function",
        "function": {"name": name, "arguments": written},
    }
    return {"role": "assistant", "content": None, "tool_calls": [call]}


def complete(request: Json) -> Json:
    """The reply to `POST /v1/chat/completions`."""
    message = answer(request)
    asked = len(json.dumps(request["messages"])) // 4
    said = len(json.dumps(message)) // 4
    return {
        "id": "chatcmpl-" + _digest(json.dumps(request, sort_keys=True))[:24],
        "object": "chat.completion",
        "created": CREATED,
        "model": CHAT_MODEL,
        "choices": [
            {
                "index": 0,
                "message": message,
                "finish_reason": "tool_calls" if "tool_calls" in message else "stop",
            }
        ],
        "usage": {
            "prompt_tokens": asked,
            "completion_tokens": said,
            "total_tokens": asked + said,
        },
    }


def embed(request: Json) -> Json:
    """The reply to `POST /v1/embeddings`."""
    texts = request["input"] if isinstance(request["input"], list) else [request["input"]]
    packed = request.get("encoding_format") == "base64"
    data = []
    for index, text in enumerate(texts):
        vector = _vector(text)
        embedding = (
            base64.b64encode(struct.pack(f"<{DIMENSIONS}f", *vector)).decode() if packed else vector
        )
        data.append({"object": "embedding", "index": index, "embedding": embedding})
    tokens = sum(len(text) // 4 for text in texts)
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "model": EMBEDDING_MODEL, "data": data, "usage": usage}


def _vector(text: str) -> list[float]:
    """Words counted in 64 places, length one."""
    places = [0.0] * DIMENSIONS
    for word in re.findall(r"\w+", text.lower()):
        places[zlib.crc32(word.encode()) % DIMENSIONS] += 1.0
    length = math.sqrt(sum(x * x for x in places)) or 1.0
    return [round(x / length, 6) for x in places]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """Two routes and a health probe."""

    protocol_version = "HTTP/1.1"
    server_version = "scripted-model"
    sys_version = ""

    def do_GET(self) -> None:
        """`/healthz`."""
        self._reply({"status": "ok"})

    def do_POST(self) -> None:
        """Chat and embeddings."""
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self._reply(embed(request) if self.path.endswith("/embeddings") else complete(request))

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _reply(self, body: Json) -> None:
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def main() -> None:
    """Serve on loopback until stopped."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, default=18100)
    port = arguments.parse_args().port
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main()
