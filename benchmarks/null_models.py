"""Do nulls stay null? Signals that know nothing of memberships: AUC of each attack, and exposed records in ten audits.

python benchmarks/null_models.py
"""

import numpy as np

from standout.attacks import ATTACKS, leave_pair_out
from standout.estimate import exposure
from standout.measure.roc import Roc

RECORDS, AUDITS = 1500, 10
ATTACKS_WITH_REFERENCES = ("rmia", "lira-offline", "lira-one-variance", "lira", "moderated")


def main() -> None:
    names = (*ATTACKS_WITH_REFERENCES, "moderated, characteristics")
    print(f"| models | exposed in {AUDITS} audits | {' | '.join(names)} |\n|{'---|' * (len(names) + 2)}")
    for models in (8, 16, 32, 64):
        exposed, aucs = 0, {name: [] for name in names}
        for seed in range(AUDITS):
            rng = np.random.default_rng(seed)
            first = rng.random((models // 2, RECORDS)) < 0.5
            members = np.stack([first, ~first], axis=1).reshape(models, RECORDS)
            signals = rng.normal(2, 1, RECORDS) + rng.normal(size=(models, RECORDS))
            features = rng.normal(size=(RECORDS, 2))
            exposed += int(exposure(signals, members).exposed.sum())
            for name in names:
                attack = ATTACKS[name.partition(",")[0]]
                scores = leave_pair_out(attack, signals, members, characteristics=features if "," in name else None)
                aucs[name].append(Roc.of(scores, members).auc())
        print(f"| {models} | {exposed} | {' | '.join(f'{np.mean(a):.4f}' for a in aucs.values())} |", flush=True)


if __name__ == "__main__":
    main()
