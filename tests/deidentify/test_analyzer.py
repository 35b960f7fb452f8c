"""Each silent path of Presidio, made to fail: a loss of spans is never silent here."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
import spacy

from stages.deidentify.analyzer import Analyzer, LocalSpacyEngine, LostSpans, Net, configuration, no_silent_loss
from stages.params.deidentify import Engine


def test_a_missing_model_is_an_error_and_no_download(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(spacy.cli, "download", lambda name: asked.append(name))
    with pytest.raises(FileNotFoundError, match="no such folder or installed spaCy package"):
        LocalSpacyEngine("no_such_model", {})
    assert asked == []


def test_a_model_without_entities_is_an_error(tmp_path: Path) -> None:
    spacy.blank("en").to_disk(tmp_path / "blank")
    with pytest.raises(ValueError, match="without an entity recogniser"):
        LocalSpacyEngine(str(tmp_path / "blank"), {})


def test_a_regular_expression_out_of_time_is_an_error(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    analyzer = Analyzer(Engine(model=str(model)))

    class Late:
        def finditer(self, text: str, timeout: float) -> None:
            raise TimeoutError

    for recognizer in analyzer._recognizers:
        for pattern in getattr(recognizer, "patterns", ()):
            monkeypatch.setattr(pattern, "compiled_regex", Late())
            monkeypatch.setattr(pattern, "compiled_with_flags", recognizer.global_regex_flags)
    with pytest.raises(LostSpans, match="pattern_recognizer"):
        analyzer.spans(["Kwame Osei"])


def test_a_recognizer_that_fails_is_an_error(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    analyzer = Analyzer(Engine(model=str(model)))

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(Net, "analyze", broken)
    with pytest.raises(RuntimeError, match="broken"):
        analyzer.spans(["Kwame Osei"])


def test_any_warning_of_presidio_is_an_error_that_quotes_nothing() -> None:
    with pytest.raises(LostSpans) as caught, no_silent_loss():
        logging.getLogger("presidio-analyzer").warning("lost Kwame Osei")
    assert "Osei" not in str(caught.value)


def test_nobody_else_hears_what_presidio_logs(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(LostSpans), no_silent_loss():
        logging.getLogger("presidio-analyzer").warning("lost Kwame Osei")
    assert caplog.text == ""
    logging.getLogger("presidio-analyzer").warning("afterwards")
    assert "afterwards" in caplog.text


@pytest.mark.parametrize("name", ["presidio-analyzer", "presidio-anonymizer"])
def test_a_log_that_is_switched_off_is_an_error(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger(name), "disabled", True)
    with pytest.raises(LostSpans, match="switched off"), no_silent_loss():
        pass


def test_a_model_that_reads_another_text_is_an_error(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = LocalSpacyEngine.process_batch
    monkeypatch.setattr(
        LocalSpacyEngine, "process_batch", lambda self, texts, **how: plain(self, [t[:3] for t in texts], **how)
    )
    with pytest.raises(LostSpans, match="another text"):
        Analyzer(Engine(model=str(model))).spans(["Kwame"])


def test_spacy_runs_on_the_cpu_and_asks_for_no_card(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    for name in ("require_gpu", "prefer_gpu"):
        monkeypatch.setattr(spacy, name, lambda *_, name=name: asked.append(name))
    monkeypatch.setattr(LocalSpacyEngine, "_enable_gpu", lambda self: asked.append("_enable_gpu"))
    Analyzer(Engine(model=str(model)))
    assert asked == []


def test_a_model_that_loses_a_text_is_an_error(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LocalSpacyEngine, "process_batch", lambda self, texts, **_: iter(()))
    with pytest.raises(LostSpans, match="1 texts went into the model and 0 came out"):
        Analyzer(Engine(model=str(model))).spans(["Kwame"])


def test_labels_of_other_models_are_mapped_and_those_without_phi_left_out() -> None:
    found = configuration(["PERSON", "GPE", "CARDINAL", "HOSP", "DOC"], {"DOC": "STAFF"})
    mapping = {"PERSON": "PERSON", "GPE": "LOCATION", "HOSP": "ORGANIZATION", "DOC": "STAFF"}
    assert found.model_to_presidio_entity_mapping == mapping
    assert list(found.labels_to_ignore) == ["CARDINAL"]


def test_a_model_of_which_no_label_is_phi_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"deidentify\.engine\.labels"):
        configuration(["CARDINAL", "LABEL_0"], {})


def test_a_person_without_a_role_gets_it_from_the_words_around(tmp_path: Path) -> None:
    from stages.deidentify.finder import Finder
    from stages.params.deidentify import Deidentify

    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns(
        [{"label": "PERSON", "pattern": name} for name in ("Ines", "Yaw", "Kwame")]
    )
    nlp.to_disk(tmp_path / "m")
    finder = Finder(Deidentify(engine=Engine(model=str(tmp_path / "m"))))
    text = "Kwame came; his brother Yaw and Ines, MD, agree."
    found = finder.find([text]).spans[0]
    assert {(text[s.start : s.end], s.label) for s in found} == {
        ("Kwame", "PATIENT"),
        ("Yaw", "RELATIVE"),
        ("Ines", "STAFF"),
    }
