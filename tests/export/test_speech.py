"""The export of a speech task: a taught Whisper merged, converted, run by faster-whisper, judged."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from ruamel.yaml import YAML
from transformers import GenerationConfig

from stages import metrics, sound
from stages.export.__main__ import export
from stages.export.outcome import Refused
from stages.models import ctranslate, merge, speech
from stages.params import Params, ParamsError, load
from stages.params.train import Quantization
from stages.shards import write_shard
from tests.export import tones
from tests.export.conftest import HEARD

ROOT = Path(__file__).parents[2]
OUT = Path("models/export/scribe")
FORMS = ["int8", "float16"]


def declared(**keys: Any) -> Params:
    """Write params.yaml with a task `scribe` on the taught Whisper, exported with these keys of `export`."""
    plain = YAML(typ="safe", pure=True).load(ROOT / "params.yaml")
    plain["sources"]["tones"] = {"reader": "recordings", "path": "data/synthesize/raw/tones"}
    plain["tasks"]["scribe"] = {
        "template": "scribe", "sources": ["tones"], "base": "tones", "base_path": "models/base/tones", "window": 2.0,
        "speakers": list(tones.VOICES), "metrics": ["wer", "role_accuracy", "cpwer", "der", "medical_term_wer"],
    }  # fmt: skip
    plain["base"]["tones"] = {"kind": "whisper", "origin": "folder", "needs": "models/base/tones"}
    plain["train"]["scribe"] = {}
    plain["evaluate"] |= {"most_new_tokens": 24, "batch": 5}
    plain["export"] = {"tasks": {"scribe": {"base": "tones", "ctranslate2": FORMS}}, **keys}
    with Path("params.yaml").open("w") as file:
        YAML().dump(plain, file)
    return load("params.yaml")


@pytest.fixture(scope="module", autouse=True)
def project(taught: Path) -> Iterator[Path]:
    """The folder of the taught models, entered; test windows and metrics stand beside them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(taught)
        (taught / "data").mkdir()
        (taught / "data" / "lexicon").symlink_to(ROOT / "data" / "lexicon")
        write_shard(
            Path("data/split/scribe/test.jsonl"), tones.examples("scribe", HEARD, Path("data/deidentify/audio/r.flac"))
        )
        scores = {"wer": 0.5, "role_accuracy": None}
        metrics.write("metrics/scribe.json", {"examples": 16, "groups": 8, "base": scores, "tuned": scores})
        metrics.write("metrics/intervals/scribe.json", {"wer": {"tuned_low": 0.4, "tuned_high": 0.6}})
        metrics.write("metrics/train/scribe.json", {"examples": 16})
        yield taught


@pytest.fixture(scope="module")
def exported(project: Path) -> dict[str, str]:
    """SHA-256 of the files of an export that passed."""
    export(declared(), "scribe")
    return digests()


def digests() -> dict[str, str]:
    files = sorted(path for path in OUT.rglob("*") if path.is_file())
    return {file.relative_to(OUT).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_every_form_transcribes_as_the_adapter_does(exported: dict[str, str]) -> None:
    numbers = metrics.read("metrics/export/scribe.json")
    assert numbers["examples"] == 16
    assert numbers["adapter"]["wer"] == numbers["adapter"]["cpwer"] == 0.0
    assert numbers["adapter"]["role_accuracy"] == 1.0
    for form in FORMS:
        assert numbers[form]["wer"] <= 0.01
        assert numbers[form]["cpwer"] <= 0.01
        assert numbers[form]["role_accuracy"] >= 0.99
        assert numbers["same_transcripts"][form] >= 15 / 16
    assert numbers["bytes"]["int8"] < numbers["bytes"]["float16"] < numbers["bytes"]["merged"]
    tokens = sum(len(one.turns) for one in HEARD)
    assert numbers["speaker_tokens"]["reference"] == numbers["speaker_tokens"]["adapter"] == tokens
    assert numbers["seconds_of_sound"] == pytest.approx(sum(len(one.samples) for one in HEARD) / sound.RATE)


def test_times_and_transcripts_stand_apart_from_the_metrics(exported: dict[str, str]) -> None:
    run = json.loads(Path("data/export/scribe/run.json").read_bytes())
    assert run["systems"].keys() == {"adapter", *FORMS}
    for found in run["systems"].values():
        assert found["real_time_factor"] == pytest.approx(found["seconds"] / run["seconds_of_sound"], rel=0.1)
    assert run["systems"]["adapter"]["speedup"] == 1.0
    assert run["systems"]["int8"]["computed_in"].startswith("int8")
    rows = [json.loads(line) for line in Path("data/export/scribe/answers.jsonl").read_text().splitlines()]
    assert [row["id"] for row in rows] == [f"e{n:02d}" for n in range(16)]
    assert [row["adapter"] for row in rows] == [one.text(speakers=True) for one in HEARD]


def test_the_merged_folder_is_a_whole_model(exported: dict[str, str]) -> None:
    windows = [one.samples for one in HEARD]
    model, processor = speech.load_base(OUT, Quantization())
    found = [one.text for one in speech.transcribe(model, processor, windows, 4, 24)]
    assert found == [one.text(speakers=True) for one in HEARD]
    assert model.proj_out.weight.data_ptr() == model.get_input_embeddings().weight.data_ptr()
    names = {
        "config.json", "generation_config.json", "model.safetensors", "preprocessor_config.json", "tokenizer.json",
        "tokenizer_config.json", "README.md",
    }  # fmt: skip
    beside = ("config.json", "model.bin", "preprocessor_config.json", "tokenizer.json", "vocabulary.json")
    assert exported.keys() == names | {f"{form}/{name}" for form in FORMS for name in beside}


def test_the_lines_of_the_card_transcribe_a_window(exported: dict[str, str], tmp_path: Path) -> None:
    import soundfile

    card = (OUT / "README.md").read_text()
    (tmp_path / "lines.py").write_text(re.findall(r"```python\n(.*?)```", card, re.S)[0])
    for number in (0, 5):
        soundfile.write(tmp_path / "window.wav", HEARD[number].samples, sound.RATE)
        done = subprocess.run(
            [sys.executable, tmp_path / "lines.py", tmp_path / "window.wav"],
            cwd=OUT, env={**os.environ, "HF_HUB_OFFLINE": "1"}, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert done.stdout == HEARD[number].text(speakers=True) + "\n", done.stderr


def test_the_card_shows_parity_and_what_was_not_measured(exported: dict[str, str]) -> None:
    card = (OUT / "README.md").read_text()
    assert "pipeline_tag: automatic-speech-recognition" in card
    assert "| metric | adapter | int8 | float16 |\n|---|---|---|---|\n| `wer` | 0 | 0 | 0 |\n" in card
    assert "| `wer` | 0.5 | 0.5 | 0.4 to 0.6 |" in card
    assert "| `role_accuracy` | none | none | none |" in card
    assert "{{" not in card


def test_two_exports_are_equal_hash_for_hash(exported: dict[str, str]) -> None:
    declared()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "random", "CI": "1"}
    command = [sys.executable, "-m", "stages.export", "scribe"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert digests() == exported


def test_a_speech_task_names_its_forms() -> None:
    with pytest.raises(ParamsError, match=r"export.tasks.scribe.ctranslate2: a speech task is converted to one form"):
        declared(tasks={"scribe": {"base": "tones"}})
    with pytest.raises(ParamsError, match=r'export.tasks.scribe.ctranslate2\[1\]: found "int8" a second time'):
        declared(tasks={"scribe": {"base": "tones", "ctranslate2": ["int8", "int8"]}})


def test_worse_transcripts_are_refused(exported: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(tuned: Any) -> Any:
        model = tuned.merge_and_unload()
        torch.manual_seed(0)
        for weight in model.model.decoder.layers.parameters():
            weight.data += 0.3 * weight.std().nan_to_num() * torch.randn_like(weight)
        return model

    with monkeypatch.context() as patch:
        patch.setattr(merge, "merge", damaged)
        with pytest.raises(Refused, match=r"wer of int8 is 0\.\d+, the adapter's is 0\.0000; export.most_wer_loss is"):
            export(declared(), "scribe")
    assert metrics.read("metrics/export/scribe.json")["int8"]["wer"] > 0.01
    assert not OUT.exists()


def test_lost_speakers_are_refused_though_every_word_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    from stages.models.spoken import added_tokens

    heard = ctranslate.transcribe

    def mute(model: Any, tokenizer: Any, *windows: Any, **asked: Any) -> list[speech.Transcript]:
        texts = [one.text for one in heard(model, tokenizer, *windows, **asked)]
        for token in added_tokens(tokenizer).values():
            texts = [" ".join(text.replace(token, "").split()) for text in texts]
        return [speech.Transcript(text, True) for text in texts]

    monkeypatch.setattr(ctranslate, "transcribe", mute)
    with pytest.raises(Refused, match="int8 writes no speaker tokens, and the adapter does"):
        export(declared(), "scribe")
    numbers = metrics.read("metrics/export/scribe.json")
    assert (numbers["int8"]["wer"], numbers["int8"]["cpwer"], numbers["speaker_tokens"]["int8"]) == (0.0, None, 0)


def test_a_suppressed_speaker_is_refused() -> None:
    file = Path("models/adapters/scribe/generation_config.json")
    kept = file.read_bytes()
    id = speech.load_processor(file.parent).tokenizer.convert_tokens_to_ids("<|patient|>")
    settings = GenerationConfig.from_pretrained(file.parent)
    settings.suppress_tokens = [5, id]
    try:
        settings.save_pretrained(file.parent)
        with pytest.raises(ValueError, match=r"generation_config.json suppresses <\|patient\|>, which the task added"):
            export(declared(), "scribe")
    finally:
        file.write_bytes(kept)


def test_a_recording_that_is_gone_is_named() -> None:
    audio = Path("data/deidentify/audio/r.flac")
    shutil.move(audio, "away")
    try:
        with pytest.raises(FileNotFoundError, match=r"data/deidentify/audio/r.flac: no such recording"):
            export(declared(), "scribe")
    finally:
        shutil.move("away", audio)
