"""Numbers and names as people read them."""

from __future__ import annotations

import re

from stages.report.results import Span, Verdict

MINUS = "\u2212"
NONE = "\u2013"
NOT_APPLICABLE = "N/A"
_MARKS = {"better": "\u25b2", "worse": "\u25bc", "noise": "\u25cb", "unknown": NONE}
_NAMES = {
    "mrr": "MRR", "bleu": "BLEU", "wer": "WER", "rouge1": "ROUGE-1", "rouge2": "ROUGE-2", "rougeL": "ROUGE-L",
    "token_f1": "Token F1", "hpi_f1": "HPI F1", "assessment_f1": "Assessment F1", "top1_accuracy": "Top-1 accuracy",
    "hpi": "HPI",
    "chrf": "chrF", "cer": "CER", "rougeLsum": "ROUGE-Lsum", "hit_at_1": "Hit@1", "hit_at_3": "Hit@3",
    "hit_at_5": "Hit@5", "lenient_mrr": "Lenient MRR", "clinical_wer": "Clinical WER", "whisper_wer": "Whisper WER",
    "clinical_cer": "Clinical CER", "whisper_cer": "Whisper CER", "medical_term_wer": "Medical-term WER",
    "squad_token_f1": "SQuAD token F1", "squad_exact_match": "SQuAD exact match", "wder": "WDER", "cpwer": "cpWER",
    "der": "DER", "der_collar": "DER with collar", "jer": "JER", "jer_collar": "JER with collar",
}  # fmt: skip


def number(value: float | None, signed: bool = False) -> str:
    """Three decimals below 10, fewer above; a dash for what is not known.

    >>> number(1234.5), number(-0.25, signed=True), number(None)
    ('1,234.5', '\u22120.250', '\u2013')
    """
    if value is None:
        return NONE
    if isinstance(value, int):
        return f"{value:,}"
    size = abs(value)
    digits = 3 if size < 10 else 2 if size < 100 else 1
    sign = MINUS if value < 0 else "+" if signed else ""
    return f"{sign}{size:,.{digits}f}"


def tick(value: float) -> str:
    """A round number on an axis: a true minus, and no digit that says nothing.

    >>> tick(-0.5), tick(20.0)
    ('\u22120.5', '20')
    """
    return f"{value:g}".replace("-", MINUS)


def interval(span: Span, signed: bool = False) -> str:
    """`[low, high]`, or nothing where there is none."""
    if span.low is None or span.high is None:
        return ""
    return f"[{number(span.low, signed)}, {number(span.high, signed)}]"


def chance(p: float | None) -> str:
    """A p-value: three decimals, and never 0."""
    if p is None:
        return NONE
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def name(key: str) -> str:
    """A metric, task or count in words: `format_adherence` is `Format adherence`."""
    spaced = re.sub(r"\bhpi\b", "HPI", key.replace("_", " ").replace(".", " \u00b7 ").strip())
    return _NAMES.get(key) or spaced[:1].upper() + spaced[1:]


def mark(verdict: Verdict) -> str:
    """A sign that says the verdict without colour."""
    return _MARKS[verdict]


def seconds(value: float | None) -> str:
    """A duration: `48 s`, `3 min 05 s`, `2 h 04 min`."""
    if value is None:
        return NONE
    whole = round(value)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
