"""The pictures of docs/concepts.md: `python docs/images/draw.py` writes them anew.

Curves and shares are computed, not drawn by hand; figures that were measured stand in MEASURED with their page. Colours
are classes: in the page they follow its theme, in the file by itself the system's.
"""

from pathlib import Path

import numpy as np
from scipy.stats import norm

from standout.estimate.power import standard_power

HERE = Path(__file__).parent
LIGHT = {"ink": "#1f2328", "soft": "#57606a", "line": "#8c959f", "box": "#f3f4f6", "in": "#b35900", "out": "#0860ca"}
DARK = {"ink": "#e6edf3", "soft": "#adb5bd", "line": "#8b949e", "box": "#21262d", "in": "#f0a45b", "out": "#79b8ff"}
"""As in docs/_static/standout.css."""


def rules(c: dict[str, str]) -> str:
    """What each class looks like."""
    out = f".ink {{ fill: {c['ink']} }} .soft {{ fill: {c['soft']} }} .line {{ stroke: {c['line']}; fill: none }}\n"
    out += f".box {{ fill: {c['box']}; stroke: {c['line']} }}\n"
    for side in ("in", "out"):
        out += f".{side} {{ fill: {c[side]} }} .{side}-line {{ stroke: {c[side]}; fill: none }} "
        out += f".{side}-wash {{ fill: {c[side]}; fill-opacity: .25 }}\n"
    return out


STYLE = (
    "<style>\ntext { font-family: system-ui, sans-serif; font-size: 14px }\n"
    f"{rules(LIGHT)}@media (prefers-color-scheme: dark) {{\n{rules(DARK)}}}\n</style>"
)
BOLD = ' font-weight="600"'
MEASURED = {
    # docs/defences.md, "On digits"
    "remove": ("remove them", 0.5, "+10"),
    "down-weighting": ("count them less", 20.3, "+1"),
    "label-smoothing": ("smooth all labels", 83.3, "+33"),
    "none": ("no defence", 65.0, ""),
}
REWEIGHTED = {"nothing changed": 0.625, "does not know": 0.502, "knows, and inverts": 0.625}
"""AUC against `none`, and against `logit-reweighting` without (static) and with (adaptive) knowledge of it."""


def picture(name: str, title: str, height: int, parts: list[str], width: int = 720) -> None:
    """Write one file; title is what a screen reader says."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{title}">'
    (HERE / f"{name}.svg").write_text("\n".join([head, f"<title>{title}</title>", STYLE, *parts, "</svg>"]) + "\n")


def text(x: float, y: float, said: str, cls: str = "ink", anchor: str = "start", more: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}" class="{cls}" text-anchor="{anchor}"{more}>{said}</text>'


def box(x: float, y: float, width: float, height: float, lines: list[str], cls: str = "box") -> str:
    """A rounded box with centred lines."""
    first = y + height / 2 - (len(lines) - 1) * 9 + 5
    said = [text(x + width / 2, first + 18 * i, line, "ink", "middle") for i, line in enumerate(lines)]
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="8" class="{cls}"/>' + "".join(said)


def arrow(x1: float, y1: float, x2: float, y2: float) -> str:
    """A line with a head."""
    angle = np.arctan2(y2 - y1, x2 - x1)
    heads = [(x2 - 9 * np.cos(angle + s), y2 - 9 * np.sin(angle + s)) for s in (0.45, -0.45)]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (heads[0], (x2, y2), heads[1]))
    return (
        f'<path d="M{x1:g},{y1:g} L{x2:g},{y2:g}" class="line" stroke-width="1.5"/>'
        f'<polyline points="{points}" class="line" stroke-width="1.5"/>'
    )


def curve(x: np.ndarray, y: np.ndarray, to: "Frame", cls: str, wash: str | None = None, beyond: float = -9.0) -> str:
    """A density as a line, and filled beyond a value."""
    points = " ".join(f"{px:.1f},{py:.1f}" for px, py in zip(to.x(x), to.y(y)))
    out = f'<polyline points="{points}" class="{cls}" stroke-width="2.2"/>'
    if wash is None:
        return out
    keep = x >= beyond
    px, py = to.x(x[keep]), to.y(y[keep])
    inside = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(px, py))
    return f'<polygon points="{px[0]:.1f},{to.y(0):.1f} {inside} {px[-1]:.1f},{to.y(0):.1f}" class="{wash}"/>' + out


class Frame:
    """From values to places."""

    def __init__(self, left: float, right: float, low: float, high: float, foot: float, tall: float):
        self.left, self.right, self.low, self.high, self.foot, self.tall = left, right, low, high, foot, tall

    def x(self, value):
        return self.left + (np.asarray(value) - self.low) / (self.high - self.low) * (self.right - self.left)

    def y(self, share):
        return self.foot - np.asarray(share) * self.tall

    def axis(self) -> str:
        return f'<path d="M{self.left:g},{self.foot:g} H{self.right:g}" class="line" stroke-width="1.5"/>'


def membership() -> None:
    """The question."""
    parts = [
        box(10, 20, 150, 62, ["training records", "(secret)"]),
        arrow(160, 51, 222, 51),
        box(224, 20, 120, 62, ["your model"]),
        arrow(344, 51, 406, 51),
        box(408, 20, 136, 62, ["its answers"]),
        box(224, 120, 320, 62, ["an attacker holds one record", "and asks the model about it"]),
        arrow(284, 120, 284, 84),
        arrow(476, 84, 476, 118),
        arrow(544, 151, 586, 151),
        box(588, 105, 122, 92, ["“this record", "was in the", "training data”"]),
    ]
    picture(
        "membership",
        "Membership inference: an attacker asks a model about a record and concludes from its answer "
        "whether the record was in the training data",
        206,
        parts,
    )


def twins() -> None:
    """Complementary halves, pair by pair."""
    rng = np.random.default_rng(3)
    parts = [text(150, 22, "records", "soft"), text(598, 22, "who answers for record 5", "soft", "middle")]
    for pair in range(3):
        half = np.zeros(12, dtype=bool)
        half[rng.permutation(12)[:6]] = True
        for twin in range(2):
            y = 36 + pair * 74 + twin * 30
            parts.append(text(10, y + 17, f"model {2 * pair + twin}"))
            for i in range(12):
                kind, x = "in" if half[i] != bool(twin) else "box", 100 + i * 30
                parts.append(f'<rect x="{x}" y="{y}" width="25" height="22" rx="3" class="{kind}"/>')
                if i == 5:
                    edge = f'x="{x - 1.5}" y="{y - 1.5}" width="28" height="25" rx="4"'
                    parts.append(f'<rect {edge} class="line" stroke-width="3"/>')
            side = half[5] != bool(twin)
            parts.append(
                text(
                    598,
                    y + 17,
                    "IN: trained on it" if side else "OUT: never saw it",
                    "in" if side else "out",
                    "middle",
                    BOLD,
                )
            )
    parts.append(text(10, 272, "Filled: trained on this record. Of each pair, one model is IN and one is OUT.", "soft"))
    picture(
        "twins",
        "Six shadow models in three pairs; the two of a pair train on complementary halves of the records, "
        "so for each record one of them is IN and the other OUT",
        284,
        parts,
    )


def exposure() -> None:
    """One threshold for all, and one of the record's own."""
    x = np.linspace(-5, 10, 301)
    threshold = float(norm.isf(1e-3))
    parts = []
    for place, (gap, name) in enumerate(((0.3, "a usual record"), (2.9, "an exposed record"))):
        to = Frame(20 + 360 * place, 340 + 360 * place, -4, 10, 220, 300)
        found = float(standard_power(gap, 1.0, 1e-3))
        keep = (x >= -4) & (x <= 10)
        at = float(to.x(threshold))
        parts += [
            text((to.left + to.right) / 2, 24, name, "ink", "middle", BOLD),
            curve(x[keep], norm.pdf(x[keep]), to, "out-line"),
            curve(x[keep], norm.pdf(x[keep], gap), to, "in-line", "in-wash", threshold),
            to.axis(),
            f'<path d="M{at:.1f},{to.foot:g} V44" class="line" stroke-width="1.5" stroke-dasharray="5 4"/>',
            text(at + 6, 56, "the test accuses", "soft"),
            text(
                at + 6,
                76,
                f"exposure {found * 100:.1f} %" if found < 0.1 else f"exposure {found * 100:.0f} %",
                "in",
                "start",
                BOLD,
            ),
            text(at + 6, 96, "false alarms 0.1 %", "out"),
            text(float(to.x(-1.3)), 150, "OUT", "out", "end", BOLD),
            text(float(to.x(gap + 1.3)), 150, "IN", "in", "start", BOLD),
            text((to.left + to.right) / 2, 242, "signal of the record in a model", "soft", "middle"),
        ]
    picture(
        "exposure",
        "Signals of two records under models that never saw them (OUT) and models that trained on them "
        "(IN). The test may accuse in 0.1 % of the OUT models; the share of IN models beyond it is the exposure",
        254,
        parts,
    )


def posterior() -> None:
    """How the number of models narrows an estimate; the reported set by its doubt."""
    parts = [text(10, 24, "What 16 and 64 models say of the same record", "ink", "start", BOLD)]
    effect, grid = 2.2, np.linspace(-2, 7, 901)
    shares = standard_power(np.maximum(grid, 0), np.ones_like(grid), 1e-3)
    to = Frame(90, 690, 0, 1, 190, 1)
    for line, models in enumerate((16, 64)):
        # standard error of a gap between means over M/2 models on each side, signals of deviation 1
        weight = norm.pdf(grid, effect, (4 / models) ** 0.5)
        weight /= weight.sum()
        order = np.cumsum(weight)
        low, high = (float(shares[np.searchsorted(order, q)]) for q in (0.025, 0.975))
        mean = float((weight * shares).sum())
        doubt = float(weight[shares <= 0.1].sum())
        y = 62 + 62 * line
        parts += [
            text(10, y + 5, f"{models} models"),
            f'<path d="M{to.x(low):.1f},{y} H{to.x(high):.1f}" class="in-line" stroke-width="3"/>',
            *(f'<path d="M{to.x(v):.1f},{y - 7} V{y + 7}" class="in-line" stroke-width="3"/>' for v in (low, high)),
            f'<circle cx="{to.x(mean):.1f}" cy="{y}" r="6" class="in"/>',
            text(
                float(to.x(high)) + 14,
                y - 1,
                f"exposure {mean * 100:.0f} % ({low * 100:.0f} to {high * 100:.0f})",
                "in",
                "start",
                BOLD,
            ),
            text(float(to.x(high)) + 14, y + 18, f"doubt {doubt * 100:.0f} %", "soft"),
        ]
    at = float(to.x(0.1))
    parts.append(f'<path d="M{at:.1f},42 V166" class="line" stroke-width="1.5" stroke-dasharray="5 4"/>')
    parts.append('<path d="M90,166 H690" class="line" stroke-width="1.5"/>')
    for share in (0, 0.1, 0.25, 0.5, 0.75, 1):
        parts.append(text(float(to.x(share)), 186, f"{share * 100:.0f} %", "soft", "middle"))
    picture(
        "posterior",
        "The same record judged by 16 and by 64 models: the interval of its exposure shrinks, and the "
        "chance that it is at or below 10 per cent falls",
        200,
        parts,
    )


def causes() -> None:
    """Where records of each cause lie."""
    rng = np.random.default_rng(5)
    parts = []
    left = np.stack([rng.normal(200, 42, 46), rng.normal(130, 34, 46)], axis=1)
    right = np.stack([rng.normal(500, 42, 46), rng.normal(120, 34, 46)], axis=1)
    for px, py in left:
        parts.append(f'<circle cx="{px:.0f}" cy="{py:.0f}" r="4.5" class="out"/>')
    for px, py in right:
        parts.append(f'<rect x="{px - 4:.0f}" y="{py - 4:.0f}" width="8" height="8" class="in"/>')
    marks = [
        (505, 112, "out", "suspect label", "among records of another label", 712, 18, "end"),
        (350, 128, "out", "between classes", "as near to the one as to the other", 350, 206, "middle"),
        (60, 40, "out", "outlier", "far from all of its class", 88, 32, "start"),
    ]
    for px, py, cls, name, said, tx, ty, anchor in marks:
        parts += [
            f'<circle cx="{px}" cy="{py}" r="5.5" class="{cls}"/>',
            f'<circle cx="{px}" cy="{py}" r="11" class="line" stroke-width="2.5"/>',
            text(tx, ty, name, "ink", anchor, BOLD),
            text(tx, ty + 17, said, "soft", anchor),
        ]
    parts += [
        '<path d="M513,102 L575,40" class="line" stroke-width="1.2"/>',
        '<path d="M350,140 V190" class="line" stroke-width="1.2"/>',
        '<polygon points="640,196 648,210 632,210" class="ink"/><polygon points="662,204 670,218 654,218" class="ink"/>'
        '<polygon points="636,222 644,236 628,236" class="ink"/>',
        text(618, 212, "rare", "ink", "end", BOLD),
        text(618, 229, "of a class of few", "soft", "end"),
    ]
    picture(
        "causes",
        "Two classes of records. A suspect label lies among records of the other label, a record between "
        "classes lies in the middle, an outlier lies far from its class, a rare one is of a class of few",
        248,
        parts,
    )


def defences() -> None:
    """What is left of the exposure of those that were exposed, and what an attacker who knows gets."""
    parts = [
        text(10, 24, "Exposure of the 36 exposed digits", "ink", "start", BOLD),
        text(420, 24, "AUC against answers reweighted", "ink", "start", BOLD),
    ]
    for line, key in enumerate(("none", "label-smoothing", "down-weighting", "remove")):
        name, share, newly = MEASURED[key]
        y = 42 + 40 * line
        parts += [
            text(140, y + 18, name, "ink", "end"),
            f'<rect x="150" y="{y}" width="{share * 1.4:.1f}" height="26" class="in"/>',
            text(158 + share * 1.4, y + 18, f"{share:g} %" + (f", {newly} new" if newly else "")),
        ]
    for line, (name, auc) in enumerate(REWEIGHTED.items()):
        y = 42 + 40 * line
        parts += [
            text(560, y + 18, name, "ink", "end"),
            f'<rect x="570" y="{y}" width="{max((auc - 0.5) * 640, 1.5):.1f}" height="26" class="out"/>',
            text(578 + max((auc - 0.5) * 640, 1.5), y + 18, f"{auc:.3f}"),
        ]
    parts.append(text(570, 180, "0.5: guessing", "soft"))
    parts.append('<path d="M570,36 V162" class="line" stroke-width="1.5"/>')
    picture(
        "defences",
        "Left: mean exposure of the 36 exposed digits without a defence, and under three. Right: what an "
        "attacker gets out of reweighted answers: next to nothing while not knowing of it, all of it when knowing",
        206,
        parts,
    )


def main() -> None:
    for draw in (membership, twins, exposure, posterior, causes, defences):
        draw()


if __name__ == "__main__":
    main()
