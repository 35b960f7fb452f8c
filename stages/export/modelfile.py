"""An Ollama Modelfile whose template is the one that the model was trained with.

A prompt that is worded otherwise than in training is the commonest fault of a deployed fine-tune. So the template is
not written down a second time: `stages.models.prompts.render` renders an example of placeholders, and what it wrote
becomes the Go template (docs.ollama.com/modelfile, "TEMPLATE").
"""

from __future__ import annotations

from typing import Any

from stages.models.prompts import render
from stages.params.task import Task
from stages.records import Example

# Of Unicode's private use: no template holds them or trims them.
_SYSTEM, _PROMPT, _RESPONSE = "\ue001", "\ue002", "\ue003"
_FIELDS = {_SYSTEM: "{{ .System }}", _PROMPT: "{{ .Prompt }}", _RESPONSE: "{{ .Response }}"}


def modelfile(tokenizer: Any, task: Task, most_new_tokens: int, context: int) -> str:
    """The Modelfile of a folder of merged weights: template, system prompt, stop, and greedy decoding as evaluated.

    Raises `ValueError` when the chat template changes what it is given, so that no Go template can say the same, or
    holds three double quotes, which end a text of a Modelfile.
    """
    parts = [
        "# In this folder: ollama create NAME -f Modelfile",
        "# An Ollama that takes no safetensors of this kind any more wants a GGUF file here, which llama.cpp's",
        "# convert_hf_to_gguf.py makes of this folder; FROM then names it.",
        f"# {_how_to_ask(tokenizer)}",
        "FROM .",
        f"TEMPLATE {_quoted(template(tokenizer))}",
    ]
    if task.system:
        parts.append(f"SYSTEM {_quoted(task.system)}")
    parts += [
        f'PARAMETER stop "{tokenizer.eos_token}"',
        "PARAMETER temperature 0",
        "PARAMETER repeat_penalty 1",
        f"PARAMETER num_predict {most_new_tokens}",
        f"PARAMETER num_ctx {context}",
    ]
    return "\n".join(parts) + "\n"


def template(tokenizer: Any) -> str:
    """The Go template over `.System`, `.Prompt` and `.Response` that says what training rendered."""
    asked = {system: _rendered(tokenizer, system) for system in (_SYSTEM, "")}
    return f"{{{{ if .System }}}}{asked[_SYSTEM]}{{{{ else }}}}{asked['']}{{{{ end }}}}"


def _rendered(tokenizer: Any, system: str) -> str:
    text = "".join(render(Example("", "", "", _PROMPT, _RESPONSE, system=system), tokenizer))
    for field in filter(None, (system, _PROMPT, _RESPONSE)):
        if text.count(field) != 1:
            raise ValueError(f"the chat template repeats or drops {_FIELDS[field]}; a Modelfile cannot say the same")
    # A runtime puts the first token before the prompt itself, as the tokenizer does where there is no chat template.
    first = tokenizer.bos_token
    if first and tokenizer("")["input_ids"][:1] == [tokenizer.bos_token_id]:
        text = text.removeprefix(first)
    text = text.replace("{{", '{{ "{{" }}')
    for field, name in _FIELDS.items():
        text = text.replace(field, name)
    return text


def _how_to_ask(tokenizer: Any) -> str:
    if tokenizer.chat_template:
        return "Ask with the instruction, an empty line and the input."
    return "Ask with the instruction; where there is input, an empty line, `### Input:` on a line, and the input."


def _quoted(text: str) -> str:
    if '"""' in text:
        raise ValueError("a text of a Modelfile cannot hold three double quotes; change the chat template or `system`")
    return f'"""{text}"""'
