"""Rich Text Format (RTF 1.9), as older record systems export it."""

from __future__ import annotations

from stages.synthesize.documents import Report, Row, heading

FACES = {"Helvetica": r"\fswiss Arial", "Times": r"\froman Times New Roman", "Courier": r"\fmodern Courier New"}
TWIPS_OF_LINE = 9000


def render(report: Report) -> bytes:
    """The report with page header, footer, bold headings and tables; 7-bit throughout."""
    align = r"\qc" if report.layout.centred else r"\ql"
    size = round(report.layout.size * 2)
    parts = [rf"{{\rtf1\ansi\ansicpg1252\deff0{{\fonttbl{{\f0{FACES[report.layout.font]};}}}}\fs{size}"]
    parts += [rf"{{\header\pard {_escaped(report.running.text)}\par}}"] if report.running.text else []
    parts += [rf"{{\footer\pard {_escaped(report.footer.text)} {{\field{{\*\fldinst PAGE}}}}\par}}"]
    parts += [rf"\pard{align} {_escaped(line.text)}\par" for line in report.letterhead]
    parts += [rf"\pard{align}\sb120\sa120 {{\b {_escaped(report.title)}}}\par"]
    for section in report.sections:
        if section.header:
            parts.append(rf"\pard\sb120 {{\b {_escaped(heading(report, section))}}}\par")
        for line in section.lines:
            parts.append(rf"\pard {_escaped(line[0].text)}\par" if len(line) == 1 else _row(line))
    parts += [r"\pard\par", *(rf"\pard {_escaped(line.text)}\par" for line in report.signature), "}"]
    return "\n".join(parts).encode("ascii")


def _row(row: Row) -> str:
    edges = "".join(rf"\cellx{TWIPS_OF_LINE * (at + 1) // len(row)}" for at in range(len(row)))
    cells = "".join(rf"\pard\intbl {_escaped(cell.text)}\cell " for cell in row)
    return rf"\trowd{edges} {cells}\row"


def _escaped(text: str) -> str:
    return "".join(map(_letter, text))


def _letter(letter: str) -> str:
    if letter in "\\{}":
        return "\\" + letter
    if letter == "\n":
        return "\\line "
    return letter if letter.isascii() else rf"\'{letter.encode('cp1252')[0]:02x}"
