"""HTTP for registries: logging in, redirects, and nothing sent to whom it is not meant for."""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import unquote

from agentaudit.errors import SourceError
from agentaudit.evidence import safe
from agentaudit.expressions import regex
from agentaudit.sources.images.credentials import credentials
from agentaudit.sources.images.limits import CHUNK, Limits, Refused
from agentaudit.sources.images.pieces import Pieces
from agentaudit.sources.images.streams import Readable, small

if TYPE_CHECKING:
    import httpx

_MOST_REDIRECTS = 5
_CONNECT_S, _READ_S = 10.0, 60.0
_PAIR = regex(r'([a-z_]{1,40})="([^"]{0,2000})"', re.IGNORECASE)


class Missing(Refused):
    """The registry answered that it does not have it."""


def is_loopback(host: str) -> bool:
    """Whether a host name is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Web:
    """One registry host. Plain HTTP only to this machine or where the configuration says so."""

    def __init__(self, host: str, user: str, limits: Limits, plain: bool = False) -> None:
        import httpx

        self._host = host
        self._limits = limits
        here = is_loopback(httpx.URL(f"//{host}").host)
        self._schemes = ("https", "http") if here or plain else ("https",)
        self._user = unquote(user) if user else credentials(host)
        self._authorization = ""
        timeout = httpx.Timeout(_READ_S, connect=_CONNECT_S)
        self._client = httpx.Client(
            timeout=timeout, follow_redirects=False, trust_env=not here, http2=False
        )
        self._root: httpx.URL | None = None

    @contextmanager
    def get(self, path: str, accept: str) -> Iterator[Readable]:
        """The body of an answer, as transported. Raises Missing for a 404, else SourceError."""
        import httpx

        try:
            response = self._answer(path, accept)
            try:
                yield Pieces(response.iter_raw(CHUNK))
            finally:
                response.close()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise SourceError(self._words(str(error) or type(error).__name__)) from None

    def close(self) -> None:
        self._client.close()

    def _answer(self, path: str, accept: str) -> httpx.Response:
        """The first answer that is neither a redirect nor a demand to log in."""
        url, tries = self._base().copy_with(path=path), 0
        while True:
            response = self._send(url, accept)
            if response.status_code == 200:
                return response
            status, headers = response.status_code, response.headers
            response.close()
            if status in (301, 302, 303, 307, 308) and tries < _MOST_REDIRECTS:
                url, tries = self._redirected(url, headers.get("Location", "")), tries + 1
            elif status == 401 and self._own(url) and tries < _MOST_REDIRECTS:
                self._log_in(headers.get_list("WWW-Authenticate"), tries)
                tries += 1
            elif status in (401, 403):
                raise SourceError(
                    self._words("refuses access"), hint=f"run: docker login {self._host}"
                )
            elif status == 404:
                raise Missing(self._words("does not have it"))
            else:
                raise SourceError(self._words(f"answered with status {status}"))

    def _send(self, url: httpx.URL, accept: str) -> httpx.Response:
        headers = {"Accept": accept, "Accept-Encoding": "identity", "User-Agent": "agentaudit"}
        if self._authorization and self._own(url):
            headers["Authorization"] = self._authorization
        request = self._client.build_request("GET", url, headers=headers)
        return self._client.send(request, stream=True)

    def _base(self) -> httpx.URL:
        """Scheme and host: HTTPS wherever it answers."""
        import httpx

        if self._root is None:
            for scheme in self._schemes:
                root = httpx.URL(f"{scheme}://{self._host}")
                try:
                    self._send(root.copy_with(path="/v2/"), "*/*").close()
                except httpx.TransportError as error:
                    failure = error
                else:
                    self._root = root
                    return root
            hint = "is it running, and is the host right?"
            raise SourceError(self._words(f"does not answer: {failure}"), hint=hint)
        return self._root

    def _own(self, url: httpx.URL) -> bool:
        base = self._base() if self._root else url
        return (url.scheme, url.host, url.port) == (base.scheme, base.host, base.port)

    def _redirected(self, url: httpx.URL, location: str) -> httpx.URL:
        """Where a redirect leads; never from HTTPS to HTTP, never to another scheme."""
        import httpx

        try:
            to = url.join(location)
        except (httpx.InvalidURL, ValueError):
            raise SourceError(self._words("redirects to a malformed address")) from None
        if to.scheme == "https" or (to.scheme == url.scheme == "http" and self._trusted(to)):
            return to.copy_with(username=None, password=None)
        raise SourceError(self._words(f"redirects to {to.scheme}://{to.host}, which is not safe"))

    def _trusted(self, url: httpx.URL) -> bool:
        return is_loopback(url.host) or self._own(url)

    def _log_in(self, challenges: list[str], tries: int) -> None:
        """Answer the registry's demand, once."""
        kinds = {each.partition(" ")[0].lower(): each for each in challenges}
        if tries or not kinds.keys() & {"bearer", "basic"}:
            raise SourceError(
                self._words("refuses the login"), hint=f"run: docker login {self._host}"
            )
        if "bearer" in kinds:
            self._authorization = f"Bearer {self._token(dict(_PAIR.findall(kinds['bearer'])))}"
        elif self._user:
            self._authorization = self._basic
        else:
            raise SourceError(self._words("wants a login"), hint=f"run: docker login {self._host}")

    @property
    def _basic(self) -> str:
        return "Basic " + base64.b64encode(self._user.encode()).decode()

    def _token(self, asked: dict[str, str]) -> str:
        """A token from where the registry says; over HTTP only on this machine or as allowed."""
        import httpx

        from agentaudit.sources.images.documents import decoded

        realm = httpx.URL(asked.get("realm", ""))
        if realm.scheme != "https" and not (realm.scheme == "http" and self._trusted(realm)):
            raise SourceError(self._words("asks to log in at an unsafe address"))
        params = {key: value for key, value in asked.items() if key in ("service", "scope")}
        headers = {"Authorization": self._basic} if self._user else {}
        request = self._client.build_request(
            "GET", realm.copy_merge_params(params), headers=headers
        )
        response = self._client.send(request, stream=True)
        try:
            if response.status_code != 200:
                raise SourceError(
                    self._words("refuses the login"), hint=f"run: docker login {self._host}"
                )
            body = small(Pieces(response.iter_raw(CHUNK)), self._limits, what="the login's answer")
        finally:
            response.close()
        held = decoded(body, "the login's answer")
        token = str(held.get("token") or held.get("access_token") or "")
        if not (token.isascii() and token.isprintable()):
            raise SourceError(self._words("hands out a token that cannot be sent"))
        return token

    def _words(self, what: str) -> str:
        return f"registry {self._host} {safe(what, 200)}"
