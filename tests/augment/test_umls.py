"""Release files of UMLS, made here in the published order of columns; no content of UMLS is among them."""

from __future__ import annotations

import gzip
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.augment.umls import read_umls
from stages.params.augment import Operator, Umls

NAMES = [  # concept, language, source, name, suppressed
    ("C1", "ENG", "MSH", "Common cold", "N"),
    ("C1", "ENG", "SNO", "Cold", "N"),
    ("C1", "ENG", "SNO", "Acute coryza", "N"),
    ("C1", "SPA", "SNO", "Resfriado común", "N"),
    ("C2", "ENG", "MSH", "cold", "N"),
    ("C3", "ENG", "MSH", "Renal stone", "N"),
    ("C3", "ENG", "SNO", "Kidney stone", "N"),
    ("C3", "ENG", "SNO", "Stone of kidney", "O"),
    ("C4", "ENG", "MSH", "Nephrolith", "N"),
]
WANTED = {"common cold", "cold", "kidney stone"}


@pytest.fixture
def conso(tmp_path: Path) -> Path:
    lines = [f"{c}|{lat}|P|L|PF|S|Y|A||||{sab}|PT|D|{name}|0|{gone}||\n" for c, lat, sab, name, gone in NAMES]
    (tmp_path / "MRSTY.RRF").write_text("C1|T047|B2|Disease or Syndrome|AT1||\nC3|T190|A1|Abnormality|AT2||\n")
    (tmp_path / "MRREL.RRF").write_text(
        "C4|A|AUI|SY|C3|A|AUI||R1||MSH|MSH|||N||\nC1|A|AUI|RO|C3|A|AUI||R2||M|M|||N||\n"
    )
    path = tmp_path / "MRCONSO.RRF"
    path.write_text("".join(lines), encoding="utf-8")
    return path


def test_ambiguous_and_suppressed_names_are_out(conso: Path) -> None:
    assert read_umls(conso, Umls(), WANTED) == (("Common cold", "Acute coryza"), ("Renal stone", "Kidney stone"))


@pytest.mark.parametrize(
    ("declared", "groups"),
    [
        (Umls(types=["T047"]), (("Common cold", "Acute coryza"),)),
        (Umls(types=["T190"]), (("Renal stone", "Kidney stone"),)),
        (Umls(sources=["MSH"]), ()),
        (Umls(sources=["SNO"]), ()),
        (Umls(languages=["ENG", "SPA"], types=["T047"]), (("Common cold", "Acute coryza", "Resfriado común"),)),
        (Umls(relations=["SY"], types=["T190"]), (("Renal stone", "Kidney stone"),)),
        (
            Umls(relations=["SY"]),
            (("Common cold", "Acute coryza"), ("Renal stone", "Kidney stone", "Nephrolith")),
        ),
    ],
)
def test_types_languages_sources_and_relations(conso: Path, declared: Umls, groups: object) -> None:
    assert read_umls(conso, declared, WANTED) == groups


def test_gzipped_files_give_the_same(conso: Path) -> None:
    declared = Umls(types=["T190", "T047"])
    plain = read_umls(conso, declared, WANTED)
    for path in (conso, conso.parent / "MRSTY.RRF"):
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    assert read_umls(conso.with_name("MRCONSO.RRF.gz"), declared, WANTED) == plain


def test_a_file_that_is_cut_off_or_missing_is_named(conso: Path) -> None:
    cut = conso.with_name("MRCONSO.RRF.gz")
    cut.write_bytes(gzip.compress(conso.read_bytes())[:-12])
    with pytest.raises(ValueError, match=r"MRCONSO\.RRF\.gz: after line \d+: EOFError"):
        read_umls(cut, Umls(), WANTED)
    (conso.parent / "MRSTY.RRF").write_text("C1|T047|B2\n")
    with pytest.raises(ValueError, match=r"MRSTY\.RRF:1: expected 6 fields between bars, found 3"):
        read_umls(conso, Umls(types=["T047"]), WANTED)
    (conso.parent / "MRSTY.RRF").unlink()
    with pytest.raises(FileNotFoundError, match=r"no MRSTY\.RRF and no MRSTY\.RRF\.gz beside MRCONSO\.RRF"):
        read_umls(conso, Umls(types=["T047"]), WANTED)


def test_umls_is_declared_with_its_own_table_alone() -> None:
    with pytest.raises(ValueError, match="`umls` belongs to a table of UMLS"):
        Operator(kind="synonyms", tasks=["hpi"], table="x.csv", umls=Umls())
    with pytest.raises(ValueError, match="pattern"):
        Umls(types=["Disease"])


ROWS = st.tuples(
    st.sampled_from(["C1", "C2", "C3", "C4"]),
    st.sampled_from(["cold", "Cold", "cough", "ague", "flu"]),
    st.sampled_from(["N", "O", "Y", "E"]),
)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(ROWS, max_size=20), wanted=st.sets(st.sampled_from(["cold", "cough", "ague"])))
def test_no_name_stands_for_two_things_and_none_is_suppressed(
    rows: list[tuple[str, str, str]], wanted: set[str]
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "MRCONSO.RRF"
        path.write_text("".join(f"{c}|ENG|P|L|PF|S|Y|A||||M|PT|D|{n}|0|{g}||\n" for c, n, g in sorted(rows)))
        groups = read_umls(path, Umls(), wanted)
    current = [(concept, name.lower()) for concept, name, gone in rows if gone == "N"]
    for group in groups:
        lower = [name.lower() for name in group]
        assert len(set(lower)) == len(lower) > 1
        concepts = {concept for concept, name in current if name in lower}
        assert len(concepts) == 1
        assert all({c for c, n in current if n == name} == concepts for name in lower)
        assert wanted & {name for concept, name in current if concept in concepts}
