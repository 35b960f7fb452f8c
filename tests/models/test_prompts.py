"""Prompts with and without chat templates, on real tokenizers."""

from __future__ import annotations

import pytest

from stages.models.prompts import headed, render
from stages.records import Example

EXAMPLE = Example("e", "hpi", "g", "Write the HPI.", "HPI: Cough.", "Doctor: Hello.", "You are a scribe.")
LLAMA2 = (
    "{{ bos_token }}{% for m in messages %}"
    "{% if m.role == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
    "{% if m.role == 'user' %}[INST] {{ m.content }} [/INST]{% else %} {{ m.content }}{{ eos_token }}{% endif %}"
    "{% endfor %}"
)
CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SILENT = (
    "{% for m in messages %}{% if m.role != 'system' %}<{{ m.role }}>{{ m.content }}{{ eos_token }}\n{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}"
)


def tokenizer(template: str | None, eos: str | None = "</s>"):
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    core = Tokenizer(models.WordLevel({"<unk>": 0, "<s>": 1, "</s>": 2, "<|im_end|>": 3}, unk_token="<unk>"))
    core.pre_tokenizer = pre_tokenizers.Whitespace()
    made = PreTrainedTokenizerFast(tokenizer_object=core, unk_token="<unk>", bos_token="<s>", eos_token=eos)
    made.chat_template = template
    return made


def test_without_a_chat_template() -> None:
    prompt, completion = render(EXAMPLE, tokenizer(None))
    assert prompt == (
        "You are a scribe.\n\n### Instruction:\nWrite the HPI.\n\n### Input:\nDoctor: Hello.\n\n### Response:\n"
    )
    assert prompt == headed(EXAMPLE)
    assert completion == "HPI: Cough.</s>"


def test_without_system_and_input_no_empty_heads() -> None:
    bare = Example("e", "f", "g", "What is croup?", "A cough.")
    assert render(bare, tokenizer(None))[0] == "### Instruction:\nWhat is croup?\n\n### Response:\n"


def test_a_template_that_refuses_a_system_message_gets_it_in_the_question() -> None:
    prompt, completion = render(EXAMPLE, tokenizer(LLAMA2))
    assert prompt == "<s>[INST] You are a scribe.\n\nWrite the HPI.\n\nDoctor: Hello. [/INST]"
    assert completion == " HPI: Cough.</s>"


def test_a_template_that_leaves_a_system_message_out_gets_it_in_the_question() -> None:
    prompt, completion = render(EXAMPLE, tokenizer(SILENT))
    assert prompt == "<user>You are a scribe.\n\nWrite the HPI.\n\nDoctor: Hello.</s>\n<assistant>"
    assert completion == "HPI: Cough.</s>"


@pytest.mark.parametrize(("eos", "end"), [("<|im_end|>", "<|im_end|>"), ("</s>", "<|im_end|></s>")])
def test_the_completion_ends_with_the_end_token(eos: str, end: str) -> None:
    prompt, completion = render(EXAMPLE, tokenizer(CHATML, eos))
    assert prompt.startswith("<|im_start|>system\nYou are a scribe.<|im_end|>\n<|im_start|>user\nWrite the HPI.")
    assert prompt.endswith("<|im_start|>assistant\n")
    assert completion == f"HPI: Cough.{end}"


def test_a_tokenizer_without_an_end_token_is_refused() -> None:
    with pytest.raises(ValueError, match="no end-of-sequence token"):
        render(EXAMPLE, tokenizer(None, None))


def test_a_template_that_leaves_the_answer_out_is_refused() -> None:
    with pytest.raises(ValueError, match="does not render the assistant's answer"):
        render(EXAMPLE, tokenizer("{{ messages[0].content }}"))


def test_the_preview_marks_exactly_the_completion() -> None:
    from stages.structure.preview import LOSS, shown

    text = shown(EXAMPLE, tokenizer(None))
    marked = "".join(text.plain[span.start : span.end] for span in text.spans if span.style in LOSS)
    assert marked.endswith("</s>")
    assert "Instruction" not in marked
