"""What one section of params.yaml must know of another.

The checks read plain values and pass over what has a wrong form, so that all faults are told at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from stages.params.faults import Fault, KeyPath, missing_name, of_validation, shown, wrong_value
from stages.params.paths import STAGES, files, raw_material, transcripts
from stages.params.plain import Plain, entries, is_there, mapping, texts
from stages.params.root import merged
from stages.params.task import SPEECH
from stages.params.train import Train

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
RESERVED = (
    *STAGES, "canaries", "contamination", "corpus", "defaults", "intervals", "privacy", "quarantine",
    "split-certificate",
)  # fmt: skip
OF_SPEAKERS = ("wder", "diarization_accuracy", "role_accuracy", "cpwer")
KINDS = {"llama": "language", "whisper": "speech", "spacy": "PHI finder's"}
DOES = {"llama": "is a language model", "whisper": "is a speech model", "spacy": "finds PHI"}


def across(plain: Any) -> list[Fault]:
    """Every fault that no section can find alone."""
    if not isinstance(plain, Mapping):
        return []
    return [fault for one in CHECKS for fault in one(plain)]


def names(plain: Plain) -> Iterator[Fault]:
    """Names become those of files and keys."""
    for section in (("sources",), ("tasks",), ("base",), ("augment", "operators")):
        for name in mapping(plain, *section):
            if not NAME.fullmatch(name):
                yield Fault((*section, name), "a name has letters, digits, _ and -, and begins with a letter")
    for name in mapping(plain, "tasks"):
        if name in RESERVED:
            yield Fault(("tasks", name), "the pipeline has files of this name; choose another for the task")


def sources_of_tasks(plain: Plain) -> Iterator[Fault]:
    """A task is made of declared sources."""
    sources = mapping(plain, "sources")
    for path, task in entries(plain, "tasks"):
        named = texts(task.get("sources"))
        for number, name in named:
            if name not in sources:
                yield missing_name((*path, "sources", number), name, "sources", sources)
            elif [other for _, other in named].index(name) < number:
                yield Fault((*path, "sources", number), f"found {shown(name)} a second time; once is enough")


def recordings_of_tasks(plain: Plain) -> Iterator[Fault]:
    """A task of speech is made of recordings."""
    sources = mapping(plain, "sources")
    for path, task in entries(plain, "tasks"):
        for number, name in texts(task.get("sources")) if task.get("template") in SPEECH else ():
            if name in sources and mapping(sources, name).get("reader") != "recordings":
                yield wrong_value((*path, "sources", number), name, "a source whose reader is recordings")


def bases_of_tasks(plain: Plain) -> Iterator[Fault]:
    """A task adapts a declared model of its kind, whose folder it names for DVC."""
    bases = mapping(plain, "base")
    for path, task in entries(plain, "tasks"):
        name = task.get("base")
        if not isinstance(name, str):
            continue
        if name not in bases:
            yield missing_name((*path, "base"), name, "base", bases)
            continue
        kind, wanted = (
            mapping(bases, name).get("kind", "llama"),
            "whisper" if task.get("template") in SPEECH else "llama",
        )
        if kind in KINDS and kind != wanted:
            yield wrong_value((*path, "base"), name, f"a {KINDS[wanted]} model; this one {DOES[kind]}")
        if isinstance(task.get("base_path"), str) and task["base_path"] != f"models/base/{name}":
            yield wrong_value((*path, "base_path"), task["base_path"], f"models/base/{name}, as base is {name}")


def metrics_of_tasks(plain: Plain) -> Iterator[Fault]:
    """Some metrics need more than a task."""
    for path, task in entries(plain, "tasks"):
        named = [name for _, name in texts(task.get("metrics"))]
        for number, name in texts(task.get("metrics")):
            if name in named[:number]:
                yield Fault((*path, "metrics", number), f"found {shown(name)} a second time; once is enough")
            if name == "format_adherence" and not task.get("sections"):
                yield Fault((*path, "metrics", number), "format_adherence needs the headers of a good answer: sections")
            if name in OF_SPEAKERS and not task.get("speakers"):
                yield Fault((*path, "metrics", number), f"{name} needs the roles that a transcript names: speakers")
    tasks = mapping(plain, "tasks")
    for name, metrics in mapping(plain, "evaluate", "categories").items():
        place = ("evaluate", "categories", name)
        if name not in tasks:
            yield missing_name(place, name, "tasks", tasks)
            continue
        measured = [metric for _, metric in texts(mapping(tasks, name).get("metrics"))]
        for metric in metrics if isinstance(metrics, Mapping) else ():
            if metric not in measured:
                yield missing_name((*place, metric), metric, f"tasks.{name}.metrics", measured)


def tolerances(plain: Plain) -> Iterator[Fault]:
    """A tolerance is of a metric that some task is judged by."""
    tasks = mapping(plain, "tasks")
    headlines = sorted({names[0][1] for name in tasks if (names := list(texts(mapping(tasks, name).get("metrics"))))})
    for metric in mapping(plain, "compare", "tolerance"):
        if metric not in headlines:
            yield missing_name(("compare", "tolerance", metric), metric, "the tasks' headlines", headlines)


def training(plain: Plain) -> Iterator[Fault]:
    """`train` holds the defaults and, for each task, what differs; each is judged laid over the defaults."""
    train = mapping(plain, "train")
    tasks = mapping(plain, "tasks")
    defaults = mapping(train, "defaults")
    yield from _trained({}, defaults, ("train", "defaults"))
    for name in ("defaults", *tasks):
        if train and name not in train:
            yield Fault(("train", name), "missing; `{}` takes what is usual, and DVC must find the key")
    for name in train:
        if name != "defaults" and name not in tasks:
            yield missing_name(("train", name), name, "tasks", tasks)
    for name, task in tasks.items():
        own = mapping(train, name)
        yield from _trained(defaults, own, ("train", name))
        length = merged(dict(defaults), dict(own)).get("max_length")
        context = mapping(
            plain, "base", str(task.get("base")) if isinstance(task, Mapping) else "", "architecture"
        ).get("context")
        if isinstance(length, int) and isinstance(context, int) and length > context:
            place = ("train", name if "max_length" in own else "defaults", "max_length")
            yield wrong_value(place, length, f"at most {context}, base.{task['base']}.architecture.context")


def _trained(defaults: Plain, own: Plain, path: KeyPath) -> Iterator[Fault]:
    whole = merged(dict(defaults), dict(own))
    try:
        Train.model_validate(whole)
    except ValidationError as error:
        for fault in of_validation(error, whole, path):
            # What the defaults hold is told of them alone.
            if not defaults or is_there(own, fault.path[len(path) :]):
                yield fault


def augmentation(plain: Plain) -> Iterator[Fault]:
    """An operator works on declared tasks."""
    tasks = mapping(plain, "tasks")
    for path, operator in entries(plain, "augment", "operators"):
        for number, name in texts(operator.get("tasks")):
            if name not in tasks:
                yield missing_name((*path, "tasks", number), name, "tasks", tasks)
            elif mapping(tasks, name).get("template") in SPEECH:
                yield wrong_value((*path, "tasks", number), name, "a task of text; examples with sound get no children")


def exports(plain: Plain) -> Iterator[Fault]:
    """What is exported is a declared task on its own base; CTranslate2 is for speech."""
    tasks, bases = mapping(plain, "tasks"), mapping(plain, "base")
    for path, exported in entries(plain, "export", "tasks"):
        name = path[-1]
        if name not in tasks:
            yield missing_name(path, str(name), "tasks", tasks)
            continue
        base, forms = mapping(tasks, str(name)).get("base"), texts(exported.get("ctranslate2"))
        if isinstance(exported.get("base"), str) and exported["base"] != base:
            yield wrong_value((*path, "base"), exported["base"], f"{base}, which is tasks.{name}.base")
        speech = mapping(bases, str(base)).get("kind") == "whisper"
        if speech and not forms:
            yield Fault((*path, "ctranslate2"), "a speech task is converted to one form or more, such as int8")
        if forms and not speech:
            yield Fault((*path, "ctranslate2"), "of speech tasks only; leave it out, the merged weights are the export")
        for number, form in forms:
            if form in [other for _, other in forms[:number]]:
                yield Fault((*path, "ctranslate2", number), f"found {shown(form)} a second time; once is enough")


def shares(plain: Plain) -> Iterator[Fault]:
    """Something is left to train on."""
    split = mapping(plain, "split")
    found = [split.get(name, 0) for name in ("validation", "test")]
    if isinstance(found[0], int | float) and isinstance(found[1], int | float) and sum(found) >= 1:
        yield Fault(
            ("split",), f"validation {found[0]} and test {found[1]} leave nothing to train on; their sum is below 1"
        )


def planted(plain: Plain) -> Iterator[Fault]:
    """No canary stands in a validation or test set."""
    split, share = mapping(plain, "split"), mapping(plain, "audit").get("patients", 0)
    held = [share, *(split.get(name, 0) for name in ("validation", "test"))]
    if all(isinstance(one, int | float) for one in held) and share and sum(held[1:]) < 1 < sum(held):
        yield Fault(
            ("audit", "patients"),
            f"found {shown(share)}; split.validation and split.test leave {1 - held[1] - held[2]:g} of the patients "
            "for training, and canaries are planted in no others",
        )


def finder(plain: Plain) -> Iterator[Fault]:
    """The model that finds PHI is a declared one of its kind, where it is one of ours."""
    model = mapping(plain, "deidentify", "engine").get("model")
    if isinstance(model, str) and model.startswith("models/base/"):
        name, bases = model.removeprefix("models/base/"), mapping(plain, "base")
        path = ("deidentify", "engine", "model")
        if name not in bases:
            yield missing_name(path, model, "base", (f"models/base/{one}" for one in bases))
        elif mapping(bases, name).get("kind") != "spacy":
            yield wrong_value(path, model, "a model that finds PHI; this one is a language model")


CHECKS: tuple[Callable[[Plain], Iterator[Fault]], ...] = (
    names, sources_of_tasks, recordings_of_tasks, bases_of_tasks, metrics_of_tasks, tolerances, training, augmentation,
    exports, shares, planted, finder, raw_material, transcripts, files,
)  # fmt: skip
