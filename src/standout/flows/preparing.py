"""What an audit is to do: data, recipe, options and target, checked before anything is made; and its config.json."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from standout.cores import cores
from standout.data.dataset import Dataset
from standout.data.quasi import quasi_columns
from standout.data.records import Records
from standout.data.sample import sample
from standout.errors import InputError, one_line
from standout.flows.choosing import choice, chosen_of
from standout.flows.options import Options, attack_names, yes_or_no
from standout.flows.place import config_of, config_there
from standout.flows.policy import Policy
from standout.flows.released import Released, released
from standout.flows.rounds import Rounds
from standout.flows.target import Target
from standout.recipes import Recipe, recipe_of
from standout.recipes.identity import UnidentifiableError
from standout.run.folder import RunFolder
from standout.run.key import key_of, libraries
from standout.shadows.memberships import draw_members
from standout.shadows.plan import extend_plan, make_plan
from standout.shadows.shard import Shard


@dataclass(frozen=True, eq=False)
class Asked:
    """What `audit` is asked, beside the data and where the run goes; each by the name that it has there."""

    model: Any = "mlp"
    settings: dict | None = None
    shadows: int = 64
    until_stable: bool = False
    most_shadows: int | None = None
    fraction: float | None = None
    records: int | None = None
    records_from: str = "random"
    fpr: float | None = None
    exposed_above: float | None = None
    attacks: str | Sequence[str] | None = None
    target: Any = None
    members: Any = None
    policy: str | Path | None = None
    redact: bool = False
    quasi_identifiers: str | Sequence[str] | None = None
    seed: int = 0
    device: str = "auto"
    jobs: int | None = None
    shard: str | None = None
    key: str | None = None

    def options(self) -> Options:
        """The options among it, checked; rates are the policy's where only that says them."""
        fpr, above = Policy.read(self.policy).checked().rates(self.fpr, self.exposed_above)
        part = None if self.shard is None else Shard.read(self.shard)
        if part is not None and self.target is not None:
            raise InputError("a shard has no figures: a target is judged by an audit of all models; leave one out")
        if self.records_from == "screen" and self.target is not None:
            raise InputError(
                "records-from screen does not go with a target: screening trains on all records, which the target did "
                "not; leave one out"
            )
        return Options(
            self.shadows, self.fraction, self.seed, fpr, above, attack_names(self.attacks), self.jobs,
            self.until_stable, self.most_shadows, part, self.records, self.records_from,
        ).checked()  # fmt: skip


@dataclass(frozen=True, eq=False)
class Job:
    """An audit to be made: all that was asked, checked, before anything is.

    records: the audited ones; data: those and the ones in every training, in id order; parts: what the key covers;
    asked: what config.json says of it; target: one more model to be judged; warnings: lines to tell; chosen: which
    records screening chose, for config.json, None without.
    """

    options: Options
    share: float
    records: Records
    data: Dataset
    recipe: Recipe
    parts: dict
    asked: dict
    target: Target | None
    warnings: list[str]
    chosen: dict | None = None

    @classmethod
    def of(cls, dataset: Dataset, asked: Asked, there: dict | None = None) -> "Job":
        """there: config.json of the run folder, if any; what screening chose there is not chosen anew.

        Raises InputError, in one line, for whatever cannot be used.
        """
        options = asked.options()
        quasi = quasi_columns(dataset, asked.quasi_identifiers)
        recipe = recipe_of(asked.model, asked.settings, asked.device)
        brought = released(asked.target, asked.members, dataset)
        whole, rest = dataset, None if brought is None else brought.members
        chosen = None
        if options.records_from == "screen":
            chosen = choice(whole, recipe, options, asked.key, there)
            dataset = chosen_of(whole, chosen)
        elif options.records is not None:
            dataset = sample(whole, options.records, options.seed, rest)
        warnings = [*dataset.notes, *recipe.check(dataset)]
        records = Records.of(dataset)
        share = share_of(options, brought, whole, records, warnings)
        data = records.training
        assert data is not None
        told = {
            "source": list(dataset.origin),
            "model": asked.model if isinstance(asked.model, str) else None,
            "shadows": options.shadows,
            "until_stable": options.until_stable,
            "most_shadows": options.budget if options.until_stable else None,
            "fraction": share,
            "seed": options.seed,
            **({} if options.shard is None else {"shard": str(options.shard)}),
            **({} if data.audited is None or chosen else {"records": options.records}),
            **({} if chosen is None else {"records_from": "screen", "records": chosen["records"]}),
            **({} if brought is None else {"target": brought.name}),
            **({} if asked.policy is None else {"policy": Policy.read(asked.policy).block()}),
            **({"redact": True} if yes_or_no("redact", asked.redact) else {}),
        }
        told = with_quasi(told, quasi)
        parts = key_parts(data, recipe, options.seed, share, asked.key)
        if chosen is not None:
            parts["screened"] = key_of(chosen)
        if options.shard is not None:
            refuse_unrecognised(parts, f"shard {options.shard}")
        judged = None if brought is None else brought.target(records, whole)
        return cls(options, share, records, data, recipe, parts, told, judged, warnings, chosen)

    @property
    def size(self) -> int:
        """Records in each training, about."""
        return self.records.always + int(len(self.records) * self.share)

    def memberships(self, models: int) -> np.ndarray:
        """Who is a member of which model among the audited records, bool (models, N)."""
        own = self.records.data
        assert own is not None
        return draw_members(own.y, models, seed=self.options.seed, fraction=self.share, groups=own.groups)


def with_quasi(asked: dict, columns: Sequence[str]) -> dict:
    """What config.json says of what was asked, with these quasi-identifiers; without a word of them where none is."""
    others = {k: v for k, v in asked.items() if k != "quasi_identifiers"}
    return {**others, "quasi_identifiers": list(columns)} if columns else others


def share_of(
    options: Options, brought: Released | None, whole: Dataset, records: Records, warnings: list[str]
) -> float:
    """The share of the audited records in each training: what was asked for, else the target's size, else a half.

    Appends to warnings what a reader must know.
    """
    if options.fraction is not None:
        return options.fraction
    if brought is None:
        return 0.5
    if brought.members is None:
        warnings.append(
            "on what the target was trained is not known: shadows train on half of the records; give its members, or a "
            "fraction, so that they are as large"
        )
        return 0.5
    assert records.data is not None
    share = brought.fraction(whole, records.data)
    warnings.append(f"shadows train on as many records as the target did: fraction {share:.4g}")
    return share


def dataset_of(x, y, ids, groups, name: str | None) -> Dataset:
    """A checked Dataset from what `audit` was given."""
    if isinstance(x, Dataset):
        if y is not None or ids is not None or groups is not None:
            raise InputError("y, ids and groups belong into the Dataset that is given")
        return x
    if y is None:
        raise InputError("y is missing: give audit(x, y, ...), or a Dataset such as standout.load('digits')")
    return Dataset(x, y, ids=ids, groups=groups, name=name or "data")


def key_parts(dataset: Dataset, recipe: Recipe, seed: int, fraction: float, key: str | None) -> dict:
    """What the cache key covers. `code` is None where the recipe cannot be recognised again."""
    why = None
    try:
        code = key_of({"recipe": ["key", key] if key is not None else recipe.identity()})
    except UnidentifiableError as e:
        code, why = None, one_line(e)
    model = {"name": recipe.name, "settings": recipe.settings(), "code": code}
    if why:
        model["unrecognised"] = why
    audited = {} if dataset.audited is None else {"audited": int(dataset.audited.sum())}
    return {
        "data": dataset.digest(),
        "records": len(dataset),
        **audited,
        "model": model,
        "seed": seed,
        "fraction": fraction,
        "libraries": libraries(),
    }


def refuse_unrecognised(parts: dict, what: str) -> None:
    """Raises InputError where nobody could tell whether shards were trained by the same code."""
    model = parts["model"]
    if model["code"] is None:
        raise InputError(
            f"{what}: model {model['name']!r} cannot be recognised again (it holds {model['unrecognised']}), so shards "
            "cannot be told to be of one audit; give key='a name of your own' / --key NAME"
        )


def prepare(folder: RunFolder, job: Job, note: Callable[[str], None] | None = None) -> dict:
    """config.json for this run: new, or that of the folder with the plan kept. Raises InputError; writes nothing."""
    options, recipe, parts, dataset = job.options, job.recipe, job.parts, job.data
    there = config_there(folder, parts)
    if there is not None and parts["model"]["code"] is None:
        raise InputError(
            f"model {recipe.name!r} cannot be recognised again (it holds {parts['model']['unrecognised']}), so "
            f"what {folder.path} holds is not used; give key='a name of your own' or another out"
        )
    first = Rounds(options).ends(recipe.stack_size(dataset))[0]
    if there:
        plan = there["plan"]
    else:
        plan, told = new_plan(job, first)
        if told and note:
            note(told)
    config = config_of(
        parts,
        {
            "name": dataset.name,
            "kind": dataset.kind,
            "records": len(job.records),
            "classes": list(dataset.classes),
        },
        {"name": recipe.name, "settings": recipe.settings()},
        job.asked,
        options,
    )
    plan = extend_plan(plan, dataset, first, options.seed)
    check_shard(options, plan)
    chosen = {} if job.chosen is None else {"chosen": job.chosen}
    return {**config, "notes": job.warnings, **chosen, "plan": plan}


def new_plan(job: Job, first: int) -> tuple[dict, str]:
    """A plan without a model yet, for an audit that begins with `first` models, and a line on it."""
    options = job.options
    most = None if options.shard else max(first // (options.jobs or cores()), 2)  # all shards need one plan
    return make_plan(job.recipe, job.data, records=job.size, most=most)


def check_shard(options: Options, plan: dict) -> None:
    """Raises InputError where there are more shards than stacks to train."""
    stacks = sum(start < options.shadows for start, _ in plan["stacks"])
    if options.shard is not None and options.shard.of > stacks:
        raise InputError(
            f"shard {options.shard}: {options.shadows} shadows make {stacks} stacks, the unit of work, so there can be "
            f"{stacks} shards at most"
        )
