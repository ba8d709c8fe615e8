"""Whether a component retrieves: by a library or a service that its calls show, by what its files
write to a database, or through a memory that keeps vectors."""

from __future__ import annotations

from agentaudit.code import Role, Strength
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.rag.searches import EMBED, is_rag
from agentaudit.probes.rag.written import fills
from agentaudit.source import Component, Repo


def retrieves(repo: Repo, component: Component) -> bool:
    """Whether its code searches or fills an index of vectors, in whatever way it is seen."""
    return (
        is_rag(component, Strength.IMPORTED)
        or fills(repo, component)
        or asks_in_text(repo, component)
    )


_NEAREST = regex(
    r"<[=#-]>\s{0,4}(?:\(?\s{0,4}(?:CAST\s{0,4}\()?\s{0,4})?(?:\$\d|\$?\{|%s|%\(|:\w|\?|@\w|#\{|['\"]\s{0,4}\+)"
    r"|\bvector::(?:similarity|distance)::\w{1,20}\(|\bfn::\w{0,20}(?:vector|semantic)_?search\("
    r"|(?i:\b(?:from|join|select)\s{1,8}(?:\w{1,30}\.)?(?:match|search|find|hybrid|nearest|similar|semantic)_\w{1,60}"
    r"\(\s{0,8}(?:\$?\{|\$\d|:\w|%s|%\(|\?|@\w|#\{))"
)
"""SQL that orders rows by the distance to a vector that is handed in, or calls the database's own
function that does."""
_ABOUT = regex(
    r"(?i)embed|vector|chunk|knowledge|(?:^|[/_.])rag|memor|search|retriev|similar|neighbo|repositor"
    r"|quer|mapper|store|databas|domain|models?[/.]|(?:^|[/_.-])(?:db|dao|dal|sql)(?:[/_.-]|$)"
)
"""Files that may ask a database, by their path."""
_COUNTS = frozenset({Role.APP, Role.INFRA})
_MOST = 40
_LONGEST = 200_000


def asks_in_text(repo: Repo, component: Component) -> bool:
    """Whether a file of code that embeds, or that speaks of embeddings, holds a query for what is
    nearest, which a call is given in pieces or by way of a template."""
    calls = [call for call in component.code.calls if call.role in _COUNTS]
    embeds = any(EMBED.search(call.callee) for call in calls)
    given = [each.place for each in calls]
    given += [each.place for each in component.code.imports if each.role in _COUNTS]
    files = sorted({(p.repo, p.path) for p in given if _ABOUT.search(p.path)})
    texts = ((repo.read(Place(name, path)) or "")[:_LONGEST] for name, path in files[:_MOST])
    return any(_NEAREST.search(text) and (embeds or "embed" in text.lower()) for text in texts)
