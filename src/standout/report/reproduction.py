"""reproduction.md and reproduction.html: one content, told twice. Reads reproduction.json, computes no figure."""

from standout.errors import InputError
from standout.report.reproduction_pictures import ends, histograms, maps
from standout.report.sections import Section, Table, as_html, as_markdown
from standout.report.words import between, count, exactly, known, number, percent, plural
from standout.run.folder import RunFolder

ENOUGH = 16
"""Models from which on intervals over pairs are to be trusted."""
DASH = "\N{EN DASH}"
FIGURES = {
    "train_accuracy": "train accuracy", "test_accuracy": "test accuracy", "auc": "AUC", "advantage": "advantage",
}  # fmt: skip


def write_reproduction(folder: RunFolder) -> None:
    """Both files, from what the folder holds. Raises InputError where it holds no reproduction."""
    found = folder.read_json("reproduction.json")
    if found is None:
        raise InputError(f"{folder.path} holds no reproduction; run standout reproduce first")
    title, sections = f"{found['title']}, made again on {found['dataset']['name']}", sections_of(found)
    facts = {"Paper": found["paper"], "Data": found["dataset"]["name"], "Scale": found["scale"]}
    folder.write("reproduction.md", as_markdown(title, f"{headline(found)}.", sections).encode())
    folder.write("reproduction.html", as_html(headline(found), title, facts, sections).encode())


def sections_of(found: dict) -> list[Section]:
    """The page from top to bottom: what stands, the tables, what the paper did not do, how it was made."""
    return [
        claims(found), paper_and_ours(found), beyond(found), vulnerable(found), *maps(found), why(found), *ends(found),
        dp(found), chosen_by(found), histograms(found), made(found),
    ]  # fmt: skip


def headline(found: dict) -> str:
    """In a sentence."""
    verdicts = [c["verdict"] for c in found["claims"]]
    named = ("holds", "holds in part", "does not hold here", "not sure here", "not tested")
    told = ", ".join(f"{v} {verdicts.count(v)}" for v in named if v in verdicts)
    return f"Of {len(verdicts)} claims of the paper: {told}"


def data_line(found: dict) -> str:
    """Which data, which scale, and what they stand for."""
    d = found["dataset"]
    stands = ", which stands in for Purchase100 and is another data set" if d["stands_for"] else ""
    few = " So few models make rough intervals." if found["shadows"]["count"] < ENOUGH else ""
    return (
        f"{d['name']}{stands}, scale {found['scale']}: {plural(d['records'], 'record')} of {count(d['in_all'])}, "
        f"{plural(found['shadows']['count'], 'model')} a row, {found['model']['name']} of "
        f"{plural(found['model']['parameters'], 'parameter')}.{few}"
    )


def claims(found: dict) -> Section:
    """What a reader takes away."""
    rows = [[c["text"], c["verdict"], c["figure"] or DASH, c["why"], c["paper"]] for c in found["claims"]]
    return Section(
        "claims", "What stands, and what does not", [data_line(found)],
        Table(["claim of the paper", "here", "our figure (95% interval)", "why so", "in the paper"], rows),
    )  # fmt: skip


def paper_and_ours(found: dict) -> Section:
    """Tables 1, 2 and 3."""
    stands = found["dataset"]["stands_for"]
    compared = any(r["difference"] for r in found["rows"].values())
    source = "Purchase100" if stands == "purchase100" else "paper"
    head, rows = ["row"], []
    for name in FIGURES.values():
        head += [f"{name}: {source}", "ours", *(["difference"] if compared else [])]
    for row in found["rows"].values():
        cells = [row["name"]]
        for key in FIGURES:
            paper = DASH if row["paper"] is None else number(100 * row["paper"][key], 2)
            cells += [paper, value(row["ours"][key])]
            if compared:
                cells.append(value(row["difference"] and row["difference"][key]))
        rows.append(cells)
    after = [
        "Per cent, with 95% intervals over pairs of models; ours are means over models, each attacked as the paper "
        "attacks its one: one threshold on the loss. If members and others did not differ, a model would show an "
        f"advantage of {number(100 * found['by_chance'], 1)} on average, as that is a maximum; so verdicts go by the "
        "advantage at a threshold that was found on other models."
    ]
    if stands:
        after.append("Other data than the paper's: no difference is taken.")
    if found["left_out"]:
        left = ", ".join(r["name"] for r in found["left_out"])
        after.append(f"Not on this page: {left}. To have them, too: {found['again']} --row all")
    return Section("tables", "Its tables, and ours", [], Table(head, rows), after=after)


def value(part: dict | None) -> str:
    """A share in per cent with its interval."""
    if not part or not known(part["value"]):
        return DASH
    return f"{number(100 * part['value'], 2)} ({between([100 * v for v in part['ci']], number, 2)})"


def mean_of(exposure: dict) -> str:
    """Mean exposure of a row."""
    return value({"value": exposure["mean"], "ci": exposure["ci"]}) if known(exposure["mean"]) else DASH


def auc_of(attack: dict) -> str:
    """AUC of an attacker with its interval."""
    return f"{number(attack['auc'], 3)} ({between(attack['auc_ci'], number, 3)})"


def beyond(found: dict) -> Section:
    """The same models under attacks that the paper did not run."""
    head = [
        "row", "test accuracy", "LiRA: TPR at 0.1% FPR", "moderated: TPR at 0.1% FPR", "adaptive attacker: AUC", "by",
        "mean exposure of the exposed", "newly exposed", "epsilon",
    ]  # fmt: skip
    rows = []
    for row in found["rows"].values():
        adaptive, exposure = row["adaptive"], row["exposure"]
        by = f"{adaptive['attack']} on {adaptive['signal']}" if adaptive.get("signal") else adaptive["attack"]
        newly = exposure["newly"]
        rows.append([
            row["name"], value(row["ours"]["test_accuracy"]),
            *(tpr(row["strong"][a]["tpr"]) for a in ("lira", "moderated")),
            auc_of(adaptive), by,
            mean_of(exposure),
            DASH if newly is None else f"{newly['excess']:+d} ({between(newly['excess_ci'], number, 0)})",
            number(row["epsilon"], 2) if known(row["epsilon"]) else DASH,
        ])  # fmt: skip
    e = found["exposed"]
    after = [
        f"Exposed: {count(e['count'])} of {count(found['dataset']['records'])} records that the audit reports, each "
        f"judged at its own false-alarm rate of {exactly(e['fpr'])}; mean exposure in per cent. References of every "
        "attack have the row's own training; answers that can be inverted (logit reweighting) are inverted first.",
    ]
    return Section(
        "beyond",
        "What the paper did not do: the same models under stronger attacks",
        [],
        Table(head, rows),
        after=after,
    )


def tpr(part: dict | None) -> str:
    """A TPR in per cent with its interval; in words where too few non-members are there."""
    return "not measurable" if part is None else value({"value": part["tpr"], "ci": part["ci"]})


def vulnerable(found: dict) -> Section:
    """Its vulnerable records beside the exposed ones."""
    rows = []
    for rate, block in found["vulnerable"].items():
        name = f"at {exactly(float(rate))} FPR"
        if block is None:
            rows.append([name, *["not measurable"] * 9])
            continue
        counts = [
            f"{number(block[k]['value'], 1)} ({between(block[k]['ci'], number, 1)})"
            for k in ("vulnerable", "exposed", "both", "missed")
        ]
        shares = (percent(block[k], 0) for k in ("vulnerable_exposed", "exposed_missed"))
        chance = number(block["by_chance"], 1)
        out = (far_out(block[k]) for k in ("vulnerable_out", "exposed_out"))
        rows.append([name, counts[0], chance, *counts[1:], *shares, *out])
    head = [
        "threshold", "vulnerable members", "by chance alone", "exposed members", "both", "exposed, not vulnerable",
        "of the vulnerable, exposed", "of the exposed, missed", "how far out: vulnerable", "exposed",
    ]  # fmt: skip
    before = [
        "The paper calls a member vulnerable where the rescaled logit exceeds that of all but 1% (0.5%) of the model's "
        "non-members. Means over models, each as the one target.",
    ]
    after = [
        "The row original is the control, trained anew with the audit's memberships; exposed are those of the audit.",
        "By chance alone: so many members such a threshold marks where nothing leaks.",
        "How far out: AUROC of the distance to the middle of the class, these against the other members of the same "
        "model; above .5 they are outliers, below .5 they lie nearer to the middle than others.",
    ]
    title = "Its vulnerable records, and the exposed ones"
    return Section("vulnerable", title, before, Table(head, rows), after=after)


def far_out(part: dict | None) -> str:
    """An AUROC with its interval."""
    return DASH if part is None else f"{number(part['value'], 2)} ({between(part['ci'], number, 2)})"


def why(found: dict) -> Section:
    """Causes with strength."""
    rows = [[s["name"].replace("_", " "), far_out({"value": s["auroc"], "ci": s["ci"]})] for s in found["strengths"]]
    causes = ", ".join(f"{cause} {count(n)}" for cause, n in found["causes"].items() if n) or "no record is exposed"
    return Section(
        "why", "Why those: what tells the exposed from others", [f"Causes of the exposed: {causes}."],
        Table(["characteristic", "AUROC, exposed against others"], rows) if rows else None,
        after=["More of each record is in the report of the audit: audit/report.html."],
    )  # fmt: skip


def dp(found: dict) -> Section:
    """DP-SGD at like accuracy."""
    rows, all_rows = [], found["rows"]
    for pair in found["like_accuracy"]:
        for at, key in enumerate([pair["row"], *pair["others"]]):
            row = all_rows[key]
            rows.append([
                row["name"] if at == 0 else f"like it: {row['name']}", value(row["ours"]["test_accuracy"]),
                auc_of(row["adaptive"]),
                mean_of(row["exposure"]),
            ])  # fmt: skip
        if not pair["others"]:
            rows.append(["no other row comes within 2 points", DASH, DASH, DASH])
    head = ["row", "test accuracy", "adaptive attacker: AUC", "mean exposure of the exposed"]
    return Section(
        "dp", "DP-SGD at like accuracy", [] if rows else ["Not trained."], Table(head, rows) if rows else None
    )


def chosen_by(found: dict) -> Section:
    """Selection of an epoch by the attack's own non-members."""
    s, title = found["selection"], "Who selects the best epoch"
    if s is None:
        return Section("selection", title, ["Not measured: this model keeps no losses of its epochs."])
    named = {
        "same": "the non-members that the attack is judged on (the paper's scripts for Purchase100)",
        "apart": "other non-members", "last": "nobody: the last epoch",
    }  # fmt: skip
    rows = [[what, number(s[k]["auc"], 4), number(100 * s[k]["test_accuracy"], 2)] for k, what in named.items()]
    return Section(
        "selection", title,
        [f"Of {plural(s['models'], 'traced model')}; on average epoch {number(s['epoch'], 1)} is selected, by the "
         "lowest mean loss."],
        Table(["selected by", "AUC, one threshold on the loss", "test accuracy, per cent"], rows),
    )  # fmt: skip


def made(found: dict) -> Section:
    """How."""
    told = ", ".join(f"{k} {v}" for k, v in found["model"]["settings"].items())
    rows = [[row["name"], row["defence"]] for row in found["rows"].values()]
    departs, notes = (
        [f"{t[:1].upper()}{t[1:]}." for t in lines] for lines in (found["departs"], found["dataset"]["notes"])
    )
    return Section(
        "made", "How it was made, and where it departs from the paper",
        [f"Scale {found['scale']}. Settings: {told}.", *departs, *notes],
        Table(["row", "as standout defend takes it (none: the control)"], rows),
        after=[f"Again: {found['again']}"],
    )  # fmt: skip
