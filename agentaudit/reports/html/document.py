"""The document: template, stylesheet, fonts, and a policy that lets a browser run nothing."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from agentaudit.evidence import clean
from agentaudit.reports.html import charts, marks, prose, trend
from agentaudit.reports.html.numbers import day, period
from agentaudit.reports.html.page import Page
from agentaudit.reports.method import UNDETECTABLE
from agentaudit.reports.view import View
from agentaudit.score.scorecard import Scorecard

LARGEST = 1_000_000
"""Bytes. Above it examples are left out, and the report says how many."""
USUAL = 290_000
"""Bytes that a report is kept below while an example per criterion can still be shown."""
_EXAMPLES = ((3, USUAL), (2, USUAL), (1, LARGEST), (0, LARGEST))
"""Examples per criterion, and how large the report may then be: the most that fit."""
_LONGEST = 4_000
"""Of any text, in characters."""
_FONTS = (("AA Sans", "400 700", "aa-sans"), ("AA Serif", "500", "aa-serif"))


def render(card: Scorecard, view: View) -> str:
    """The report, a function of the scorecard alone; `view.printable` opens everything."""
    page = ""
    for most, limit in _EXAMPLES:
        page = _page(Page(card, view, most))
        if len(page.encode("utf-8", "replace")) <= limit:
            break
    return page


def _page(page: Page) -> str:
    style = _stylesheet() + _margins(page.card)
    policy = (
        f"default-src 'none'; style-src 'sha256-{_digest(style)}'; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return _template().render(
        page=page, card=page.card, fig=page.numbers.figure, style=Markup(style), policy=policy
    )


def _digest(style: str) -> str:
    return b64encode(sha256(style.encode()).digest()).decode()


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("agentaudit.reports.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_final,
    )
    environment.globals |= {
        "anchor": _anchor,
        "charts": charts,
        "day": day,
        "glyph": marks.glyph,
        "marks": marks,
        "period": period,
        "undetectable": UNDETECTABLE,
        "prose": prose,
        "trend": trend.trend,
    }
    return environment.get_template("report.html.j2")


def _final(value: Any) -> Any:
    """What a hand-made audit.json holds must not reach a page unseen."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return clean(value, _LONGEST)
    return value


def _anchor(id: str) -> str:
    """What a link may lead to; ids of criteria are such already."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", id)[:80]


@cache
def _stylesheet() -> str:
    here = files("agentaudit.reports.html")
    faces = (
        f'@font-face{{font-family:"{name}";font-weight:{weight};font-display:block;'
        f"src:url(data:font/woff2;base64,"
        f"{b64encode((here / 'fonts' / f'{file}.woff2').read_bytes()).decode()})"
        ' format("woff2")}'
        for name, weight, file in _FONTS
    )
    text = (here / "templates" / "report.css").read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return "".join(faces) + re.sub(r"\s*\n\s*", "", text)


def _margins(card: Scorecard) -> str:
    """Foot of every printed page. The name of the system comes from outside: every character of it
    is written as a number, so that it cannot end the string or the style."""
    words = clean(f"{card.run.system} · agentaudit · {card.run.as_of}", 90)
    text = "".join(f"\\{ord(letter):06x}" for letter in words)
    font = "font:8pt sans-serif;color:#626d78"
    return (
        f'@page{{@bottom-left{{content:"{text}";{font}}}'
        f'@bottom-right{{content:counter(page) " / " counter(pages);{font}}}}}'
    )
