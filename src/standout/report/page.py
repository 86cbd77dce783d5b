"""What the page is given: the run folder's figures, put in the order in which they are read. Nothing is computed."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from standout.report import figures, meanings
from standout.report.command import command
from standout.report.ends import Ends, ends_of
from standout.report.gradcam import Maps, gradcam_of
from standout.report.map import RecordMap, map_of
from standout.report.pareto import Pareto
from standout.report.shown import picture
from standout.report.words import known

MOST = 60
"""Exposed records that are shown one by one."""
LEADING = 3
"""Exposed records that the verdict names."""
STROKES = 9
"""Kinds of line that the style sheet tells apart."""
MOST_CELLS = 12
QUOTED = re.compile(r"""(?<!\w)(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")""")
"""What `repr` wrote of a text, in either kind of quotes; an apostrophe after a letter opens none. Notes write so
whatever they name of a record: an id, a file, a cell."""


WORD = re.compile(r"[^\s,;()]+(?<![.:])")


@dataclass(frozen=True)
class Content:
    """One record to be looked at: a picture in the page, or (column, value) of some cells, or neither."""

    image: str | None = None
    cells: tuple[tuple[str, str], ...] = ()
    maps: Maps | None = None

    @classmethod
    def of(cls, stored: dict | None) -> "Content":
        """From what the flow stored; whatever has another shape is left out."""
        stored = stored or {}
        cells = tuple((str(c[0]), str(c[1])) for c in stored.get("cells") or [] if len(c) >= 2)
        return cls(picture(stored.get("image")), cells, Maps.of(stored.get("maps")))


@dataclass(frozen=True)
class Card:
    """One exposed record: its row of the records table and its content beside a typical record of its class."""

    row: dict[str, Any]
    content: Content
    typical: Content
    scale: Markup

    @property
    def rows(self) -> list[tuple[str, str, str | None]]:
        """(column, value, value of the typical record where it is stored)."""
        other = dict(self.typical.cells)
        return [(column, value, other.get(column)) for column, value in self.content.cells[:MOST_CELLS]]


@dataclass(frozen=True)
class Page:
    """Everything that the template reads. redacted: no content of a record is shown; names: ids of records are."""

    summary: dict[str, Any]
    config: dict[str, Any]
    cards: list[Card]
    shown: int
    top: dict[str, Any] | None
    middle: dict[str, Any] | None
    actions: list[tuple[int, str, str]]
    causes: list[tuple[str, int, str, list[str]]]
    bins: list[tuple[float, float, int, int]]
    attacks: list[tuple[str, dict, str]]
    best: tuple[str, dict] | None
    fprs: list[str]
    priors: list[str]
    calibrated: list[str]
    characteristics: list[tuple[str, dict, Markup]]
    non_members: int | None
    drawings: dict[str, Markup | None] = field(default_factory=dict)
    command: str | None = None
    flagged: list[dict[str, Any]] = field(default_factory=list)
    map: RecordMap | None = None
    ends_by: str = ""
    ends: list[Ends] = field(default_factory=list)
    gradcam: dict[str, Any] | None = None
    defences: dict[str, Any] | None = None
    pareto: Pareto | None = None
    explorer: dict[str, Any] = field(default_factory=lambda: {"records": 0, "rows": 0, "roc": [], "supported": None})
    redacted: bool = False
    names: bool = True
    leading: list[dict[str, Any]] = field(default_factory=list)
    listed: list[dict[str, Any]] = field(default_factory=list)
    ids: frozenset[str] = frozenset()

    @property
    def warnings(self) -> list[str]:
        """Lines to tell; where the page is redacted, what they quote is hidden, since it may be an id or a cell, and so
        is every word of them that is an id."""
        lines = [str(w) for w in self.summary.get("warnings") or []]
        if not self.redacted:
            return lines
        return [WORD.sub(self._hide, QUOTED.sub("'\N{HORIZONTAL ELLIPSIS}'", line)) for line in lines]

    def _hide(self, word: re.Match) -> str:
        return "\N{HORIZONTAL ELLIPSIS}" if word[0] in self.ids else word[0]

    @property
    def given(self) -> bool:
        """Whether the models were trained elsewhere and given by their outputs: no seed is known then."""
        return self.summary["shadows"].get("seed") is None

    @property
    def unmeasured(self) -> list[str]:
        """False-alarm rates at which no attack has a figure."""
        blocks = [a.get("tpr_at_fpr") or {} for _, a, _ in self.attacks]
        return [f for f in self.fprs if blocks and not any(known((b.get(f) or {}).get("tpr")) for b in blocks)]


def page_of(
    summary: dict,
    records: pd.DataFrame,
    drawn: dict | None,
    config: dict | None,
    *,
    redact: bool = False,
    ids: bool = False,
) -> Page:
    """The page of one run. records: the records table; drawn: figures.json; config: config.json, each where stored.

    redact: no id and no content of a record, and no command, which names the source. ids: with ids all the same.
    """
    drawn, config = drawn or {}, config or {}
    exposed = records["exposed"].to_numpy(dtype=bool)
    exposure = records["exposure"].to_numpy(dtype=float)
    found = records[exposed].sort_values("exposure", ascending=False, kind="stable")
    rows = [plain_row(r) for r in found.to_dict("records")]
    above = summary["exposed"]["above"]
    attacks = [(name, block, f"s{i % STROKES}") for i, (name, block) in enumerate(leading_first(summary).items())]
    curves = {name: c for name, c in (drawn.get("roc") or {}).items() if c and c.get("non_members") and c["fpr"]}
    counts = figures.bins(exposure, exposed)
    measured = [(name, block) for name, block, _ in attacks if known(block.get("auc"))]
    names = ids or not redact
    by, ends = ends_of(None if redact else drawn.get("ends"))
    return Page(
        summary=summary,
        config=config,
        cards=[] if redact else cards_of(rows[:MOST], drawn, above),
        shown=min(len(rows), MOST) if names else 0,
        top=rows[0] if rows else None,
        middle=rows[(len(rows) + 1) // 2 - 1] if len(rows) > 2 else None,
        actions=actions_of(rows),
        causes=causes_of(summary, rows),
        bins=counts,
        attacks=attacks,
        best=max(measured, key=lambda pair: pair[1]["auc"]) if measured else None,
        fprs=rates_of(attacks, "tpr_at_fpr"),
        priors=rates_of(attacks, "precision_at_prior"),
        calibrated=[f for f in rates_of(attacks, "shadow_calibrated") if calibrated_at(attacks, f)],
        characteristics=characteristics_of(summary),
        non_members=min((c["non_members"] for c in curves.values()), default=None),
        drawings={
            # a place in the table names a record
            "crowd": figures.crowd(exposed if names else np.sort(exposed)[::-1]),
            "roc": roc_at_both_widths(curves, attacks, len(records)),
            "histogram": both(figures.histogram, counts, above),
        },
        command=None if redact else command(config),
        flagged=flagged_of(records) if names else [],
        map=map_of(None if redact else drawn.get("map")),
        ends_by=by,
        ends=ends,
        gradcam=None if redact else gradcam_of(drawn),
        redacted=redact,
        names=names,
        leading=rows[:LEADING],
        listed=rows[:MOST] if redact and ids else [],
        ids=frozenset() if names else frozenset(r for r in records["record"] if not r.isdigit()),
    )


def plain_row(row: dict) -> dict[str, Any]:
    """A row of the table with None for what is not a number."""
    return {str(k): None if isinstance(v, float) and not np.isfinite(v) else v for k, v in row.items()}


def flagged_of(records: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows that are flagged as a target's training data, the highest score first; none without a target."""
    if "flagged" not in records:
        return []
    found = records[records["flagged"].to_numpy(dtype=bool)].sort_values("score", ascending=False, kind="stable")
    return [plain_row(r) for r in found.head(MOST).to_dict("records")]


def cards_of(rows: list[dict], drawn: dict, above: float) -> list[Card]:
    """Cards of exposed records, most exposed first. Content goes by id; an id that stands twice gets none: a missing
    picture is a nuisance, a wrong one a breach."""
    stored = [e for e in drawn.get("exposed") or [] if isinstance(e, dict)]
    twice = {i for i, k in Counter(str(e.get("record")) for e in stored).items() if k > 1}
    twice |= {i for i, k in Counter(r["record"] for r in rows).items() if k > 1}
    contents = {str(e["record"]): Content.of(e) for e in stored if "record" in e and str(e["record"]) not in twice}
    typical = {str(label): Content.of(c) for label, c in (drawn.get("typical") or {}).items()}
    return [
        Card(
            row,
            contents.get(row["record"], Content()),
            typical.get(row["label"], Content()),
            figures.scale(row["exposure"], row["exposure_lo"], row["exposure_hi"], above),
        )
        for row in rows
    ]


def actions_of(rows: list[dict]) -> list[tuple[int, str, str]]:
    """(how many, cause, action), the most frequent first, ties in the order of causes."""
    order = {cause: i for i, cause in enumerate(meanings.CAUSES)}
    tally = Counter((r["cause"], r["action"]) for r in rows)
    ranked = sorted(tally.items(), key=lambda item: (-item[1], order.get(item[0][0], len(order)), item[0]))
    return [(n, cause, action) for (cause, action), n in ranked]


def causes_of(summary: dict, rows: list[dict]) -> list[tuple[str, int, str, list[str]]]:
    """(cause, how many, meaning, actions) of every cause that the summary names, in its order."""
    out = []
    for cause, n in (summary.get("causes") or {}).items():
        actions = list(dict.fromkeys(r["action"] for r in rows if r["cause"] == cause and r["action"]))
        out.append((cause, n or 0, meanings.CAUSES.get(cause, ""), actions))
    return out


def leading_first(summary: dict) -> dict[str, dict]:
    """Attacks with the main one first and the others from the last to the first named: the strongest come late."""
    blocks = {name: block for name, block in (summary.get("attacks") or {}).items() if block}
    main = summary["exposed"].get("attack")
    names = list(blocks)[::-1]
    names.sort(key=lambda name: name != main)
    return {name: blocks[name] for name in names}


def rates_of(attacks: list[tuple[str, dict, str]], block: str) -> list[str]:
    """Keys of a block of the attacks, from large to small."""
    return sorted({rate for _, a, _ in attacks for rate in a.get(block) or {}}, key=float, reverse=True)


def calibrated_at(attacks: list[tuple[str, dict, str]], rate: str) -> bool:
    """Whether some attack has a figure at this false-alarm rate with a threshold from other models."""
    return any(known(((a.get("shadow_calibrated") or {}).get(rate) or {}).get("tpr")) for _, a, _ in attacks)


def characteristics_of(summary: dict) -> list[tuple[str, dict, Markup]]:
    """(name, strength, drawing) from the strongest down; those without a figure last."""
    blocks = [(name, block or {}) for name, block in (summary.get("characteristics") or {}).items()]
    blocks.sort(key=lambda pair: -pair[1]["auroc"] if known(pair[1].get("auroc")) else 1)
    out = []
    for name, block in blocks:
        low, high = block.get("ci") or (None, None)
        out.append((name, block, figures.scale(block.get("auroc"), low, high, 0.5)))
    return out


def roc_at_both_widths(curves: dict[str, dict], attacks: list[tuple[str, dict, str]], records: int) -> Markup | None:
    """The ROC drawing, the main attack on top; None where no curve is stored."""
    strokes = {name: css for name, _, css in attacks}
    drawn = {name: curves[name] for name in reversed(strokes) if name in curves}
    if not drawn:
        return None
    return both(figures.roc, drawn, strokes, figures.supported_from(drawn, records))


def both(draw, *arguments) -> Markup:
    """A chart at the width of a screen and at that of a phone; the style sheet shows one."""
    return draw(*arguments, figures.WIDE) + draw(*arguments, figures.NARROW)
