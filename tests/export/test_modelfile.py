"""A Modelfile asks in the words of training, whatever the chat template is."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from stages.export.modelfile import modelfile
from stages.models.prompts import render
from stages.params.task import Task
from stages.records import Example
from tests.models.test_prompts import CHATML, EXAMPLE, LLAMA2, SILENT, tokenizer

LLAMA3 = (
    "{% for m in messages %}{% set content = '<|start_header_id|>' + m['role'] + '<|end_header_id|>\n\n' "
    "+ m['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}"
    "{{ content }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)
BRACES = "{% for m in messages %}{{ '{{' }}{{ m.role }}}}{{ m.content }}{{ eos_token }}{% endfor %}"
TEMPLATES = {"none": None, "chatml": CHATML, "llama2": LLAMA2, "llama3": LLAMA3, "silent": SILENT, "braces": BRACES}
TASK = Task(template="hpi", sources=["visits"], base="b", base_path="models/base/b", metrics=["rougeL"])


def parsed(text: str) -> dict[str, str]:
    """The instructions of a Modelfile, by name, as Ollama's parser takes them apart: quotes hold lines together."""
    found = re.findall(r'^(FROM|TEMPLATE|SYSTEM|PARAMETER \w+) (?:"""(.*?)"""|"([^"\n]*)"|(.*?))$', text, re.M | re.S)
    assert all(line.startswith("#") for line in text.split("FROM")[0].splitlines())
    return {name: quoted or one or bare for name, quoted, one, bare in found}


def run(template: str, system: str, prompt: str, response: str) -> str:
    """What Go's text/template makes of such a template."""
    chosen = re.fullmatch(r"\{\{ if \.System \}\}(.*)\{\{ else \}\}(.*)\{\{ end \}\}", template, re.S)
    assert chosen is not None
    text = chosen.group(1 if system else 2)
    values = {".System": system, ".Prompt": prompt, ".Response": response, '"{{"': "{{"}
    return re.sub(r"\{\{ (\.\w+|\"\{\{\") \}\}", lambda found: values[found.group(1)], text)


def asked(example: Example, chat: bool) -> str:
    """One prompt of an example's instruction and input, as the comment in the Modelfile says."""
    between = "\n\n" if chat else "\n\n### Input:\n"
    return example.instruction + (between + example.input if example.input else "")


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("system", ["", "You are a scribe."])
@pytest.mark.parametrize("text", ["", "Doctor: Hello.\nPatient: 120/80 {mmHg}."])
def test_it_renders_what_training_rendered(name: str, system: str, text: str) -> None:
    made = tokenizer(TEMPLATES[name])
    example = replace(EXAMPLE, system=system, input=text)
    template = parsed(modelfile(made, TASK, 160, 1024))["TEMPLATE"]
    said = run(template, system, asked(example, made.chat_template is not None), example.response)
    assert said == "".join(render(example, made))


def test_the_first_token_is_left_to_a_runtime_that_adds_it() -> None:
    from tokenizers.processors import TemplateProcessing

    made = tokenizer(LLAMA3)
    made.backend_tokenizer.post_processor = TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    template = parsed(modelfile(made, TASK, 160, 1024))["TEMPLATE"]
    said = run(template, "Be brief.", asked(EXAMPLE, chat=True), EXAMPLE.response)
    assert "<s>" + said == "".join(render(replace(EXAMPLE, system="Be brief."), made))
    assert "<s>" not in template


def test_it_decodes_and_stops_as_evaluated() -> None:
    task = TASK.model_copy(update={"system": 'You say "no" at times.'})
    found = parsed(modelfile(tokenizer(CHATML, "<|im_end|>"), task, 160, 1024))
    assert {name: value for name, value in found.items() if name != "TEMPLATE"} == {
        "FROM": ".",
        "SYSTEM": 'You say "no" at times.',
        "PARAMETER stop": "<|im_end|>",
        "PARAMETER temperature": "0",
        "PARAMETER repeat_penalty": "1",
        "PARAMETER num_predict": "160",
        "PARAMETER num_ctx": "1024",
    }
    assert "SYSTEM" not in parsed(modelfile(tokenizer(CHATML), TASK, 160, 1024))


@pytest.mark.parametrize(("template", "said"), [
    ("{% for m in messages %}{{ m.content }}{{ m.content }}{% endfor %}", r"repeats or drops \{\{ .System \}\}"),
    ("{{ messages[0].content }}{{ messages[-1].content }}", r"repeats or drops \{\{ .Prompt \}\}"),
    ("{% for m in messages %}\"\"\"{{ m.content }}{% endfor %}", "three double quotes"),
])  # fmt: skip
def test_what_ollama_cannot_say_is_refused(template: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        modelfile(tokenizer(template), TASK, 160, 1024)
