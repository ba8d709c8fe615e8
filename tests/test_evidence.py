"""The one gate for outside text."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentaudit.evidence import LIMIT, Evidence, Location, clean, digest, redact, safe

SECRETS = {
    "openai": "sk-proj-abcdefghijklmnop1234567890",
    "anthropic": "sk-ant-api03-abcdefghijklmnop1234",
    "langfuse": "sk-lf-12345678-1234-1234-1234-123456789012",
    "github": "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "gitlab": "glpat-abcdefghijklmnopqrst",
    "huggingface": "hf_abcdefghijklmnopqrstuvwxyz",
    "aws": "AKIAIOSFODNN7EXAMPLE",
    "google": "AIzaSyA1234567890abcdefghijklmnopqrstuv",
    "slack": "xoxb-123456789012-abcdefghijkl",
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abcdefghijklmnop",
    "pem": "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----",
    "userinfo": "alice:correcthorse",
    "assignment": "db_password=correct-horse-battery",
    "login": "docker login -u ci -p correct-horse registry.example",
    "bearer": "Bearer abcdefghijklmnopqrstuvwxyz",
    "email": "alice@example.com",
}


@pytest.mark.parametrize(("kind", "secret"), SECRETS.items())
def test_secrets_are_masked_and_stay_equal(kind: str, secret: str) -> None:
    text = f"before https://{secret}@host after" if kind == "userinfo" else f"before {secret} after"
    assert secret not in safe(text)
    assert "before" in safe(text)
    assert safe(text) == safe(text)
    assert f"[redacted:{kind}:" in safe(text)


@pytest.mark.parametrize("invisible", ["\u200b", "\u202e", "\x1b", "\x00", "\u2066"])
def test_a_secret_split_by_invisible_characters_is_masked(invisible: str) -> None:
    secret = SECRETS["github"]
    split = secret[:8] + invisible + secret[8:]
    assert secret[8:] not in safe(f"token: {split}")


@pytest.mark.parametrize("before", ["\x1b[31m", "a\\n", "\\u001b[31m", "TOKEN_", "a\u3164"])
@pytest.mark.parametrize("kind", ["github", "openai", "jwt", "assignment"])
def test_a_secret_is_masked_whatever_stands_before_it(before: str, kind: str) -> None:
    assert SECRETS[kind] not in safe(f"{before}{SECRETS[kind]} after")


def test_a_secret_of_which_a_part_is_coloured_is_masked() -> None:
    secret = SECRETS["github"]
    shown = safe(f"\x1b[01;31m{secret[:4]}\x1b[0m{secret[4:]} and \x1b[2J")
    assert shown == "\\u001b[01;31m[redacted:github:03aafb] and \\u001b[2J"


def test_a_password_in_quoted_json_is_masked() -> None:
    assert "hunter2" not in safe(r"{\"password\": \"hunter2hunter2\"}")
    assert "hunter2" not in safe(r"https:\/\/alice:hunter2hunter2@host")


@pytest.mark.parametrize(
    "text",
    [
        "task-management-system-prompt-template",
        "registry.example/acme/weather@sha256:" + "a1" * 32,
        "0123456789abcdef0123456789abcdef01234567",
        "services/planner/main.py",
        "max_tokens=4096",
        "models:/planner-llm/7",
    ],
)
def test_ordinary_evidence_is_left_alone(text: str) -> None:
    assert safe(text) == text


@given(st.text(max_size=3 * LIMIT))
def test_nothing_that_steers_a_terminal_survives(text: str) -> None:
    shown = safe(text)
    assert len(shown) <= LIMIT
    assert not [c for c in shown if unicodedata.category(c) in {"Cc", "Cs"}]
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b-\u200f]", shown)


def test_controls_become_visible() -> None:
    assert clean("a\x1b[2Jb") == "a\\u001b[2Jb"
    assert clean("x" * 500, 10) == "x" * 9 + "…"


def test_values_are_cleaned_when_they_become_evidence() -> None:
    found = Evidence(Location("git:.", "a\x1b.py", 3, "x"), f"key {SECRETS['aws']}")
    assert "\x1b" not in str(found.location)
    assert SECRETS["aws"] not in found.excerpt


def test_private_text_is_shown_as_length_and_digest() -> None:
    assert digest("hello") == "5 characters, sha256:2cf24dba5fb0"
    assert redact("hello") == "hello"
