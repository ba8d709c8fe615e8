"""What stands in front of the others, and pages that a platform serves as they stand."""

from __future__ import annotations

import json

import pytest

from agentaudit.sources.git import MemoryRepo

APP = {
    "requirements.txt": "openai\n",
    "Dockerfile": "FROM python:3.12\nCOPY . .\n",
    "main.py": "import openai\n",
}


def _found(files: dict[str, str]) -> list[str]:
    return [each.path for each in MemoryRepo({**APP, **files}).components()]


@pytest.mark.parametrize(
    ("home", "image", "found"),
    [
        ("proxy", "FROM nginx:1.27\nCOPY edge.conf /etc/nginx/conf.d/\n", True),
        ("edge", "FROM haproxy:3.0-alpine\nCOPY edge/edge.conf /usr/local/etc/\n", True),
        ("proxy", "FROM registry.acme.dev/library/caddy:2\nCOPY . /etc/caddy\n", True),
        ("proxy", "FROM nginx:1.27\nCOPY web /usr/share/nginx/html\n", False),
        ("proxy", "FROM nginx:1.27\n", False),
        ("proxy", "FROM postgres:17\nCOPY edge.conf /etc/\n", False),
        ("loadtest/nginx", "FROM nginx:1.27\nCOPY edge.conf /etc/nginx/conf.d/\n", False),
        ("docker", "FROM nginx:1.27\nCOPY edge.conf /etc/nginx/conf.d/\n", False),
        ("deploy/proxy", "FROM nginx:1.27\nCOPY edge.conf /etc/nginx/conf.d/\n", False),
        (
            "proxy",
            "FROM node:24 AS b\nFROM nginx:1\nCOPY --from=b /x /y\nCOPY edge.conf /z\n",
            False,
        ),
    ],
)
def test_a_proxy_with_a_configuration_of_ones_own(home: str, image: str, found: bool) -> None:
    files = {f"{home}/Dockerfile": image, f"{home}/edge.conf": "x\n", "web/index.html": "x\n"}
    assert (home in _found(files)) is found


def test_a_proxy_beside_a_project_is_of_that() -> None:
    files = {
        "web/package.json": '{"scripts": {"dev": "vite"}}',
        "web/proxy/Dockerfile": "FROM nginx:1.27\nCOPY edge.conf /etc/nginx/conf.d/\n",
        "web/proxy/edge.conf": "x\n",
    }
    assert "web/proxy" not in _found(files)


NETLIFY = '[build]\npublish = "show"\n'
HOSTING = json.dumps({"hosting": {"public": "show"}})
SITES = json.dumps({"hosting": [{"target": "a", "public": "show"}]})


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"netlify.toml": NETLIFY, "show/index.html": "x\n"}, True),
        ({"firebase.json": HOSTING, "show/index.html": "x\n"}, True),
        ({"firebase.json": SITES, "show/index.html": "x\n"}, True),
        ({"netlify.toml": NETLIFY, "show/index.html": "x\n", "package.json": "{}"}, False),
        ({"netlify.toml": NETLIFY, "show/data.json": "{}\n"}, False),
        ({"show/index.html": "x\n"}, False),
        ({"netlify.toml": NETLIFY.replace("show", "."), "index.html": "x\n"}, False),
        ({"netlify.toml": NETLIFY.replace("show", "docs"), "docs/index.html": "x\n"}, False),
    ],
)
def test_a_directory_that_is_served_as_it_stands(files: dict[str, str], found: bool) -> None:
    assert (len(_found(files)) == 2) is found
    assert ("show" in _found(files)) is found
