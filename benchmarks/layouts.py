"""Recall by layout, on rewritings of the clinic's held-out texts: `python benchmarks/layouts.py [--patients 30]`.

Each text is searched as it is and rewritten: in small letters, in capitals, with names glued to the word before and to
each other, with words of names hyphenated over a line, with fields as rows of a table, with fields as lines of a form,
and with every person's name replaced by one of 13 cultures outside the West. The texts of a patient are searched
together, as in the stage. Prints the share of gold spans found whole, of all and of patients' names; the last line is
one JSON object.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

from stages.deidentify.finder import Finder
from stages.deidentify.judge import GOLD, Gold, read_gold
from stages.deidentify.labels import NAMES
from stages.params.deidentify import Deidentify, Engine
from stages.records import Span

Note = tuple[str, list[Span]]

# Common given and family names: Chinese, Korean, Japanese, Vietnamese, Thai, Indian, Arabic, Persian, Turkish, Yoruba,
# Igbo, Akan and Swahili, in Latin letters; none is a word of English.
FOREIGN = (
    "Xiuying", "Zhang", "Jianguo", "Huang", "Minjun", "Hwang", "Seoyeon", "Takahashi", "Haruto", "Yamamoto",
    "Nguyen", "Thuy", "Tran", "Khanh", "Somchai", "Wongsakul", "Aarav", "Krishnamurthy", "Lakshmi", "Venkatesan",
    "Priyanka", "Chatterjee", "Abdulrahman", "Khalid", "Fatimah", "Mansour", "Hossein", "Rezaei", "Shirin",
    "Mehmet", "Yildirim", "Aylin", "Demirel", "Oluwaseun", "Adebayo", "Folasade", "Ogunleye", "Chukwuemeka",
    "Okonkwo", "Ngozi", "Eze", "Kwabena", "Asante", "Akosua", "Boateng", "Juma", "Mwangi", "Wanjiku", "Odhiambo",
    "Siddharth", "Ramachandran", "Zeynep", "Ozturk", "Yusuf", "Ibrahim", "Huong", "Phuong",
)  # fmt: skip


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Recall of identifiers by layout.")
    parser.add_argument("--model", default="models/base/phi", help="spaCy pipeline (default: %(default)s)")
    parser.add_argument("--gold", type=Path, default=Path("data/synthesize/gold"), help="folder of annotated texts")
    parser.add_argument("--terms", default="data/lexicon/medical_terms.txt", help="lexicon (default: %(default)s)")
    parser.add_argument("--part", choices=("test", "train"), default="test", help="of the gold (default: %(default)s)")
    parser.add_argument("--patients", type=int, default=0, help="the first so many; 0: all (default)")
    arguments = parser.parse_args()
    finder = Finder(
        Deidentify(engine=Engine(model=arguments.model), thresholds={"default": 0.4}, terms=arguments.terms)
    )
    patients = grouped(read_gold(arguments.gold / GOLD), arguments.part)
    patients = patients[: arguments.patients or len(patients)]
    numbers = {}
    print("| layout | spans | recall | patients' names | recall |\n|---|--:|--:|--:|--:|")
    for name, rewrite in LAYOUTS.items():
        rewritten = [[rewrite(*note) for note in notes] for notes in patients]
        whole, names = recalls(finder, rewritten)
        print(f"| {name} | {whole[1]:,} | {whole[0] / whole[1]:.4f} | {names[1]:,} | {names[0] / names[1]:.4f} |")
        numbers[name] = {"span_recall": whole[0] / whole[1], "patient_name_recall": names[0] / names[1]}
    print(json.dumps(numbers))


def grouped(gold: dict[tuple[str, str, int | None], Gold], part: str) -> list[list[Note]]:
    """The notes of each patient of a part; a text without a patient in its path stands alone."""
    by_patient: dict[str, list[Note]] = defaultdict(list)
    for (source, file, row), one in sorted(gold.items(), key=lambda item: str(item[0])):
        if one.split == part:
            by_patient[file.split("/")[1] if "/" in file else f"{source} {file} {row}"].append(
                (one.text, sorted(one.spans, key=lambda span: span.start))
            )
    return [by_patient[patient] for patient in sorted(by_patient)]


def recalls(finder: Finder, patients: Sequence[Sequence[Note]]) -> tuple[tuple[int, int], tuple[int, int]]:
    """(found whole, all) of the spans, and of the patients' names alone."""
    count = {True: [0, 0], False: [0, 0]}
    for notes in patients:
        for (text, gold), found in zip(notes, finder.find([text for text, _ in notes]).spans, strict=True):
            marked = {at for span in found for at in range(span.start, span.end)}
            for span in gold:
                held = all(at in marked for at in range(span.start, span.end) if text[at].isalnum())
                for kind in {False, span.label == "PATIENT"}:
                    count[kind][0] += held
                    count[kind][1] += 1
    (whole, every), (patient, patients_all) = count[False], count[True]
    return (whole, every), (patient, patients_all)


def each_letter(change: Callable[[str], str]) -> Callable[[str, list[Span]], Note]:
    """Rewrites letter by letter; one that would become two stays."""

    def rewrite(text: str, spans: list[Span]) -> Note:
        return "".join(change(letter) if len(change(letter)) == 1 else letter for letter in text), spans

    return rewrite


def pieced(text: str, spans: Sequence[Span], change: Callable[[str, Span, str], tuple[str, str]]) -> Note:
    """Rewrites span by span: `change` takes what stands before, span and value; gives the first and last."""
    whole, found, end = "", [], 0
    for span in spans:
        before, value = change(text[end : span.start], span, text[span.start : span.end])
        found.append(Span(len(whole + before), len(whole + before + value), span.label))
        whole, end = whole + before + value, span.end
    return whole + text[end:], found


def glued(text: str, spans: list[Span]) -> Note:
    """Without the blank before a person's name, and without those in it."""

    def change(before: str, span: Span, value: str) -> tuple[str, str]:
        if span.label not in NAMES or not re.fullmatch(r"[^\W\d_]+(?: [^\W\d_]+)*", value):
            return before, value
        return re.sub(r"(?<=[a-z]) $", "", before), value.replace(" ", "")

    return pieced(text, spans, change)


def hyphenated(text: str, spans: list[Span]) -> Note:
    """With the longest word of each person's name parted in its middle by a hyphen and a line break."""

    def change(before: str, span: Span, value: str) -> tuple[str, str]:
        longest = max(re.findall(r"[^\W\d_]{6,}", value), key=len, default="")
        if span.label not in NAMES or not longest:
            return before, value
        middle = len(longest) // 2
        return before, value.replace(longest, f"{longest[:middle]}-\n{longest[middle:]}", 1)

    return pieced(text, spans, change)


def foreign(text: str, spans: list[Span]) -> Note:
    """With each word of a person's name replaced by one of `FOREIGN`, the same one wherever it stands in the text."""
    taken: dict[str, str] = {}

    def change(before: str, span: Span, value: str) -> tuple[str, str]:
        if span.label not in NAMES:
            return before, value
        return before, re.sub(r"[^\W\d_][\w'’]{2,}", lambda word: cased(word.group()), value)

    def cased(word: str) -> str:
        plain = word.casefold()
        name = taken.setdefault(plain, FOREIGN[sum(map(ord, plain)) % len(FOREIGN)])
        return name.upper() if word.isupper() else name.lower() if word.islower() else name

    return pieced(text, spans, change)


def cells(between: str, opening: str, closing: str) -> Callable[[str, list[Span]], Note]:
    """Rewrites the fields of a form, "label: value": what stands between the two, and at either end of the line."""

    def rewrite(text: str, spans: list[Span]) -> Note:
        whole, places, at = "", {}, 0
        for line in text.splitlines(keepends=True):
            field = re.match(r"(?P<label>[^\W\d_][^:\n|]{1,40}): +(?=\S)", line)
            inside = any(at < span.end and span.start < at + len(line) for span in spans)
            crossing = any(span.start < at < span.end or span.start < at + len(line) < span.end for span in spans)
            head = field.end() if field and inside and not crossing else 0
            body = line[head:].rstrip("\n") if head else line
            start = (opening + field["label"] + between) if head and field else ""
            for offset in range(len(body) + 1):
                places[at + head + offset] = len(whole) + len(start) + offset
            whole += start + body + ((closing + line[head + len(body) :]) if head else "")
            at += len(line)
        if any(span.start not in places or span.end not in places for span in spans):
            return text, spans
        return whole, [Span(places[span.start], places[span.end], span.label) for span in spans]

    return rewrite


LAYOUTS: dict[str, Callable[[str, list[Span]], Note]] = {
    "as it is": lambda text, spans: (text, spans),
    "small letters": each_letter(str.lower),
    "capitals": each_letter(str.upper),
    "glued": glued,
    "hyphenated over a line": hyphenated,
    "table": cells(" | ", "| ", " |"),
    "form": cells("\n    ", "", ""),
    "names from outside the West": foreign,
}


if __name__ == "__main__":
    main()
