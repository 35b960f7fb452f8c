"""How an example reads to a language model: the one place where prompts are worded.

Training, evaluation and the preview all render here, so that a model is asked in the words it was trained on. Tokenize
both strings with `stages.models.text.tokenize`.
"""

from __future__ import annotations

from typing import Any

from stages.records import Example


def render(example: Example, tokenizer: Any) -> tuple[str, str]:
    """The prompt of an example and its completion, which ends with the end-of-sequence token.

    Uses the tokenizer's chat template where it has one, else the headed form of Alpaca (Taori et al. 2023). Raises
    `ValueError` when the tokenizer has no end-of-sequence token or its template leaves the answer out.
    """
    if not tokenizer.eos_token:
        raise ValueError("the tokenizer has no end-of-sequence token, so no answer would ever stop")
    if tokenizer.chat_template:
        return _chat(example, tokenizer)
    return headed(example), example.response + tokenizer.eos_token


def headed(example: Example) -> str:
    """The prompt of a model without a chat template: system text, `### Instruction:`, `### Input:`, `### Response:`."""
    parts = [example.system, f"### Instruction:\n{example.instruction}"]
    if example.input:
        parts.append(f"### Input:\n{example.input}")
    return "\n\n".join([*filter(None, parts), "### Response:\n"])


def _chat(example: Example, tokenizer: Any) -> tuple[str, str]:
    messages = _messages(example, tokenizer)
    prompt = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    answered = [*messages, {"role": "assistant", "content": example.response}]
    whole = tokenizer.apply_chat_template(answered, tokenize=False)
    # A template may trim the answer or give it other marks than the generation prompt; the answer itself is then used.
    tail = whole[len(prompt) :] if whole.startswith(prompt) else example.response
    if example.response.strip() not in tail:
        raise ValueError("the tokenizer's chat template does not render the assistant's answer; correct the template")
    tail = tail.rstrip()
    return prompt, tail if tail.endswith(tokenizer.eos_token) else tail + tokenizer.eos_token


def _messages(example: Example, tokenizer: Any) -> list[dict[str, str]]:
    asked = "\n\n".join(filter(None, (example.instruction, example.input)))
    if not example.system:
        return [{"role": "user", "content": asked}]
    if _takes_system(tokenizer):
        return [{"role": "system", "content": example.system}, {"role": "user", "content": asked}]
    return [{"role": "user", "content": f"{example.system}\n\n{asked}"}]


def _takes_system(tokenizer: Any) -> bool:
    """Whether the chat template renders a system message; some refuse it, others leave it out without a word."""
    from jinja2.exceptions import TemplateError

    probe = [{"role": "system", "content": "SYSTEM-PROBE"}, {"role": "user", "content": "question"}]
    try:
        return "SYSTEM-PROBE" in tokenizer.apply_chat_template(probe, tokenize=False, add_generation_prompt=True)
    except TemplateError:
        return False
