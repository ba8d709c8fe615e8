"""What becomes of a verdict between the row in which a score is compared and the end of the run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from agentaudit.expressions import regex
from agentaudit.probes.guardrails.bodies import TOLD, deeper
from agentaudit.probes.guardrails.compared import (
    NAMES,
    is_asserted,
    is_short,
    measured,
    naught,
    plain,
)
from agentaudit.probes.guardrails.reached import is_dropped

_ASSIGNED = regex(
    r"\s{0,60}(?:(?:const|let|var|val|final|bool|boolean|static)\s+){0,2}[\[{(]?\s?"
    r"([A-Za-z_$][\w$]{0,60}(?:\s?,\s?[A-Za-z_$][\w$]{0,60}){0,4})\s?[\]})]?"
    r"((?:\[[^\]\n]{1,60}\]|\.[\w$]{1,60}){0,3})"
    r"(?:\s?:\s?[^=\n]{1,60})?\s{0,4}(?::?=|[+|&]=|&&=)(?!=)"
)
_ADDED = regex(r"\s{0,60}([A-Za-z_$][\w$]{0,60})\.(?:append|push|add|Add|extend)\(")
_FLAG = regex(
    r"\s{0,60}(?:this\.|self\.)?([A-Za-z_$][\w$]{0,60})(?:\s{0,4}(?::?=\s{0,4}(?:True|False|true|false|1)\b|\+=)"
    r"|\+\+|(?<=[\w$])(?P<adds>\.(?:append|push|add|Add)\())"
)
"""What a condition sets, counts or collects."""
_ASKED = regex(r"\s{0,60}(?:\}\s?)?(?:el(?:se\s?)?)?if\b|\s{0,60}(?:if|unless)\b")
_EACH = regex(r"\s{0,60}(?:async\s)?for\b[^\n]{1,200}(?<![:{])$")
_ELSE = regex(r"\s{0,60}(?:\}\s?)?else\b")
_BACK = regex(r"\s{0,60}return\b")
_KEYED = regex(r"\s{0,60}[\"']?[\w-]{1,60}[\"']?\s?:\s")
_FUNCTION = regex(
    r"\s{0,40}(?:(?:export|default|async|public|private|protected|internal|static|override)\s+){0,4}"
    r"(?:(?:def|function|func|fun)\s+(?:\([^)\n]{0,60}\)\s?)?([\w$]{1,80})\s?[(<]"
    r"|const\s+([\w$]{1,80})\s?=\s?(?:async\s?)?\([^)\n]{0,120}\)[^=\n]{0,60}=>"
    r"|(?:[\w<>\[\].?]{1,60}\s)([\w$]{1,80})\([^;\n]{0,200}\)\s?\{?$)"
)
_OPENS = ("[", "(", "{")
_LISTS = regex(r"(?i)fail|breach|violat|err|problem|issue|regress|below|bad|low|miss|alert|gap")
"""Lists of what was not good enough."""
_VERDICT = regex(r"(?i)pass|fail|\bok\b|_ok\b|success|gate|violat|breach|regress|below|verdict")
BADLY = regex(
    r"(?:sys\.|process\.|os\.|System\.|Environment\.)?(?:[eE]xit|_exit)\(\s{0,4}(?:[1-9]|f?[\"'])"
    r"|\bexit\s+[1-9]|\braise\s+\w|\braise$|\bthrow\s|[eE]xit_?[cC]ode\s{0,4}=\s{0,4}[1-9]|\bpanic\("
    r"|\bt\.(?:Fatal|Error|Fail)|pytest\.fail|\breturn\s+[1-9]\b|SystemExit|core\.setFailed\("
    r"|\breturn\s+(?:\w{1,40}\.)?fail(?:ed|ure)?\(|\bos\.Exit\(|\blog\.Fatal"
)
"""How a run fails."""
_TWO = regex(
    r"(?:\breturn\b|[eE]xit\w{0,8}\s{0,2}\(|SystemExit\(|[eE]xit_?[cC]ode\s{0,4}=)[^\n]{0,160}"
    r"(?:\b\d if\b|\?\s{0,4}\d\s{0,4}:\s{0,4}\d)"
)
_SAME = regex(
    r"\b(\d{1,3}|True|False)\sif\b[^\n]{1,160}\selse\s\1\b|\?\s{0,4}(\d{1,3})\s{0,4}:\s{0,4}\2\b"
)
"""A run that ends alike in any case."""
_SAID = regex(r"(?:\b[eE]xit|SystemExit|\b_exit)\(\s{0,4}(?:not |!|int\(|len\(|bool\(|\w)")
"""A run that ends with what a name says."""
_HOLDS = regex(
    r"\s{0,60}(?:assert\s+(?:not\s+)?(?:len\()?[\w.\[\]\"']{1,80}\)?(?:\s?==\s?(?:0|\[\]))?\s{0,4}(?:,|$)"
    r"|expect\([\w.]{1,60}\)\.(?:toBe\(true|toEqual\(\[\]|toHaveLength\(0)"
    r"|(?:self\.|Assert\.|Assertions\.)?[aA]ssert(?:True|False|\.True|\.IsTrue)\([\w.]{1,60}[,)])"
)
"""A verdict that must hold by itself."""
_MOST_ROWS, _PASSES, _ABOVE = 3000, 3, 30
_DEEPEST, _NEXT = 6, 6
_ITSELF = frozenset(("", "self", "this", "cls"))
_Scope = tuple[str, ...]
_Named = tuple[_Scope, str]
"""A name, and the functions within which it means that."""


class Flow:
    """Names of one file that say whether a score was high enough."""

    def __init__(self, rows: Iterable[str]) -> None:
        self.rows = [row[:400] for row in rows][:_MOST_ROWS]
        self._plain = [plain(row) for row in self.rows]
        self._names = [frozenset(NAMES.findall(row)) for row in self._plain]
        self._scopes = tuple(_scopes(self._plain))
        self._whole: dict[_Named, int] = {}
        """Those that are a verdict, with the row that it comes from."""
        self._parts: dict[_Named, int] = {}
        """Those of which a part is."""

    def held(self) -> list[int]:
        """Rows that compare a score, and by which the run can fail."""
        at_once = set()
        for number, bad in measured(self._plain, naught(self.rows)):
            if _SAME.search(self._plain[number]):
                continue
            if self._ends(number, bad):
                at_once.add(number)
            else:
                self._begin(number)
        if not self._whole and not self._parts:
            return sorted(at_once)
        for _ in range(_PASSES):
            known = len(self._whole) + len(self._parts)
            for number in range(len(self.rows)):
                self._carry(number)
            if known == len(self._whole) + len(self._parts):
                break
        return sorted(at_once | set(self._ended()))

    def _ends(self, number: int, bad: bool) -> bool:
        """Whether the run fails in the row of the comparison, or in what it is the condition of."""
        row = self._plain[number]
        if two := _TWO.search(row):
            if "return" in two[0] and self._drops(number):
                return False
            return bad != (two[0].endswith("0 if") or re.search(r"\?\s{0,4}0", two[0]) is not None)
        if "exit" in row.lower() and BADLY.search(row):
            return True
        if is_asserted(row):
            return not bad or " for " in row or "expect(" in row
        if any(is_asserted(self._plain[at]) for at in self._openers(number)):
            return True
        if not self._asks(number):
            return "exit" in row and is_short(row)
        then, other = self._blocks(number)
        thrown = re.search(r"\)\s(?:throw|raise)\s|:\s(?:raise|return [1-9])\b", row)
        return self._fails(
            number, [*then, row[thrown.start() :] if thrown else ""] if bad else other
        )

    def _fails(self, number: int, rows: Iterable[str]) -> bool:
        """Whether the run fails in one of these rows of a function."""
        found = (BADLY.search(row) for row in rows)
        return any(
            each and not (each[0][:7] == "return " and self._drops(number)) for each in found
        )

    def _drops(self, number: int) -> bool:
        """Whether what the function of a row gives back is nowhere asked for."""
        scope = self._scopes[number]
        return bool(scope and scope[-1]) and is_dropped(self._plain, scope[-1])

    def _asks(self, number: int) -> bool:
        """Whether a row is a condition, and no part of a comprehension."""
        above = next((row for row in self._plain[max(number - 1, 0) : number][::-1]), "")
        return bool(_ASKED.match(self._plain[number])) and not _EACH.match(above)

    def _blocks(self, number: int) -> tuple[list[str], list[str]]:
        """What stands below a condition, and below what is otherwise."""
        then = [row for row in deeper(self._plain, number) if row.strip()][:_ABOVE]
        after = number + 1 + sum(1 for _ in deeper(self._plain, number))
        after += "".join(self._plain[after : after + 1]).strip() == "}"
        if after < len(self.rows) and _ELSE.match(self._plain[after]):
            return then, [row for row in deeper(self._plain, after) if row.strip()][:_ABOVE]
        if then and _BACK.match(then[-1]):
            return then, self._after(number, after)
        return then, []

    def _after(self, number: int, after: int) -> list[str]:
        """What stands as deep as a condition that leaves where it holds."""
        depth, found = _depth(self.rows[number]), []
        for row in self._plain[after : after + _NEXT]:
            if row.strip() and _depth(row) < depth:
                break
            if row.strip() and _depth(row) == depth:
                found.append(row)
        return [] if any(map(_ASKED.match, found)) else found

    def _begin(self, number: int) -> None:
        """Names that a comparison gives a verdict to."""
        if self._asks(number):
            self._flags(number, number)
        else:
            self._give(number, number, whole=True)

    def _flags(self, number: int, origin: int) -> None:
        for row in chain(*self._blocks(number)):
            for each in row.split(";"):
                found = _FLAG.match(each)
                if found and (not found["adds"] or _LISTS.search(found[1])):
                    self._set(found[1], origin, number, whole=True)
                elif _BACK.match(each):
                    self._set_function(origin, number, whole=True)

    def _give(self, number: int, origin: int, *, whole: bool) -> None:
        """The verdict of a row becomes what the row, or the one that it belongs to, is given to."""
        row, inner = self._plain[number], bool(_KEYED.match(self._plain[number]))
        for at in (number, *self._openers(number)):
            row = self._plain[at]
            if found := _ASSIGNED.match(row):
                kept = whole and not inner and not found[2]
                for name in found[1].split(","):
                    self._set(name.strip(), origin, at, whole=kept)
                return
            if found := _ADDED.match(row):
                self._set(found[1], origin, at, whole=False)
                return
            if _BACK.match(row):
                self._set_function(origin, at, whole=whole and not inner)
                return
            inner = inner or (at != number and row.rstrip().endswith("{"))

    def _set(self, name: str, origin: int, at: int, *, whole: bool) -> None:
        if name not in _ITSELF:
            (self._whole if whole else self._parts).setdefault((self._scopes[at], name), origin)

    def _set_function(self, origin: int, at: int, *, whole: bool) -> None:
        """What a function gives back is the verdict wherever it is called."""
        if scope := self._scopes[at]:
            (self._whole if whole else self._parts).setdefault(((), scope[-1]), origin)

    def _openers(self, number: int) -> Iterator[int]:
        """Rows above in whose brackets a row stands."""
        depth, chained = _depth(self.rows[number]), _is_link(self.rows[number])
        for at in range(number - 1, max(number - _ABOVE, -1), -1):
            row = self.rows[at]
            if row.strip() and _depth(row) < depth:
                if not (chained or row.rstrip().endswith(_OPENS)):
                    return
                yield at
                depth, chained = _depth(row), _is_link(row)

    def _carry(self, number: int) -> None:
        """What a row does with names that are a verdict, or hold one."""
        origin, whole = self._known(number)
        row = self._plain[number]
        if origin is None or TOLD.match(row.strip()) or _FUNCTION.match(row):
            return
        if not self._asks(number):
            self._give(number, origin, whole=whole)
        elif whole:
            self._flags(number, origin)

    def _known(self, number: int) -> tuple[int | None, bool]:
        """The comparison that a row has the verdict of, and whether it has nothing else."""
        scope, mine = self._scopes[number], self._names[number]
        seen = [(scope[:depth], name) for depth in range(len(scope) + 1) for name in mine]
        for each in seen:
            if each in self._whole:
                return self._whole[each], True
        for each in seen:
            if each in self._parts:
                return self._parts[each], _VERDICT.search(self._plain[number]) is not None
        return None, False

    def _ended(self) -> Iterator[int]:
        for number, row in enumerate(self._plain):
            origin, whole = self._known(number)
            if origin is None or not whole or number == origin or TOLD.match(row.strip()):
                continue
            asked = _ASKED.match(row) and self._fails(number, chain(*self._blocks(number)))
            two = _TWO.search(row)
            kept = two and not ("return" in two[0] and self._drops(number))
            if asked or kept or _SAID.search(row) or _HOLDS.match(row):
                yield origin


def _depth(row: str) -> int:
    return len(row) - len(row.lstrip())


def _is_link(row: str) -> bool:
    """Whether a row goes on with a chain of calls."""
    return row.lstrip().startswith(".")


def _scopes(rows: Sequence[str]) -> Iterator[_Scope]:
    """The functions that each row stands in, outermost first."""
    open_: list[tuple[int, str]] = []
    for row in rows:
        if row.strip():
            while open_ and open_[-1][0] >= _depth(row):
                open_.pop()
        yield tuple(name for _, name in open_[:_DEEPEST])
        if row.strip() and (found := _FUNCTION.match(row)):
            open_.append((_depth(row), found[1] or found[2] or found[3] or ""))
