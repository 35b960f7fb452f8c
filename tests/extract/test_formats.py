"""Whole files of every format: what is in them comes out, and nothing else."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from stages.extract import reasons
from stages.extract.characters import clean, decode
from tests.extract import made
from tests.extract.conftest import Outcome, needs_tesseract

Read = Callable[..., Outcome]


def _text(outcome: Outcome) -> str:
    records, rejected = outcome
    assert not rejected
    (record,) = records
    assert record.kind == "document"
    assert record.text is not None
    return record.text


def test_the_text_layer_of_a_pdf(read_one: Read) -> None:
    records, _ = read_one("a.pdf", made.pdf([[made.TEXT]]))
    (record,) = records
    assert (record.text, record.meta, record.origin.page) == (made.TEXT, {"pages": 1}, 1)
    assert record.origin.reader == "documents.pdf"


def test_wrapped_lines_of_a_pdf_are_joined_by_where_they_end(read_one: Read) -> None:
    lines = ["The patient is a 54-year-old man who comes in with cough of two days and medi-", "cation for a follow-",
             "up of his hypertension.", "No fever.", "No chest pain."]  # fmt: skip
    text = _text(read_one("a.pdf", made.pdf([lines])))
    assert text.split("\n") == [
        "The patient is a 54-year-old man who comes in with cough of two days and medication for a follow-up of his "
        "hypertension.",
        "No fever.",
        "No chest pain.",
    ]


def test_paragraphs_go_on_over_pages_and_page_furniture_goes(read_one: Read) -> None:
    first = [
        "CITY CLINIC",
        "He was seen in the clinic and met the nurse, who found that his blood",
        "Page 1 of 2",
    ]
    second = ["CITY CLINIC", "pressure had fallen.", "Page 2 of 2"]
    assert _text(read_one("a.pdf", made.pdf([first, second]))) == (
        "CITY CLINIC\nHe was seen in the clinic and met the nurse, who found that his blood pressure had fallen."
    )


def test_what_is_filled_into_a_form_is_read(read_one: Read) -> None:
    from reportlab.pdfgen.canvas import Canvas

    file = io.BytesIO()
    canvas = Canvas(file, invariant=1)
    canvas.drawString(72, 700, "Current medicine:")
    canvas.acroForm.textfield(name="m", x=72, y=660, width=300, height=20, value="Lisinopril 10 mg")
    canvas.save()
    assert _text(read_one("a.pdf", file.getvalue())) == "Current medicine:\nLisinopril 10 mg"


def test_a_pdf_that_opens_without_a_password_is_read(read_one: Read) -> None:
    assert _text(read_one("a.pdf", made.encrypted_pdf(""))) == made.TEXT


def test_junk_before_and_after_a_pdf_is_passed_over(read_one: Read) -> None:
    assert _text(read_one("a.pdf", b"\r\n\r\n" + made.pdf() + b"\0" * 500)) == made.TEXT


@needs_tesseract
def test_pages_with_and_without_text_in_one_pdf(read_one: Read) -> None:
    import pypdfium2

    mixed = pypdfium2.PdfDocument(made.pdf([["Typed words."]]))
    mixed.import_pages(pypdfium2.PdfDocument(made.scanned_pdf([made.image(["Scanned words"])])))
    file = io.BytesIO()
    mixed.save(file)
    ((record,), _) = read_one("a.pdf", file.getvalue())
    assert record.text is not None
    assert record.text.split("\n") == ["Typed words.", "Scanned words"]
    assert (record.meta["pages"], record.meta["ocr_pages"]) == (2, 1)
    assert record.meta["confidence"] > 80


@needs_tesseract
def test_a_stamp_over_a_scan_does_not_pass_for_its_text(read_one: Read) -> None:
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(468, 144), invariant=1)
    canvas.drawImage(ImageReader(made.image(["Hemoglobin was normal"])), 0, 0, 468, 144)
    canvas.drawString(300, 20, "Received by fax")
    canvas.save()
    text = _text(read_one("a.pdf", file.getvalue()))
    assert "Hemoglobin was normal" in text
    assert "Received by fax" in text


@needs_tesseract
@pytest.mark.parametrize(("name", "format"), [("a.png", "PNG"), ("a.jpg", "JPEG"), ("a.tif", "TIFF"), ("a.bmp", "BMP")])
def test_images_of_every_format(read_one: Read, name: str, format: str) -> None:
    page = made.saved(made.image(["Hemoglobin was normal"]), format, dpi=(150, 150))
    ((record,), _) = read_one(name, page)
    assert record.text == "Hemoglobin was normal"
    assert record.meta["ocr_pages"] == 1


@needs_tesseract
@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16"])
def test_images_of_every_mode(read_one: Read, mode: str) -> None:
    from PIL import Image

    page = made.image(["Hemoglobin was normal"])
    if mode in ("RGBA", "LA"):
        # Black letters on nothing at all.
        ink = Image.new(mode, page.size, 0)
        ink.putalpha(page.point(lambda value: 255 - value))
        page = ink
    elif mode == "I;16":
        import numpy as np

        page = Image.fromarray(np.asarray(page).astype(np.uint16) * 257)
    else:
        page = page.convert(mode)
    assert _text(read_one("a.png", made.saved(page, "PNG", dpi=(150, 150)))) == "Hemoglobin was normal"


@needs_tesseract
def test_a_tiff_of_many_pages(read_one: Read) -> None:
    pages = [made.image([f"Finding number {number}"]) for number in ("one", "two", "three")]
    data = made.saved(pages[0], "TIFF", save_all=True, append_images=pages[1:], dpi=(150, 150), compression="tiff_lzw")
    ((record,), _) = read_one("a.tiff", data)
    assert record.text is not None
    assert record.text.split("\n") == ["Finding number one", "Finding number two", "Finding number three"]
    assert record.meta["pages"] == 3


@needs_tesseract
def test_a_photograph_stands_as_its_camera_says(read_one: Read) -> None:
    from PIL import Image

    page = made.image(["Hemoglobin was normal", "No fever was noted"]).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    assert _text(read_one("a.jpg", made.saved(page, "JPEG", exif=exif, dpi=(150, 150)))).startswith("Hemoglobin")


def test_docx_in_document_order_with_what_python_docx_leaves_out(read_one: Read) -> None:
    from docx import Document
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    document = Document()
    document.sections[0].header.paragraphs[0].text = "City Clinic"
    document.sections[0].footer.paragraphs[0].text = "Confidential"
    document.add_heading("Assessment", 1)
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ["Drug", "Dose", "Aspirin", "81 mg"], strict=True):
        cell.text = text
    table.cell(1, 1).add_table(1, 1).cell(0, 0).text = "daily"
    paragraph = document.add_paragraph("Deleted: ")
    for xml in (
        "<w:del {}><w:r><w:delText>gone</w:delText></w:r></w:del>",
        "<w:ins {}><w:r><w:t>inserted</w:t></w:r></w:ins>",
        "<w:sdt {}><w:sdtContent><w:r><w:t xml:space='preserve'> and controlled</w:t></w:r></w:sdtContent></w:sdt>",
        "<w:r {}><w:pict><w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>",
    ):
        paragraph._p.append(parse_xml(xml.format(nsdecls("w"))))
    control = "<w:sdt {}><w:sdtContent><w:p><w:r><w:t>block control</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    document.element.body.insert(len(document.element.body) - 1, parse_xml(control.format(nsdecls("w"))))
    file = io.BytesIO()
    document.save(file)
    assert _text(read_one("a.docx", file.getvalue())).split("\n") == [
        "City Clinic", "Assessment", "Drug | Dose", "Aspirin | 81 mg daily", "Deleted: inserted and controlled",
        "boxed", "block control", "Confidential",
    ]  # fmt: skip


def test_entities_of_a_docx_do_not_swell(read_one: Read) -> None:
    import zipfile

    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "lol">{levels}]>'
    bomb += '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>'
    bomb += "&e9;</w:t></w:r></w:p></w:body></w:document>"
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made.docx())) as source, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            target.writestr(part, bomb if part == "word/document.xml" else source.read(part))
    records, rejected = read_one("a.docx", file.getvalue())
    assert not records
    assert [found.reason for found in rejected] in ([reasons.DAMAGED], [reasons.NO_TEXT])


def test_rtf_with_its_code_page_unicode_and_table(read_one: Read) -> None:
    data = made.rtf(r"Caf\'e9 visit", r"Temp\u233? 38 \{C\}", r"Drug\cell Dose\cell\row", r"\u-10179?\u-8704? smile")
    assert _text(read_one("a.rtf", data)).split("\n") == [
        "Café visit", "Tempé 38 {C}", "Drug | Dose", "", "\N{GRINNING FACE} smile",
    ]  # fmt: skip


def test_html_as_a_reader_sees_it(read_one: Read) -> None:
    page = b"""<!DOCTYPE html><html><head><title>No</title><style>p {}</style></head><body>
    <h1>Discharge</h1><p>The <b>patient</b>
    is&nbsp;well.<br>No fever.</p><script>alert(1)</script>
    <table><tr><th>Drug</th><th>Dose</th></tr><tr><td>Aspirin</td><td>81 mg</td></tr></table>
    <ul><li>Rest</li><li>Fluids</li></ul></body></html>"""
    assert _text(read_one("a.html", page)).split("\n") == [
        "Discharge", "The patient is well.", "No fever.", "Drug | Dose", "Aspirin | 81 mg", "Rest", "Fluids",
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "latin-1"])
def test_text_in_the_encodings_of_record_systems(read_one: Read, encoding: str) -> None:
    text = "Señora Müller, 54, was seen by Dr. Béla Nagy. Température 38.2 °C, dose 50 µg, weight ½ of before."
    assert _text(read_one("a.txt", text.encode(encoding))) == text


def test_quotes_of_windows(read_one: Read) -> None:
    text = "The patient “feels fine” – no change… it’s stable, and the doctor’s plan goes on as before."
    assert _text(read_one("a.txt", text.encode("cp1252"))) == text


def test_characters_are_cleaned() -> None:
    assert clean("e\u0301 ﬁne ﬂow\u00a0x\u200b\u00ad y\x07\r\nz\x0cw\rv") == "é fine flow x y\nz\nw\nv"


def test_bytes_that_are_no_text_are_not_guessed_at() -> None:
    from stages.extract.reader import Unreadable

    with pytest.raises(Unreadable, match=reasons.BINARY):
        decode(b"\x00\xff\xfe\x00 abc")


def test_a_document_without_an_ending_is_read_by_its_content(read_one: Read) -> None:
    assert _text(read_one("report", made.pdf())) == made.TEXT
    assert _text(read_one("note", made.TEXT.encode())) == made.TEXT


def test_the_letters_bm_do_not_make_a_picture(read_one: Read) -> None:
    assert _text(read_one("a.txt", b"BMI 31 was measured today.")) == "BMI 31 was measured today."
    assert _text(read_one("b.txt", b"MZ twins, both well.")) == "MZ twins, both well."


def test_a_dialogue_file(read_one: Read) -> None:
    ((record,), rejected) = read_one("a.txt", b"Doctor: Hello.\nPatient: Hi,\nthere.", reader="dialogues")
    assert not rejected
    assert (record.kind, record.text) == ("dialogue", None)
    assert [(turn.speaker, turn.text) for turn in record.turns] == [("doctor", "Hello."), ("patient", "Hi, there.")]


def test_a_pdf_among_dialogues_is_quarantined(read_one: Read) -> None:
    _, rejected = read_one("a.pdf", made.pdf(), reader="dialogues")
    assert [found.reason for found in rejected] == [reasons.UNSUPPORTED]
