"""Which images are the repository's own: told by who builds them, and by whose they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from agentaudit.expressions import regex
from agentaudit.source import Component
from agentaudit.sources.git.images import repository, short_name
from agentaudit.sources.git.orders import Order
from agentaudit.sources.git.reader import Reader

_PUBLIC = regex(
    r"alpine|arangodb|bash|busybox|caddy|cassandra|clickhouse|consul|couchbase|couchdb|debian|docker"
    r"|eclipse-mosquitto|elasticsearch|fluentd|golang|haproxy|httpd|influxdb|kibana|kong|logstash"
    r"|mariadb|memcached|mongo|mongo-express|mysql|nats|neo4j|nginx|node|percona|php|postgres|python"
    r"|rabbitmq|redis|registry|ruby|rust|solr|telegraf|traefik|ubuntu|vault|zookeeper"
)
"""Images without an owner that everybody takes from Docker Hub."""
_PRIVATE = regex(
    r"localhost|.*:\d{2,5}|.*\.amazonaws\.com|.*\.azurecr\.io|.*-docker\.pkg\.dev"
    r"|(?:(?:us|eu|asia)\.)?gcr\.io"
)
"""Registries that hold what their owners push there."""
_FILLED = regex(r"[A-Z<{$]|(?i:\byour)")
"""What whoever deploys fills in: references have no capitals."""
_SOURCE = regex(
    r"(?im)^[^\n]{0,40}(?:repository|homepage|source|url|module)[^\n]{0,80}github\.com[/:]([\w-]{1,39})/"
)
"""Where a manifest says that its own source lies."""


class Owned:
    """The images of a repository and the components in them."""

    def __init__(
        self,
        reader: Reader,
        components: Mapping[str, Component],
        orders: Iterable[Order],
        built: Mapping[tuple[str, int | None], set[str]],
        started: Iterable[str],
    ) -> None:
        self._called: dict[str, set[str]] = {}
        """Name → the components that are called so."""
        self._owners: set[str] = set()
        """Whose images are built here, and where the source lies."""
        self._made: dict[str, dict[str, set[str]]] = {}
        """Name of an image that is built here → whose it is → the components in it."""
        for home, component in components.items():
            name = component.name.rpartition("/")[2].lower()
            self._called.setdefault(name, set()).add(home)
            for manifest in component.manifests:
                text = (reader.text(manifest.place.path) or "")[:20_000]
                self._owners |= {owner.lower() for owner in _SOURCE.findall(text)}
        for order in orders:
            homes = built.get((order.place.path, order.place.line), set())
            for reference in order.images:
                owner, name = _owner(reference), short_name(reference)
                self._made.setdefault(name, {}).setdefault(owner, set()).update(homes)
                self._owners.add(owner)
        self._owners.update(self._alike(started))
        self._owners = {owner for owner in self._owners if owner and "$" not in owner}

    def _alike(self, started: Iterable[str]) -> Iterator[str]:
        """Who owns images that are called as several of the components are."""
        found: dict[str, set[str]] = {}
        for reference in started:
            if (name := short_name(reference)) in self._called:
                found.setdefault(_owner(reference), set()).add(name)
        return (owner for owner, names in found.items() if len(names) > 1)

    def components(self, reference: str, called: str) -> set[str]:
        """The components that run in an image which a service of this name starts."""
        name, owner = short_name(reference), _owner(reference)
        made = self._made.get(name, {})
        if (not owner and _PUBLIC.fullmatch(name)) or (owner and not self._is_own(owner, made)):
            return set()
        given = {home for by, homes in made.items() for home in homes if by == owner or "$" in by}
        named = self._called.get(name, set())
        if not (given or named) and name.endswith(f"-{called.lower()}"):
            return self._called.get(called.lower(), set())
        return given or named

    def told(self, reference: str, called: str) -> set[str] | None:
        """The same of an image that nobody says how to build: None where it may be of ours, though
        of which cannot be told."""
        name, owner = short_name(reference), _owner(reference)
        if found := self.components(reference, called):
            return found
        own = name in self._called or self._is_own(owner, self._made.get(name, {}))
        registry = "." in owner and "/" not in owner  # which tells of nobody by itself
        foreign = owner and not own and not registry
        return set() if foreign or (not owner and _PUBLIC.fullmatch(name)) else None

    def _is_own(self, owner: str, made: Mapping[str, set[str]]) -> bool:
        return "$" in owner or owner in self._owners or any("$" in by for by in made)


def _owner(reference: str) -> str:
    """Whose image it is: empty where it is of nobody else, as a private registry holds them."""
    written = repository(reference).rpartition("/")[0]
    path = written.lower()
    host, _, rest = path.partition("/")
    if _PRIVATE.fullmatch(host) or path == "docker.io":
        return ""
    if _FILLED.search(written):
        return "$"
    is_host = "." in host
    return (rest or host) if is_host else path
