"""The onion: those whom a defence exposes are aimed at, too, and it is trained again, round by round.

Beside each record judged at a false-alarm rate of its own stands the measure of one threshold for all, so that a reader
sees how much of the onion is real.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from standout.defend.judge import Treated
from standout.defend.one_threshold import PAPER_FPR, hit, often, rate, vulnerable
from standout.defend.paired import cost
from standout.defend.table import CONTROL, parse
from standout.errors import InputError
from standout.flows.judging import Judged, before_and_after, newly
from standout.flows.stored import Audit

MOST_MODELS = 0.5
"""A record is vulnerable at one threshold on the loss where it is so in more than this share of its trainings."""


def check_rounds(rounds: int, asked: list[str]) -> None:
    """Raises InputError where rounds are no number of rounds, or a defence is aimed at nobody."""
    if isinstance(rounds, bool) or not isinstance(rounds, int) or rounds < 1:
        raise InputError(f"--rounds must be a whole number of at least 1, not {rounds}")
    for text in asked if rounds > 1 else []:
        if text != CONTROL and not any(a.defence.targeted for a in parse(text)):
            raise InputError(
                f"--rounds is for defences that are aimed at records, and {text} is for all: leave one out"
            )


@dataclass(frozen=True, eq=False)
class Peeling:
    """What all rounds share: the audit, its models and the control's."""

    audit: Audit
    control: Judged

    @cached_property
    def exposed(self) -> np.ndarray:
        """Records that the audit reports, bool (N,)."""
        return self.audit.table["exposed"].to_numpy()

    @cached_property
    def flags(self) -> tuple["Flags", "Flags"]:
        """Of the audit's models and of the control's."""
        assert self.audit.records.data is not None
        own = Treated(self.audit.outputs, self.audit.records.data.y)
        return self.flags_of(own), self.flags_of(self.control.treated)

    def flags_of(self, treated: Treated) -> "Flags":
        """Of models under a defence, whose attacker knows it."""
        attack = self.audit.summary["exposed"]["attack"]
        return Flags(
            vulnerable(treated.rescaled, treated.members),
            hit(treated.attacked, treated.members, attack, self.control.fpr),
        )

    def peeled(
        self, first: Judged, aim: np.ndarray, rounds: int, judge: Callable[[str, np.ndarray, int], Judged]
    ) -> list[dict]:
        """Blocks of all rounds of a defence, the first one judged already; fewer where nobody joins the aim.

        aim: ids, text (T,); judge: trains the defence with another aim, (text, aim, number of the round) -> Judged.
        """
        ids, blocks, judged = self.audit.records.ids, [], first
        aimed = np.isin(ids, aim)
        for number in range(1, rounds + 1):
            joins = judged.estimated.exposed & ~self.exposed & ~aimed
            blocks.append(self.block(number, judged, aimed, joins))
            if number == rounds or not joins.any():
                break
            aimed = aimed | joins
            judged = judge(first.text, ids[aimed], number + 1)
        return blocks

    def block(self, number: int, judged: Judged, aimed: np.ndarray, joins: np.ndarray) -> dict:
        """One round. aimed, joins: bool (N,), those whom it is aimed at and those who join them in the next round."""
        others = ~(self.exposed | aimed)
        accuracy, ci = judged.treated.accuracy
        lost, lost_ci = cost(self.control.treated.accuracies, judged.treated.accuracies)
        known, control = self.flags
        own, members = self.flags_of(judged.treated), judged.treated.members
        return {
            "round": number,
            "aimed": int(aimed.sum()),
            "joined": int(joins.sum()),
            "test_accuracy": accuracy,
            "test_accuracy_ci": ci,
            "accuracy_cost": lost,
            "accuracy_cost_ci": lost_ci,
            "exposed_before": {
                "count": int(self.exposed.sum()),
                **before_and_after(self.control, judged, self.exposed),
            },
            "others": before_and_after(self.control, judged, others),
            "newly_exposed": newly(judged.estimated.exposed & others, self.control.estimated.exposed & others),
            "one_threshold": {
                "loss": {
                    "fpr": PAPER_FPR,
                    **shared(known.loss, control.loss, own.loss, members, others, MOST_MODELS),
                },
                "attack": {
                    "name": self.audit.summary["exposed"]["attack"],
                    "fpr": judged.fpr,
                    **shared(known.attack, control.attack, own.attack, members, others, judged.above),
                },
            },
            "seconds": {"train": judged.seconds},
        }


@dataclass(frozen=True, eq=False)
class Flags:
    """Which models flag which records, bool (M, N), at one threshold: on the loss, and of the main attack."""

    loss: np.ndarray
    attack: np.ndarray


def shared(
    audit: np.ndarray, control: np.ndarray, own: np.ndarray, members: np.ndarray, others: np.ndarray, share: float
) -> dict:
    """Figures of one threshold on the records `others`, bool (N,): flags bool (M, N) of the audit's models, the
    control's and a defence's. A record counts where more than `share` of its trainings flag it; newly: those that do
    not count in the audit, beside the same of the control, as with exposure."""
    known = often(audit, members, share)
    fresh = [often(flags, members, share) & ~known & others for flags in (own, control)]
    return {"rate": rate(control, members, others), "rate_after": rate(own, members, others), **newly(*fresh)}
