"""Can an attack see whom the model that it judges was trained on?"""

from standout.attacks import ATTACKS
from standout.attacks.golden import arrays, recomputed
from standout.flows.checks.outcome import Check


def flip() -> Check:
    """Exchange the memberships of a model and its twin: no bit of the model's scores may move, for any attack."""
    stored = arrays("ours")
    signals, members = stored["signals"], stored["members"]
    moved = []
    for name in ATTACKS:
        before = recomputed(name, signals, members)
        for pair in range(len(members) // 2):
            both = [2 * pair, 2 * pair + 1]
            flipped = members.copy()
            flipped[both] = flipped[both[::-1]]
            after = recomputed(name, signals, flipped)
            if after[both].tobytes() != before[both].tobytes():
                moved.append(f"{name} at models {both[0]} and {both[1]}")
    asked = f"{len(ATTACKS)} attacks x {len(members)} models: bits that moved in {len(moved)} (0 demanded)"
    return Check("flip of memberships", not moved, "; ".join([asked, *moved[:3]]))
