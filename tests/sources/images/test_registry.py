"""A registry as a client meets it: logins, redirects, damage, and hosts that ask for too much."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from agentaudit.errors import ConfigError, SourceError
from agentaudit.image import Image, Trust
from agentaudit.response import Resolution
from agentaudit.sources.images import ConfiguredImages, ImageSource, ReadOptions, open_images
from agentaudit.sources.images.references import parse
from agentaudit.sources.images.web import is_loopback
from tests.sources.images import signing
from tests.sources.images.making import OCI, Blobs, encoded, file, layer, sha256

APP = layer(file("srv/main.py", b"print()\n"))
LOGIN = "Basic " + base64.b64encode(b"reader:s3cret").decode()


@dataclass
class Fake:
    """One HTTP server; `answer` decides what a request gets."""

    blobs: Blobs = field(default_factory=Blobs)
    tags: dict[str, str] = field(default_factory=dict)
    referrers: dict[str, list[dict[str, Any]]] | None = None
    demand: str = ""
    """The WWW-Authenticate of requests without `wanted`."""
    wanted: str = ""
    redirect: Callable[[str], str] = lambda path: ""
    """Where a blob is instead; empty for here."""
    seen: list[tuple[str, str]] = field(default_factory=list)
    """(path, Authorization) of each request."""
    port: int = 0
    token: str = "ticket"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def answer(self, path: str, login: str) -> tuple[int, dict[str, str], bytes]:
        self.seen.append((path, login))
        if path.startswith("/token"):
            return 200, {}, encoded({"token": self.token} if login in ("", LOGIN) else {})
        if self.wanted and login != self.wanted:
            return 401, {"WWW-Authenticate": self.demand}, b"{}"
        kind, _, wanted = path.removeprefix("/v2/planner/").partition("/")
        if path == "/v2/":
            return 200, {}, b"{}"
        if kind == "referrers" and self.referrers is not None:
            return 200, {}, encoded({"manifests": self.referrers.get(wanted, [])})
        if kind == "blobs" and (to := self.redirect(path)):
            return 307, {"Location": to}, b""
        data = self.blobs.held.get(self.tags.get(wanted, wanted))
        return (404, {}, b"{}") if data is None or kind == "referrers" else (200, {}, data)

    def image(self, tag: str = "one") -> str:
        """Put an image in; the digest of its manifest."""
        digest = self.tags[tag] = self.blobs.manifest([APP])
        return digest


@contextmanager
def served(fake: Fake) -> Iterator[Fake]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            login = self.headers.get("Authorization", "")
            status, headers, body = fake.answer(self.path, login)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def registry() -> Iterator[Fake]:
    with served(Fake()) as fake:
        yield fake


@pytest.fixture(autouse=True)
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No login of whoever runs the tests; the folder that docker's file may be put into."""
    for name in ("REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    return tmp_path


def images(fake: Fake, wanted: str = ":one", user: str = "") -> ConfiguredImages:
    uri = f"docker://{fake.host}/planner{wanted}"
    opened = uri.replace("://", f"://{user}@") if user else ""
    return open_images([ImageSource(uri, opened)], ReadOptions(Path()))


def examined(fake: Fake, **more: Any) -> Image:
    with images(fake, **more) as found:
        return found.examine(found.all()[0])


def log_in(folder: Path, host: str, text: str = "reader:s3cret") -> None:
    auth = base64.b64encode(text.encode()).decode()
    (folder / "config.json").write_text(json.dumps({"auths": {host: {"auth": auth}}}))


def test_anybody_may_read(registry: Fake) -> None:
    digest = registry.image()
    found = examined(registry)
    assert found.examined
    assert (found.manifest, found.names) == (digest, (f"{registry.host}/planner@{digest}",))
    assert {login for _, login in registry.seen} == {""}


def test_a_digest_is_what_it_says(registry: Fake) -> None:
    digest = registry.image()
    assert examined(registry, wanted=f"@{digest}").manifest == digest
    registry.blobs.held[digest] += b" "
    with pytest.raises(SourceError, match="the manifest is sha256:"):
        images(registry, f"@{digest}")


def test_another_digest_of_the_repository_opens(registry: Fake) -> None:
    registry.image()
    older = registry.blobs.manifest([layer(file("old"))])
    with images(registry) as found:
        target, lost = found.image(older), found.image(sha256(b"lost"))
        assert isinstance(target.content, Image)
        assert found.examine(target.content).examined
    assert lost.resolution is Resolution.BROKEN


def test_a_login_of_docker_is_used_for_its_host_only(registry: Fake, nobody: Path) -> None:
    registry.image()
    registry.demand, registry.wanted = 'Basic realm="registry"', LOGIN
    log_in(nobody, registry.host)
    assert examined(registry).examined
    log_in(nobody, "elsewhere.example")
    with pytest.raises(SourceError, match="wants a login") as failure:
        images(registry)
    assert failure.value.hint == f"run: docker login {registry.host}"


def test_a_login_in_the_uri_is_used_and_never_told(registry: Fake) -> None:
    registry.image()
    registry.demand, registry.wanted = 'Basic realm="registry"', LOGIN
    assert examined(registry, user="reader:s3cret").examined
    with pytest.raises(SourceError) as failure:
        images(registry, ":one", "reader:wr0ng-one")
    assert "wr0ng" not in str(failure.value)


@pytest.mark.parametrize("user", ["", "reader:s3cret"])
def test_a_token_is_fetched_with_or_without_a_login(registry: Fake, user: str) -> None:
    registry.image()
    realm = f"http://{registry.host}/token"
    registry.demand = f'Bearer realm="{realm}",service="s",scope="repository:planner:pull"'
    registry.wanted = "Bearer ticket"
    assert examined(registry, user=user).examined
    tokens = [(path, login) for path, login in registry.seen if path.startswith("/token")]
    assert tokens == [("/token?service=s&scope=repository%3Aplanner%3Apull", LOGIN if user else "")]


@pytest.mark.parametrize("realm", ["http://token.example/", "file:///etc/passwd", ""])
def test_a_login_is_never_sent_in_the_clear(registry: Fake, realm: str) -> None:
    registry.image()
    registry.demand, registry.wanted = f'Bearer realm="{realm}"', "Bearer ticket"
    with pytest.raises(SourceError, match="unsafe address"):
        images(registry, user="reader:s3cret")


def test_a_malformed_address_to_log_in_at_is_an_error(registry: Fake) -> None:
    registry.demand, registry.wanted = 'Bearer realm="http://[::bad"', "Bearer ticket"
    with pytest.raises(SourceError, match="registry 127"):
        images(registry)


@pytest.mark.parametrize("token", ["tick\u00e9t", "a\r\nX: b", "a\x00"])
def test_a_token_that_no_header_can_hold_is_an_error(registry: Fake, token: str) -> None:
    registry.wanted, registry.token = "Bearer ticket", token
    registry.demand = f'Bearer realm="http://{registry.host}/token"'
    with pytest.raises(SourceError, match="token that cannot be sent"):
        images(registry)


def test_a_registry_that_never_lets_in_is_given_up(registry: Fake) -> None:
    registry.demand, registry.wanted = 'Basic realm="r"', "Basic never"
    with pytest.raises(SourceError, match="refuses the login"):
        images(registry, user="reader:s3cret")
    assert len(registry.seen) <= 3


def test_a_redirect_gets_no_login(registry: Fake, nobody: Path) -> None:
    registry.image()
    registry.demand, registry.wanted = 'Basic realm="registry"', LOGIN
    log_in(nobody, registry.host)
    with served(Fake(blobs=registry.blobs)) as storage:
        registry.redirect = lambda path: f"http://{storage.host}{path}"
        assert examined(registry).examined
        assert {login for _, login in storage.seen} == {""}
        assert any(path.startswith("/v2/planner/blobs/") for path, _ in storage.seen)


@pytest.mark.parametrize(
    "target",
    ["http://storage.example/x", "file:///etc/passwd", "ftp://127.0.0.1/x", "http://[::bad"],
)
def test_a_redirect_to_an_unsafe_place_is_refused(registry: Fake, target: str) -> None:
    registry.image()
    registry.redirect = lambda path: target
    with pytest.raises(SourceError, match=r"redirects to|location header"):
        images(registry)


def test_redirects_in_a_circle_end(registry: Fake) -> None:
    registry.image()
    registry.redirect = lambda path: path
    with pytest.raises(SourceError, match="status 307"):
        images(registry)


def test_a_layer_that_is_not_there_is_not_examined(registry: Fake) -> None:
    registry.image()
    with images(registry) as found:
        (image,) = found.all()
        del registry.blobs.held[image.layers[0].digest]
        result = found.examine(image)
    assert result.damaged
    assert "does not have it" in result.why


def _attached(fake: Fake, subject: str) -> tuple[str, str]:
    """Digests of an attestation's manifest and of its statement."""
    said = encoded(
        {"_type": "https://in-toto.io/Statement/v1", "predicateType": "p", "subject": []}
    )
    held = {"mediaType": f"{OCI}.manifest.v1+json", "digest": subject, "size": 1}
    return fake.blobs.manifest([b""], packed=[said], subject=held), sha256(said)


def test_referrers_are_read(registry: Fake) -> None:
    image = registry.image()
    manifest, said = _attached(registry, image)
    registry.referrers = {image: [registry.blobs.entry(manifest)]}
    with images(registry) as found:
        assert [(a.how, a.digest) for a in found.all()[0].attachments] == [("referrers", said)]


@pytest.mark.parametrize(("end", "wrapped"), [("", True), (".att", False), (".sig", False)])
def test_fallback_tags_are_read(registry: Fake, end: str, wrapped: bool) -> None:
    image = registry.image()
    manifest, said = _attached(registry, image)
    tag = f"{image.replace(':', '-')}{end}"
    index = registry.blobs.index(registry.blobs.entry(manifest))
    registry.tags[tag] = index if wrapped else manifest
    with images(registry) as found:
        assert [(a.how, a.digest) for a in found.all()[0].attachments] == [(tag, said)]


def test_what_cosign_pushed_beside_an_image_is_verified(registry: Fake, tmp_path: Path) -> None:
    image = registry.image()
    for entry in signing.signed(registry.blobs, "p256", image, image):
        registry.tags[entry["annotations"]["org.opencontainers.image.ref.name"]] = entry["digest"]
    keys = tuple(signing.write(tmp_path, "p256"))
    source = ImageSource(f"docker://{registry.host}/planner:one", keys=keys)
    with open_images([source], ReadOptions(Path())) as found:
        attestations = found.all()[0].attestations
    assert sorted(a.how[-4:] for a in attestations) == [".att", ".sig"]
    assert {a.trust for a in attestations} == {Trust.SIGNED}


def test_a_damaged_attachment_costs_itself_only(registry: Fake) -> None:
    image = registry.image()
    manifest, said = _attached(registry, image)
    registry.referrers = {image: [registry.blobs.entry(manifest)]}
    registry.blobs.held[said] = b"changed"
    with images(registry) as found:
        assert found.all()[0].attachments == ()


def test_a_host_that_does_not_answer_is_an_error() -> None:
    with pytest.raises(SourceError, match="does not answer"):
        open_images([ImageSource("docker://127.0.0.1:9/planner:1")], ReadOptions(Path()))


@pytest.mark.parametrize(
    ("text", "host", "name", "wanted"),
    [
        ("docker://busybox", "registry-1.docker.io", "library/busybox", "latest"),
        ("docker://acme/app:2", "registry-1.docker.io", "acme/app", "2"),
        ("docker://r.example:5000/a/b/c", "r.example:5000", "a/b/c", "latest"),
        (f"docker://r.example/a@{sha256(b'')}", "r.example", "a", sha256(b"")),
        (f"docker://localhost/a:1@{sha256(b'')}", "localhost", "a", sha256(b"")),
    ],
)
def test_registry_references(text: str, host: str, name: str, wanted: str) -> None:
    found = parse(text)
    assert (found.host, found.name, found.wanted) == (host, name, wanted)


@pytest.mark.parametrize(
    "text",
    [
        *("docker://", "docker://r.example/", "docker://r.example/A", "docker://r.example/a@md5:0"),
        *("docker://r.example/../x", "docker://u:p@/a", "oci:", "docker-archive:", "-x", "a b"),
        *("docker://r.example:99999999/a", "http://r.example/a", "docker://r.example/a?x=1"),
        "containers-storage:a",
    ],
)
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="cannot be opened"):
        parse(text)


def test_only_this_machine_is_loopback() -> None:
    here = ("localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]")
    there = ("localhost.example", "10.0.0.1", "127.example", "0.0.0.0", "")
    assert [is_loopback(host) for host in (*here, *there)] == [True] * 5 + [False] * 5
