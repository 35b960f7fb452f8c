"""Wrong params.yaml files, each answered with key, value, what is allowed and the nearest name."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from stages.params import ParamsError, load

SHIPPED = Path("params.yaml")
Keys = tuple[str | int, ...]
GONE = object()


def changed(*changes: tuple[Keys, Any]) -> dict[str, Any]:
    plain = copy.deepcopy(YAML(typ="safe", pure=True).load(SHIPPED))
    for path, value in changes:
        at = plain
        for part in path[:-1]:
            at = at[part]
        if value is GONE:
            del at[path[-1]]
        else:
            at[path[-1]] = value
    return plain


def faults_of(folder: Path, text: str) -> list[str]:
    file = folder / "wrong.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ParamsError) as caught:
        load(file)
    return [str(fault) for fault in caught.value.faults]


def written(folder: Path, *changes: tuple[Keys, Any]) -> list[str]:
    file = folder / "plain.yaml"
    YAML(typ="safe", pure=True).dump(changed(*changes), file)
    return faults_of(folder, file.read_text(encoding="utf-8"))


SCRIBE = {
    "template": "scribe", "sources": ["visits"], "base": "clinic", "base_path": "models/base/clinic",
    "metrics": ["wer"], "window": 6.0, "speakers": ["doctor", "patient"],
}  # fmt: skip
CALLS = {"reader": "recordings", "path": "data/synthesize/raw/visits"}
WRONG: list[tuple[Keys, Any, str]] = [
    # Unknown keys
    (("train", "hpi", "lora", "rr"), 8,
     "train.hpi.lora.rr: unknown key, with the value 8; allowed are alpha, dropout, r, targets; did you mean r?"),
    (("flow", "worker"), 2,
     "flow.worker: unknown key, with the value 2; allowed are address, engine, shards, workers; did you mean workers?"),
    (("train", "defaults", "lr"), 2e-4, "did you mean learning_rate?"),
    (("split", "learning_rate"), 1,
     "split.learning_rate: unknown key, with the value 1; allowed are contamination, exports, near_duplicate, "
     "permutations, test, validation; "
     "learning_rate belongs under base.<name>.schooling or train.<name> or train.defaults"),
    (("audit", "patients"), 0.8, "audit.patients: found 0.8; split.validation and split.test leave 0.7 of the"),
    (("taskss",), {}, "taskss: unknown key, with the value {}; allowed are audit, augment, base, clean,"),
    # Wrong types and values
    (("flow", "workers"), "two", 'flow.workers: found "two"; expected a whole number, at least 0'),
    (("flow", "shards"), 0, "flow.shards: found 0; expected a whole number, at least 1, at most 1000"),
    (("flow", "shards"), 16.0, "flow.shards: found 16.0; expected a whole number, at least 1, at most 1000"),
    (("flow", "engine"), "proceses",
     'flow.engine: found "proceses"; expected one of processes, ray; did you mean processes?'),
    (("seed",), -1, "seed: found -1; expected a whole number, at least 0"),
    (("seed",), True, "seed: found true; expected a whole number, at least 0"),
    (("key_file",), None, "key_file: found null; expected text"),
    (("sources",), {}, "sources: found {}; expected a mapping of names, not empty"),
    (("sources",), ["reports"], 'sources: found ["reports"]; expected a mapping of names, not empty'),
    (("tasks", "hpi"), "hpi", 'tasks.hpi: found "hpi"; expected a mapping with the keys template, sources,'),
    (("tasks", "hpi", "sources"), [], "tasks.hpi.sources: found []; expected a list, not empty, each text"),
    (("tasks", "hpi", "metrics", 0), "hpi_f2", 'tasks.hpi.metrics[0]: found "hpi_f2"; expected one of token_f1,'),
    (("tasks", "hpi", "metrics", 0), "hpi_f2", "did you mean hpi_f1?"),
    (("tasks", "hpi", "template"), "hpis", 'tasks.hpi.template: found "hpis"; expected one of flashcards,'),
    (("split", "test"), 1.5, "split.test: found 1.5; expected a number, at least 0, less than 1"),
    (("split", "exports"), ["json"], 'split.exports[0]: found "json"; expected one of csv, parquet'),
    (("train", "hpi", "learning_rate"), "fast",
     'train.hpi.learning_rate: found "fast"; expected a number, more than 0'),
    (("train", "defaults", "learning_rate"), float("inf"),
     "train.defaults.learning_rate: found Infinity; expected a number, more than 0"),
    (("train", "defaults", "lora", "targets"), ["q_proj", 3], "train.defaults.lora.targets[1]: found 3; expected text"),
    (("train", "defaults", "lora", "targets"), "all",
     'train.defaults.lora.targets: found "all"; expected a list, each text or all-linear'),
    (("train", "hpi", "lora"), 16, "train.hpi.lora: found 16; expected a mapping with the keys r, alpha,"),
    (("train", "defaults", "quantization", "bits"), 5,
     "train.defaults.quantization.bits: found 5; expected one of 0, 4, 8"),
    # What is missing
    (("report",), GONE, "report: missing; expected a mapping with the keys samples"),
    (("tasks", "hpi", "base"), GONE, "tasks.hpi.base: missing; expected text"),
    (("base", "clinic", "schooling"), GONE, "base.clinic: a llama model from scratch needs schooling"),
    (("train", "hpi"), GONE, "train.hpi: missing; `{}` takes what is usual, and DVC must find the key"),
    # Names that no other section has
    (("tasks", "hpi", "sources", 0), "visit", 'tasks.hpi.sources[0]: found "visit", which is not under sources; there'),
    (("tasks", "hpi", "sources", 0), "visit", "did you mean visits?"),
    (("tasks", "hpi", "sources"), ["visits", "visits"], 'tasks.hpi.sources[1]: found "visits" a second time'),
    (("tasks", "hpi", "base"), "clinc",
     'tasks.hpi.base: found "clinc", which is not under base; there are clinic, phi, whisper; did you '
     "mean clinic?"),
    (("tasks", "hpi", "base"), "phi", 'tasks.hpi.base: found "phi"; expected a language model; this one finds PHI'),
    (("tasks", "hpi", "base_path"), "models/base/other",
     'tasks.hpi.base_path: found "models/base/other"; expected models/base/clinic, as base is clinic'),
    (("train", "hpl"), {}, 'train.hpl: found "hpl", which is not under tasks; there are'),
    (("augment", "operators", "synonyms", "tasks"), ["hpl"],
     'augment.operators.synonyms.tasks[0]: found "hpl", which is not under tasks; there are'),
    (("deidentify", "engine", "model"), "models/base/ph",
     'deidentify.engine.model: found "models/base/ph", which is not under base; there are models/base/clinic, '
     "models/base/phi, models/base/whisper; did you mean models/base/phi?"),
    (("deidentify", "cultures"), ["en_XX"], "en_XX: no locale of which Faker has names"),
    (("deidentify", "engine", "model"), "models/base/clinic", "expected a model that finds PHI; this one is"),
    (("evaluate", "categories", "hpl"), {}, 'evaluate.categories.hpl: found "hpl", which is not under tasks;'),
    (("evaluate", "categories", "diagnosis", "bleu"), ["x"],
     'evaluate.categories.diagnosis.bleu: found "bleu", which is not under tasks.diagnosis.metrics; there are'),
    (("compare", "tolerance", "mr"), 0.1,
     'compare.tolerance.mr: found "mr", which is not under the tasks\' headlines; there are '
     "format_adherence, hpi_f1, medical_term_wer, mrr, perplexity, wer; did you mean mrr?"),
    (("compare", "tolerance", "mrr"), -0.1, "compare.tolerance.mrr: found -0.1; expected a number, at least 0"),
    (("export",), {"tasks": {"hpl": {"base": "clinic"}}},
     'export.tasks.hpl: found "hpl", which is not under tasks; there are diagnosis, dictation, '
     "flashcards, hpi, scribe, terminology"),
    (("export",), {"tasks": {"hpi": {"base": "phi"}}},
     'export.tasks.hpi.base: found "phi"; expected clinic, which is tasks.hpi.base'),
    (("export",), {"tasks": {"hpi": {"base": "clinic", "ctranslate2": ["int8"]}}},
     "export.tasks.hpi.ctranslate2: of speech tasks only; leave it out, the merged weights are the export"),
    (("export",), {"tasks": {"hpi": {"base": "clinic", "ctranslate2": ["int4"]}}},
     'export.tasks.hpi.ctranslate2[0]: found "int4"; expected one of int8, int8_float16, int8_bfloat16, float16,'),
    (("export",), {"tasks": {}, "most_wer": 0.1}, "did you mean most_wer_loss?"),
    # Paths and pins
    (("clean", "terms"), "data/lexicon/medical_term.txt",
     'clean.terms: found "data/lexicon/medical_term.txt"; no such file or folder; did you mean '
     "data/lexicon/medical_terms.txt?"),
    (("key_file",), "data/raw/key",
     'key_file: found "data/raw/key"; no such file or folder; make one: python -m stages.keys data/raw/key'),
    (("tasks", "hpi", "headers"), "sections.txt", 'tasks.hpi.headers: found "sections.txt"; no such file or folder'),
    (("sources", "visits", "path"), "data/elsewhere",
     'sources.visits.path: found "data/elsewhere"; expected a path below raw, which is data/synthesize/raw'),
    (("sources", "flashcards", "path"), "medalpaca/medical_meadow",
     'sources.flashcards.path: found "medalpaca/medical_meadow"; expected a folder below data/synthesize/raw, or a hub '
     "dataset with its revision and hub_split"),
    (("sources", "visits", "pattern"), "{grup}/*.txt",
     'sources.visits.pattern: found "{grup}/*.txt"; unknown placeholder {grup}; known are group, encounter,'),
    (("base", "hub"), {"origin": "hub", "needs": "constraints.txt", "name": "a/b"},
     "base.hub: a llama model from hub needs revision"),
    (("base", "hub"), {"origin": "hub", "needs": "constraints.txt", "name": "a/b", "revision": "main"},
     'base.hub.revision: found "main"; pin a commit of 40 hex digits'),
    (("base", "own"), {"origin": "folder", "needs": "data/models/own"},
     'base.own.needs: found "data/models/own"; no such file or folder'),
    # Speech
    (("tasks", "scribe"), SCRIBE,
     'tasks.scribe.sources[0]: found "visits"; expected a source whose reader is recordings'),
    (("tasks", "scribe"), SCRIBE,
     'tasks.scribe.base: found "clinic"; expected a speech model; this one is a language model'),
    (("tasks", "scribe"), SCRIBE | {"window": 0.0},
     "tasks.scribe.window: found 0.0; scribe needs the seconds that its base model hears at once"),
    (("tasks", "scribe"), SCRIBE | {"speakers": []}, "tasks.scribe.speakers: found []; scribe needs one or more"),
    (("tasks", "scribe"), SCRIBE | {"speakers": ["doctor", "doctor"]}, "; once each is enough"),
    (("tasks", "scribe"), SCRIBE | {"speakers": ["vet"]}, 'tasks.scribe.speakers[0]: found "vet"; expected one of doc'),
    (("tasks", "scribe"), SCRIBE | {"template": "dictation"}, "; scribe needs one or more, and no other template has"),
    (("tasks", "hpi", "window"), 6.0, "hpi has none; they are for scribe and dictation"),
    (("tasks", "hpi", "speakers"), ["doctor"], 'tasks.hpi.speakers: found ["doctor"]; scribe needs one or more, and'),
    (("augment", "operators", "synonyms", "tasks"), ["scribe"],
     'augment.operators.synonyms.tasks[0]: found "scribe"; expected a task of text; examples with sound get no'),
    (("sources", "visits", "segments"), "a.jsonl",
     "sources.visits: segments, draft: the reader dialogues has none; they are for recordings"),
    (("sources", "calls"), CALLS | {"draft": {"transcriber": "w", "review": "data/review/t.csv"}},
     'sources.calls.draft.review: found "data/review/t.csv"; expected a path below raw, which is data/synthesize/raw'),
    (("sources", "calls"), CALLS | {"draft": {"transcriber": "w", "diarizer": "pyannote"}},
     "pyannote needs one, and no other diarizer has any"),
    (("sources", "visits", "draft"), {"transcriber": "w"}, "the reader dialogues has none; they are for recordings"),
    # What does not go together
    (("split", "test"), 0.95, "split: validation 0.1 and test 0.95 leave nothing to train on; their sum is below 1"),
    (("tasks", "hpi", "sections"), [],
     "tasks.hpi.metrics[2]: format_adherence needs the headers of a good answer: sections"),
    (("tasks", "hpi", "metrics"), ["wer", "cpwer"],
     "tasks.hpi.metrics[1]: cpwer needs the roles that a transcript names: speakers"),
    (("tasks", "hpi", "speakers"), ["the doctor"], 'tasks.hpi.speakers[0]: found "the doctor"'),
    (("tasks", "split"), {}, "tasks.split: the pipeline has files of this name; choose another for the task"),
    (("tasks", "h p"), {}, "tasks.h p: a name has letters, digits, _ and -, and begins with a letter"),
    (("train", "hpi", "max_length"), 4096, "train.hpi.max_length: found 4096; expected at most"),
    (("train", "hpi", "max_length"), 4096, "base.clinic.architecture.context"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "message"), WRONG)
def test_a_wrong_value_is_answered(tmp_path: Path, path: Keys, value: Any, message: str) -> None:
    assert any(message in fault for fault in written(tmp_path, (path, value))), written(tmp_path, (path, value))


def test_there_are_many_kinds() -> None:
    assert len(WRONG) >= 50


def test_all_faults_are_told_at_once_each_with_its_line(tmp_path: Path) -> None:
    lines = SHIPPED.read_text(encoding="utf-8").splitlines()
    shards = next(number for number, line in enumerate(lines, start=1) if line.startswith("  shards:"))
    test = next(number for number, line in enumerate(lines, start=1) if line.startswith("  test:"))
    assert shards < test
    lines[shards - 1], lines[test - 1] = "  shards: many", "  test: 2"
    file = tmp_path / "wrong.yaml"
    file.write_text("\n".join([*lines, "extra: 1", "seed: 8"]), encoding="utf-8")
    with pytest.raises(ParamsError) as caught:
        load(file)
    told = [(fault.line, fault.path) for fault in caught.value.faults]
    assert [place for place in told if place[1] != ("split",)] == [
        (shards, ("flow", "shards")),
        (test, ("split", "test")),
        (len(lines) + 1, ("extra",)),
        (len(lines) + 2, ("seed",)),
    ]
    first, last = str(caught.value).splitlines()[0], str(caught.value).splitlines()[-1]
    assert first.startswith(f'{file}:{shards}: flow.shards: found "many"; expected a whole number')
    assert last == f"{file}: {len(told)} faults; nothing was done"


def test_a_long_value_is_shown_from_both_ends(tmp_path: Path) -> None:
    (fault,) = written(tmp_path, (("flow", "engine"), "START" + "a" * 995 + "END"))
    assert fault.startswith('flow.engine: found "STARTaaa')
    assert " ... " in fault
    assert 'aaaEND" (1005 characters); expected one of processes, ray' in fault


def test_a_value_of_usual_length_is_shown_whole(tmp_path: Path) -> None:
    (fault,) = written(tmp_path, (("flow", "engine"), "word " * 30))
    assert "word " * 30 in fault


@pytest.mark.parametrize("number", ["2e-4", "2E-4", "2.0e-4", "+2e-4", ".2e-3", "0.0002"])
@pytest.mark.parametrize("head", ["", "%YAML 1.1\n---\n"])
def test_a_number_is_read_in_every_notation(tmp_path: Path, number: str, head: str) -> None:
    file = tmp_path / "params.yaml"
    plain = changed((("train", "hpi", "learning_rate"), 12345.5))
    YAML(typ="safe", pure=True).dump(plain, file)
    file.write_text(head + file.read_text().replace("12345.5", number))
    assert load(file).training("hpi").learning_rate == 2e-4


def test_inside_dvc_the_raw_files_are_asked_for_only_by_who_reads_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "params.yaml"
    plain = changed((("raw",), "data/raw"))
    for source in plain["sources"].values():
        source["path"] = source["path"].replace("data/synthesize/raw", "data/raw/absent")
    YAML(typ="safe", pure=True).dump(plain, file)
    for stage in ("train@hpi", "split"):
        monkeypatch.setenv("DVC_STAGE", stage)
        assert load(file).raw == "data/raw"
    for stage in ("extract", "synthesize", ""):
        monkeypatch.setenv("DVC_STAGE", stage)
        with pytest.raises(ParamsError, match="no such file or folder"):
            load(file)


def test_augmentation_leaves_speech_alone(tmp_path: Path) -> None:
    found = written(
        tmp_path, (("tasks", "scribe"), SCRIBE), (("augment", "operators", "synonyms", "tasks"), ["scribe"])
    )
    assert any(
        'augment.operators.synonyms.tasks[0]: found "scribe"; expected a task of text' in fault for fault in found
    )


def test_a_manifest_is_there(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    calls = {"reader": "recordings", "path": str(raw), "segments": "segments.jsonl"}
    message = f'sources.calls.segments: found "{raw}/segments.jsonl"; no such file or folder'
    changes = ((("raw",), str(raw)), (("sources", "calls"), calls))
    assert any(message in fault for fault in written(tmp_path, *changes))
    (raw / "segments.jsonl").touch()
    assert not any("segments" in fault for fault in written(tmp_path, *changes))
