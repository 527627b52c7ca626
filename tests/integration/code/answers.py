"""Sixty answers to one question, each with a right program inside, as models write them: what a reading must find.

The question: `f(values)` gives the sum of the squares of the even ones. Programs are right in all of them; what differs
is what stands around.
"""

from __future__ import annotations

STUB = 'import math\n\n\ndef f(values):\n    """The sum of the squares of the even values."""\n'
BODY = "    total = 0\n    for n in values:\n        if n % 2 == 0:\n            total += n**2\n    return total\n"
CODE = f"def f(values):\n{BODY}"
SHORT = "def f(values):\n    return sum(value**2 for value in values if value % 2 == 0)\n"
HELPED = (
    "import math\n\n\ndef square(value):\n    return int(math.pow(value, 2))\n\n\n"
    "def f(values):\n    return sum(square(value) for value in values if value % 2 == 0)\n"
)
INDENTED = "".join(f"    {line}\n" for line in CODE.splitlines())
PROSE = "This function goes through the values, keeps those that are even, and adds up their squares."

WITHOUT_STUB: dict[str, str] = {
    "fenced": f"```python\n{CODE}```",
    "fenced_in_prose": f"Sure! Here it is:\n\n```python\n{CODE}```\n\n{PROSE}",
    "bare": CODE,
    "helper_before": f"```python\n{HELPED}```",
    "sentence_then_bare": f"Sure, here is the function.\n\n{CODE}",
    "colon_then_bare": f"Here is the function:\n{CODE}",
    "bare_then_prose": f"{CODE}\n{PROSE}\n",
    "bare_between_prose": f"Here is a solution:\n\n{CODE}\nThis works because even numbers leave no remainder.\n",
    "helper_between_prose": f"I would write:\n\n{HELPED}\n{PROSE}\n",
    "bare_then_cut_example": f"{CODE}\nprint(f([1, 2,",
    "bare_then_cut_string": f"{CODE}\nprint('the result is",
    "bare_then_cut_function": f"{CODE}\ndef test_f():\n    assert f([2]) ==",
    "bare_then_cut_docstring": f'{CODE}\n"""\nExamples:\n    f([2]) gives',
    "bare_then_heading": f"{CODE}\n### Explanation\n\n1. We start from zero.\n2. We add the squares.\n",
    "bare_then_list": f"{CODE}\n- It takes a list\n- It gives a number\n",
    "failing_example": f"```python\n{CODE}\nassert f([1, 2, 3]) == 14\n```",
    "failing_print": f"```python\n{CODE}\nprint(f(None))\n```",
    "reads_input": f"```python\n{CODE}\nvalues = list(map(int, input().split()))\nprint(f(values))\n```",
    "main_guard": f'```python\n{CODE}\nif __name__ == "__main__":\n    print(f([1, 2]))\n```',
    "main_guard_of_stdin": f"```python\nimport sys\n\n\n{CODE}\nif True:\n    print(f(sys.argv[7]))\n```",
    "unclosed": f"```python\n{CODE}",
    "unclosed_then_prose": f"```python\n{CODE}\nThis function adds up squares of even values.",
    "unclosed_after_sentence": f"Of course:\n```python\n{CODE}\nLet me explain what happens here.",
    "closed_by_two": f"```python\n{CODE}``\nThat is it.",
    "only_the_end": f"{CODE}```\n\n{PROSE}",
    "only_the_end_after_sentence": f"Here:\n{CODE}```",
    "stray_end_token": f"{CODE}<|im_end|>",
    "stray_end_token_in_fence": f"```python\n{CODE}<|endoftext|>\n```",
    "stray_sentence_end": f"```python\n{CODE}```</s>",
    "bare_sentence_end": f"{CODE}</s>",
    "stray_turn": f"{CODE}<end_of_turn>\n",
    "stray_begin": f"<|im_start|>assistant\n{CODE}<|im_end|>",
    "stray_inst": f"[INST]\n{CODE}[/INST]",
    "byte_order_mark": f"\ufeff{CODE}",
    "byte_order_mark_in_fence": f"```python\n\ufeff{CODE}```",
    "zero_width": "```python\n" + CODE.replace("return total", "return\u200b total") + "```",
    "language_with_file": f"```python:main.py\n{CODE}```",
    "language_with_path": f"```python:src/main.py {{lines}}\n{CODE}```",
    "language_cython": f"```Python_3\n{CODE}```",
    "language_code": f"```code\n{CODE}```",
    "language_text": f"```text\n{CODE}```",
    "language_ipython": f"```ipython\n{CODE}```",
    "language_on_next_line": f"```\npython\n{CODE}```",
    "language_twice": f"```python\npython\n{CODE}```",
    "imported_later": f"```python\n{CODE}```\nUse it so:\n```python\nfrom solution import f\n\nprint(f([1, 2]))\n```",
    "stub_recapped": f"```python\n{CODE}```\nIts signature:\n```python\ndef f(values):\n    ...\n```",
    "docstring_recapped": f'```python\n{CODE}```\nSo:\n```python\ndef f(values):\n    """Adds."""\n    pass\n```',
    "stub_first": f"The signature is\n```python\ndef f(values):\n    pass\n```\nand the whole\n```python\n{CODE}```",
    "output_shown": f"```python\n{CODE}```\nOutput:\n```\nf = 4\n```",
    "notebook": f"```python\n{CODE}```\n```pycon\n>>> f([2])\n4\n```",
    "quoted_further_in": f"The function:\n\n{INDENTED}\nThat is all.",
    "indented_in_fence": f"```python\n{INDENTED}```",
    "corrected": f"```python\ndef f(values):\n    return 0\n```\nRather:\n```python\n{CODE}```",
    "thought_aloud": f"<think>\nEven values, squares.\n</think>\n{CODE}",
    "shell_beside": f"```bash\npip install nothing\n```\n\n{CODE}\nRun it.",
    "html": f"<p>Here</p>\n{SHORT}<p>done</p>",
}
"""By name: answers to a question in words."""

WITH_STUB: dict[str, str] = {
    "body": BODY,
    "body_then_prose": f"{BODY}\n{PROSE}\n",
    "body_then_fence": f"{BODY}```\n\n{PROSE}\n",
    "body_then_next_function": f"{BODY}\n\ndef g(values):\n    return f(values",
}
"""By name: answers that continue STUB."""

NOT_BY_EVALPLUS = frozenset(
    "byte_order_mark byte_order_mark_in_fence zero_width reads_input quoted_further_in indented_in_fence".split()
)
"""What `evalplus.sanitize` 0.3.1 recovers no passing program from; from the 54 others it does."""
