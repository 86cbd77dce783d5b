"""Do signals, attacks and exposure give the numbers that they gave where this version was made, and elsewhere?"""

import numpy as np

from standout.attacks import ATTACKS, attack_scores
from standout.attacks.golden import CLOSED, FITTED, arrays, difference, exposures, recomputed, table, tolerance
from standout.every_signal import all_signals
from standout.flows.checks.outcome import Check
from standout.signals import SIGNALS

LN2 = float(np.log(2))
BY_HAND = (
    # logits, label, (rescaled logit, loss, confidence, entropy, modified entropy, correct)
    ((0.0, 0.0), 0, (0.0, LN2, 0.5, LN2, LN2, 0.5)),
    ((1000.0, 0.0), 0, (1000.0, 0.0, 1.0, 0.0, 0.0, 1.0)),
    ((1000.0, 0.0), 1, (-1000.0, 1000.0, 0.0, 0.0, 2000.0, 0.0)),
    ((-1e6, -1e6, -1e6 - 500), 2, (-500 - LN2, 500 + LN2, float(np.exp(-500)) / 2, LN2, 500 + 2 * LN2, 0.0)),
)
PUBLISHED = {
    "lira": "lira_online_per_record__leakpro",
    "lira-offline": "lira_offline_per_record__leakpro",
    "rmia": "rmia_online_all30__privacyguard",
    "loss": "signal_loss__tf_privacy",
    "confidence": "signal_confidence__inspire_group",
    "entropy": "signal_entropy__tf_privacy",
    "modified-entropy": "signal_modified_entropy__tf_privacy",
}


def signals_by_hand() -> Check:
    """All six signals at logits where probabilities round to 0 and 1, worked out on paper."""
    worst = max(
        difference(all_signals(np.array([logits]), np.array([label]))[:, 0], np.array(truth))
        for logits, label, truth in BY_HAND
    )
    line = f"{len(SIGNALS)} signals of {len(BY_HAND)} answers worked out by hand: off by {worst:.0e} "
    return Check("signals at extreme logits", worst <= CLOSED, line + f"(at most {CLOSED:.0e})")


def golden_scores() -> Check:
    """Every attack on the shipped input against the shipped scores."""
    stored, known = arrays("ours"), table()["attacks"]
    wrong, worst = [], dict.fromkeys((CLOSED, FITTED), 0.0)
    for name, attack in ATTACKS.items():
        if name not in stored or known[name]["version"] != attack.version:
            wrong.append(f"{name} has no golden scores of version {attack.version}")
            continue
        off = difference(recomputed(name, stored["signals"], stored["members"]), stored[name])
        worst[tolerance(name)] = max(worst[tolerance(name)], off)
        if off > tolerance(name):
            wrong.append(f"{name} off by {off:.0e}")
    seen = f"closed forms off by {worst[CLOSED]:.0e} (at most {CLOSED:.0e}), fitted ones by {worst[FITTED]:.0e} "
    seen += f"(at most {FITTED:.0e})"
    return Check(f"golden scores of {len(ATTACKS)} attacks", not wrong, "; ".join([*wrong, seen]))


def golden_exposure() -> Check:
    """Exposure, interval and doubt on the shipped input."""
    stored = arrays("ours")
    off = difference(exposures(stored["signals"], stored["members"]), stored["exposure"])
    line = (
        f"exposure, interval and doubt of {stored['exposure'].shape[1]} records off by {off:.0e} (at most {FITTED:.0e})"
    )
    return Check("golden exposure", off <= FITTED, line)


def published_code() -> Check:
    """Signals and attacks against numbers that other people's code returned."""
    given = arrays("published")
    targets = given["targets"]
    off = {}
    for name, key in PUBLISHED.items():
        if name in SIGNALS:
            row = SIGNALS.index(name)
            ours = np.stack([all_signals(one, given["labels"])[row] for one in given["logits"]])
        else:
            population = given["population"] if name == "rmia" else None
            ours = attack_scores(name, given["signals"], given["members"], population)[targets]
        off[name] = difference(ours, given[key])
    wrong = [f"{name} off by {value:.0e}" for name, value in off.items() if value > CLOSED]
    sources = sorted({key.split("__")[1].replace("_", "-") for key in PUBLISHED.values()})
    line = f"{', '.join(off)}: off by {max(off.values()):.0e} (at most {CLOSED:.0e}) from {', '.join(sources)}"
    return Check("agreement with published code", not wrong, "; ".join([*wrong, line]))
