"""`augment`: new training examples from old."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from stages.params.section import Section

MODELS = {"back_translation": 2, "paraphrase": 1, "contextual": 1}


class Umls(Section):
    """Which names of a UMLS release (licensed by NLM to each user, never shipped) are taken for synonyms."""

    languages: list[str] = Field(["ENG"], min_length=1, description="LAT of MRCONSO: ENG, SPA, ...")
    sources: list[str] = Field(default_factory=list, description="SAB of MRCONSO: MSH, SNOMEDCT_US, ...; empty is all.")
    types: list[Annotated[str, Field(pattern=r"^T[0-9]{3}$")]] = Field(
        default_factory=list, description="Semantic types (TUI of MRSTY, which lies beside MRCONSO); empty is all."
    )
    relations: list[Literal["SY"]] = Field(
        default_factory=list, description="REL of MRREL, which lies beside MRCONSO, that make two concepts one thing."
    )


class Operator(Section):
    """One way to make a child of an example."""

    kind: Literal[
        "synonyms", "insertion", "deletion", "keyboard", "ocr", "back_translation", "paraphrase", "contextual"
    ] = Field(description="What is done to the input, or the instruction where there is none; never to the response.")
    tasks: list[str] = Field(min_length=1, description="Tasks whose training examples get children.")
    children: int = Field(1, ge=1, description="Tries for each parent.")
    rate: float = Field(
        0.1, gt=0, le=1, description="Share of the eligible places that are changed: words, or sentences for seq2seq."
    )
    table: str | None = Field(
        None, description="Of synonyms: a CSV of term and synonym, or UMLS MRCONSO.RRF, gzipped or not."
    )
    umls: Umls | None = Field(None, description="Of a table of UMLS: which of its names count.")
    models: list[str] = Field(
        default_factory=list,
        description="Folders, or hub names with a pinned revision (name@revision): there and back again for "
        "back_translation, one for paraphrase (both seq2seq), a masked or causal one for contextual.",
    )
    prompts: list[str] = Field(
        default_factory=list,
        description="What each seq2seq model wants before a sentence, one a model: `paraphrase: ` of a T5, `>>fra<< ` "
        "of a Marian of several languages; empty is nothing.",
    )

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        if (self.table is not None) != (self.kind == "synonyms"):
            raise ValueError("`table` belongs to kind synonyms, which needs one, and to no other")
        if len(self.models) != (needed := MODELS.get(self.kind, 0)):
            raise ValueError(f"kind {self.kind} takes {needed} models, found {len(self.models)}")
        if self.umls is not None and not str(self.table).upper().endswith((".RRF", ".RRF.GZ")):
            raise ValueError("`umls` belongs to a table of UMLS (MRCONSO.RRF or MRCONSO.RRF.gz) and to no other")
        if self.prompts and (self.kind == "contextual" or len(self.prompts) != needed):
            raise ValueError(f"`prompts` are for seq2seq models, one each: found {len(self.prompts)}")
        return self


class Augment(Section):
    """Operators on training examples, guarded and open to review."""

    operators: dict[str, Operator] = Field(default_factory=dict, description="Name -> operator.")
    terms: str = Field("data/lexicon/medical_terms.txt", description="Terms that no child may lose, gain or change.")
    names: str = Field(
        "data/lexicon/synonyms.csv", description="Names that mean one thing to the guard: term, synonym."
    )
    review: str = Field("data/review/augment.csv", description="The ledger in which people accept or reject children.")
    sample: int = Field(40, ge=0, description="Children that `python -m stages.augment review` puts on the ledger.")
    riskiest: float = Field(
        0.5, ge=0, le=1, description="Share of them that are the riskiest (docs/review.md); the others go by chance."
    )
