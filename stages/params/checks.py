"""What one section of params.yaml must know of another, and of the files beside it.

The checks read plain values and pass over what has a wrong form, so that all faults are told at once.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from stages.params.faults import Fault, KeyPath, did_you_mean, missing_name, nearest, of_validation, shown, wrong_value
from stages.params.root import merged
from stages.params.task import SPEECH, Task
from stages.params.train import Train

Plain = Mapping[str, Any]
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
STAGES = (
    "synthesize", "extract", "deidentify", "clean", "structure", "augment", "split",
    "base", "train", "evaluate", "audit", "export", "report",
)  # fmt: skip
RESERVED = (
    *STAGES, "canaries", "contamination", "corpus", "defaults", "intervals", "privacy", "quarantine",
    "split-certificate",
)  # fmt: skip
OF_SPEAKERS = ("wder", "diarization_accuracy", "role_accuracy", "cpwer")
KINDS = {"llama": "language", "whisper": "speech", "spacy": "PHI finder's"}
DOES = {"llama": "is a language model", "whisper": "is a speech model", "spacy": "finds PHI"}
MADE = (*(f"data/{stage}/" for stage in STAGES), "models/base/")
"""What the pipeline itself makes need not be there yet."""


def across(plain: Any) -> list[Fault]:
    """Every fault that no section can find alone."""
    if not isinstance(plain, Mapping):
        return []
    return [fault for one in CHECKS for fault in one(plain)]


def names(plain: Plain) -> Iterator[Fault]:
    """Names become those of files and keys."""
    for section in (("sources",), ("tasks",), ("base",), ("augment", "operators")):
        for name in _mapping(plain, *section):
            if not NAME.fullmatch(name):
                yield Fault((*section, name), "a name has letters, digits, _ and -, and begins with a letter")
    for name in _mapping(plain, "tasks"):
        if name in RESERVED:
            yield Fault(("tasks", name), "the pipeline has files of this name; choose another for the task")


def sources_of_tasks(plain: Plain) -> Iterator[Fault]:
    """A task is made of declared sources."""
    sources = _mapping(plain, "sources")
    for path, task in _entries(plain, "tasks"):
        named = _texts(task.get("sources"))
        for number, name in named:
            if name not in sources:
                yield missing_name((*path, "sources", number), name, "sources", sources)
            elif [other for _, other in named].index(name) < number:
                yield Fault((*path, "sources", number), f"found {shown(name)} a second time; once is enough")


def recordings_of_tasks(plain: Plain) -> Iterator[Fault]:
    """A task of speech is made of recordings."""
    sources = _mapping(plain, "sources")
    for path, task in _entries(plain, "tasks"):
        for number, name in _texts(task.get("sources")) if task.get("template") in SPEECH else ():
            if name in sources and _mapping(sources, name).get("reader") != "recordings":
                yield wrong_value((*path, "sources", number), name, "a source whose reader is recordings")


def bases_of_tasks(plain: Plain) -> Iterator[Fault]:
    """A task adapts a declared model of its kind, whose folder it names for DVC."""
    bases = _mapping(plain, "base")
    for path, task in _entries(plain, "tasks"):
        name = task.get("base")
        if not isinstance(name, str):
            continue
        if name not in bases:
            yield missing_name((*path, "base"), name, "base", bases)
            continue
        kind, wanted = (
            _mapping(bases, name).get("kind", "llama"),
            "whisper" if task.get("template") in SPEECH else "llama",
        )
        if kind in KINDS and kind != wanted:
            yield wrong_value((*path, "base"), name, f"a {KINDS[wanted]} model; this one {DOES[kind]}")
        if isinstance(task.get("base_path"), str) and task["base_path"] != f"models/base/{name}":
            yield wrong_value((*path, "base_path"), task["base_path"], f"models/base/{name}, as base is {name}")


def metrics_of_tasks(plain: Plain) -> Iterator[Fault]:
    """Some metrics need more than a task."""
    for path, task in _entries(plain, "tasks"):
        named = [name for _, name in _texts(task.get("metrics"))]
        for number, name in _texts(task.get("metrics")):
            if name in named[:number]:
                yield Fault((*path, "metrics", number), f"found {shown(name)} a second time; once is enough")
            if name == "format_adherence" and not task.get("sections"):
                yield Fault((*path, "metrics", number), "format_adherence needs the headers of a good answer: sections")
            if name in OF_SPEAKERS and not task.get("speakers"):
                yield Fault((*path, "metrics", number), f"{name} needs the roles that a transcript names: speakers")
    tasks = _mapping(plain, "tasks")
    for name, metrics in _mapping(plain, "evaluate", "categories").items():
        place = ("evaluate", "categories", name)
        if name not in tasks:
            yield missing_name(place, name, "tasks", tasks)
            continue
        measured = [metric for _, metric in _texts(_mapping(tasks, name).get("metrics"))]
        for metric in metrics if isinstance(metrics, Mapping) else ():
            if metric not in measured:
                yield missing_name((*place, metric), metric, f"tasks.{name}.metrics", measured)


def tolerances(plain: Plain) -> Iterator[Fault]:
    """A tolerance is of a metric that some task is judged by."""
    tasks = _mapping(plain, "tasks")
    headlines = sorted({names[0][1] for name in tasks if (names := list(_texts(_mapping(tasks, name).get("metrics"))))})
    for metric in _mapping(plain, "compare", "tolerance"):
        if metric not in headlines:
            yield missing_name(("compare", "tolerance", metric), metric, "the tasks' headlines", headlines)


def training(plain: Plain) -> Iterator[Fault]:
    """`train` holds the defaults and, for each task, what differs; each is judged laid over the defaults."""
    train = _mapping(plain, "train")
    tasks = _mapping(plain, "tasks")
    defaults = _mapping(train, "defaults")
    yield from _trained({}, defaults, ("train", "defaults"))
    for name in ("defaults", *tasks):
        if train and name not in train:
            yield Fault(("train", name), "missing; `{}` takes what is usual, and DVC must find the key")
    for name in train:
        if name != "defaults" and name not in tasks:
            yield missing_name(("train", name), name, "tasks", tasks)
    for name, task in tasks.items():
        own = _mapping(train, name)
        yield from _trained(defaults, own, ("train", name))
        length = merged(dict(defaults), dict(own)).get("max_length")
        context = _mapping(
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
            if not defaults or _is_there(own, fault.path[len(path) :]):
                yield fault


def augmentation(plain: Plain) -> Iterator[Fault]:
    """An operator works on declared tasks."""
    tasks = _mapping(plain, "tasks")
    for path, operator in _entries(plain, "augment", "operators"):
        for number, name in _texts(operator.get("tasks")):
            if name not in tasks:
                yield missing_name((*path, "tasks", number), name, "tasks", tasks)
            elif _mapping(tasks, name).get("template") in SPEECH:
                yield wrong_value((*path, "tasks", number), name, "a task of text; examples with sound get no children")


def exports(plain: Plain) -> Iterator[Fault]:
    """What is exported is a declared task on its own base; CTranslate2 is for speech."""
    tasks, bases = _mapping(plain, "tasks"), _mapping(plain, "base")
    for path, exported in _entries(plain, "export", "tasks"):
        name = path[-1]
        if name not in tasks:
            yield missing_name(path, str(name), "tasks", tasks)
            continue
        base, forms = _mapping(tasks, str(name)).get("base"), _texts(exported.get("ctranslate2"))
        if isinstance(exported.get("base"), str) and exported["base"] != base:
            yield wrong_value((*path, "base"), exported["base"], f"{base}, which is tasks.{name}.base")
        speech = _mapping(bases, str(base)).get("kind") == "whisper"
        if speech and not forms:
            yield Fault((*path, "ctranslate2"), "a speech task is converted to one form or more, such as int8")
        if forms and not speech:
            yield Fault((*path, "ctranslate2"), "of speech tasks only; leave it out, the merged weights are the export")
        for number, form in forms:
            if form in [other for _, other in forms[:number]]:
                yield Fault((*path, "ctranslate2", number), f"found {shown(form)} a second time; once is enough")


def shares(plain: Plain) -> Iterator[Fault]:
    """Something is left to train on."""
    split = _mapping(plain, "split")
    found = [split.get(name, 0) for name in ("validation", "test")]
    if isinstance(found[0], int | float) and isinstance(found[1], int | float) and sum(found) >= 1:
        yield Fault(
            ("split",), f"validation {found[0]} and test {found[1]} leave nothing to train on; their sum is below 1"
        )


def planted(plain: Plain) -> Iterator[Fault]:
    """No canary stands in a validation or test set."""
    split, share = _mapping(plain, "split"), _mapping(plain, "audit").get("patients", 0)
    held = [share, *(split.get(name, 0) for name in ("validation", "test"))]
    if all(isinstance(one, int | float) for one in held) and share and sum(held[1:]) < 1 < sum(held):
        yield Fault(
            ("audit", "patients"),
            f"found {shown(share)}; split.validation and split.test leave {1 - held[1] - held[2]:g} of the patients "
            "for training, and canaries are planted in no others",
        )


def finder(plain: Plain) -> Iterator[Fault]:
    """The model that finds PHI is a declared one of its kind, where it is one of ours."""
    model = _mapping(plain, "deidentify", "engine").get("model")
    if isinstance(model, str) and model.startswith("models/base/"):
        name, bases = model.removeprefix("models/base/"), _mapping(plain, "base")
        path = ("deidentify", "engine", "model")
        if name not in bases:
            yield missing_name(path, model, "base", (f"models/base/{one}" for one in bases))
        elif _mapping(bases, name).get("kind") != "spacy":
            yield wrong_value(path, model, "a model that finds PHI; this one is a language model")


def raw_material(plain: Plain) -> Iterator[Fault]:
    """Files lie below `raw`, where DVC sees them change, and are there; a hub dataset is pinned."""
    raw = plain.get("raw")
    for path, source in _entries(plain, "sources"):
        place = source.get("path")
        if not isinstance(place, str) or source.get("revision"):
            continue
        if isinstance(raw, str) and not _below(place, raw):
            if source.get("reader") == "datasets" and not Path(place).exists():
                yield wrong_value(
                    (*path, "path"), place, f"a folder below {raw}, or a hub dataset with its revision and hub_split"
                )
            else:
                yield wrong_value((*path, "path"), place, f"a path below raw, which is {raw}")
        elif _reads("extract"):
            yield from _there((*path, "path"), place)
            if isinstance(source.get("segments"), str):
                yield from _there((*path, "segments"), f"{place}/{source['segments']}")


def transcripts(plain: Plain) -> Iterator[Fault]:
    """A ledger of drafts holds what patients said: it lies with the recordings, and two sources share none."""
    raw, known = plain.get("raw"), dict[str, KeyPath]()
    for path, source in _entries(plain, "sources"):
        review = _mapping(source, "draft").get("review")
        if not isinstance(review, str):
            continue
        place = (*path, "draft", "review")
        if isinstance(raw, str) and not _below(review, raw):
            yield wrong_value(place, review, f"a path below raw, which is {raw}: it holds what patients said")
        if known.setdefault(os.path.normpath(review), place) != place:
            yield Fault(place, f"found {shown(review)}, which is another source's ledger already; name one of its own")


def files(plain: Plain) -> Iterator[Fault]:
    """The files that people bring are there."""
    if isinstance(key := plain.get("key_file"), str):
        hint = f"; make one: python -m stages.keys {key}"
        yield from (Fault(fault.path, fault.problem + hint) for fault in _there(("key_file",), key))
    for path, base in _entries(plain, "base"):
        if isinstance(base.get("needs"), str) and _reads("base"):
            yield from _there((*path, "needs"), base["needs"])
    for path, task in _entries(plain, "tasks"):
        yield from _there((*path, "headers"), task.get("headers", Task.model_fields["headers"].default))
    for path, operator in _entries(plain, "augment", "operators"):
        if isinstance(operator.get("table"), str) and _reads("augment"):
            yield from _there((*path, "table"), operator["table"])
    for place in (
        ("clean", "abbreviations"), ("clean", "terms"), ("clean", "gold"), ("deidentify", "gold"),
        ("deidentify", "terms"), ("deidentify", "headers"),
        ("evaluate", "synonyms"), ("evaluate", "terms"),
    ):  # fmt: skip
        found = _mapping(plain, *place[:-1]).get(place[-1])
        if isinstance(found, str) and _reads(place[0]):
            yield from _there(place, found)


CHECKS: tuple[Callable[[Plain], Iterator[Fault]], ...] = (
    names, sources_of_tasks, recordings_of_tasks, bases_of_tasks, metrics_of_tasks, tolerances, training, augmentation,
    exports, shares, planted, finder, raw_material, transcripts, files,
)  # fmt: skip


def _reads(stage: str) -> bool:
    """Whether a file that only `stage` reads must be there: always, but in `dvc repro` for another stage.

    A colleague may train from the shared results of `extract` without the raw files, which are never shared. The first
    stage checks for all.
    """
    running = os.environ.get("DVC_STAGE", "").split("@")[0]
    return running in ("", "synthesize", stage)


def _there(path: KeyPath, found: Any) -> Iterator[Fault]:
    if not isinstance(found, str) or found.startswith(MADE) or f"{found}/" in MADE or Path(found).exists():
        return
    parent = Path(found).parent
    beside = [child.as_posix() for child in parent.iterdir()] if parent.is_dir() else []
    yield Fault(path, f"found {shown(found)}; no such file or folder{did_you_mean(nearest(found, beside))}")


def _below(place: str, folder: str) -> bool:
    return Path(os.path.normpath(place)).is_relative_to(os.path.normpath(folder))


def _mapping(plain: Any, *path: str) -> Plain:
    for part in path:
        plain = plain.get(part) if isinstance(plain, Mapping) else None
    return plain if isinstance(plain, Mapping) else {}


def _entries(plain: Plain, *path: str) -> Iterator[tuple[KeyPath, Plain]]:
    for name, value in _mapping(plain, *path).items():
        if isinstance(value, Mapping):
            yield (*path, name), value


def _texts(found: Any) -> list[tuple[int, str]]:
    return [(n, one) for n, one in enumerate(found) if isinstance(one, str)] if isinstance(found, list) else []


def _is_there(plain: Any, path: KeyPath) -> bool:
    for part in path:
        if not (isinstance(plain, Mapping) and part in plain) and not (
            isinstance(plain, list) and isinstance(part, int)
        ):
            return False
        plain = plain[part]  # type: ignore[index]
    return True
