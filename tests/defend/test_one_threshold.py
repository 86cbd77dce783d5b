"""One threshold for all records: against loops."""

import numpy as np

from standout.attacks import ATTACKS, leave_pair_out
from standout.defend.one_threshold import hit, often, rate, vulnerable
from standout.shadows.memberships import draw_members

RNG = np.random.default_rng(0)
MEMBERS = draw_members(np.zeros(200, dtype=int), 8, seed=0, fraction=0.5)
SIGNALS = (RNG.normal(size=MEMBERS.shape) + 0.5 * MEMBERS).astype(np.float32)


def test_vulnerable_members_exceed_their_own_models_quantile():
    found = vulnerable(SIGNALS, MEMBERS, 0.05)
    for m in range(8):
        limit = np.quantile([float(SIGNALS[m, i]) for i in range(200) if not MEMBERS[m, i]], 0.95)
        assert [bool(MEMBERS[m, i] and SIGNALS[m, i] > limit) for i in range(200)] == found[m].tolist()
    assert found.any()


def test_an_attack_has_one_threshold_for_all_models():
    found = hit(SIGNALS, MEMBERS, "lira", 0.02)
    scores = leave_pair_out(ATTACKS["lira"], SIGNALS, MEMBERS)
    limit = np.quantile(scores[~MEMBERS], 0.98)
    assert found.any() and not (found & ~MEMBERS).any()
    assert all(found[m, i] == (MEMBERS[m, i] and scores[m, i] > limit) for m in range(8) for i in range(200))
    assert 0.015 <= ((scores > limit) & ~MEMBERS).sum() / (~MEMBERS).sum() <= 0.02


def test_often_and_rate_count_trainings():
    flags = MEMBERS & (RNG.random(MEMBERS.shape) < 0.5)
    count = [(sum(flags[:, i]), sum(MEMBERS[:, i])) for i in range(200)]
    assert often(flags, MEMBERS, 0.5).tolist() == [h > 0.5 * n for h, n in count]
    chosen = np.arange(200) % 3 == 0
    assert rate(flags, MEMBERS, chosen) == sum(h for h, _ in count[::3]) / sum(n for _, n in count[::3])
    assert rate(flags, MEMBERS, np.zeros(200, dtype=bool)) is None
