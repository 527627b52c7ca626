"""Where a program begins and ends in a completion: a closed fence never spoils code, and nothing mends broken code."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassbox.harness.code.completion import blocks, context, defines, fenced, read_program

CODE = "def f(x):\n    return x\n"
HELPER_FIRST = "def helper(x):\n    return x\n\n\ndef f(x):\n    return helper(x)\n"
STUB = 'import math\n\n\ndef root(x):\n    return math.sqrt(x)\n\n\ndef f(x):\n    """Twice the root."""\n'


def code(completion: str, stub: str = "") -> str | None:
    return read_program(completion, "f", stub).code


@pytest.mark.parametrize(
    "completion",
    [
        f"```python\n{CODE}```",
        f"```py\n{CODE}```",
        f"```Python3\n{CODE}```",
        f"```python3.11\n{CODE}```",
        f"```{{.python}}\n{CODE}```",
        f"``` python title='f.py'\n{CODE}```",
        f"```\n{CODE}```",
        f"~~~python\n{CODE}~~~",
        f"~~~\n{CODE}~~~~",
        f"````python\n{CODE}````",
        f"```python\n{CODE}```  \n\nThis returns x; don't worry.",
        f"Here it is:\n\n```python\n{CODE}```\n\nIt's done.",
        f"```python\n{CODE}",
        f"~~~py\n{CODE}",
        f"```bash\npip install x\n```\n```python\n{CODE}```",
        f"```python\n{CODE}```\nUse:\n```python\nprint(f(1))\n```",
        f"```python\nimport os\n```\n```python\n{CODE}```\n```\nf(1) -> 1\n```",
        f"```python\ndef f(x):\n    return 0\n```\nNo, rather:\n```python\n{CODE}```",
        CODE,
    ],
)
def test_the_same_program_is_found_however_it_is_fenced(completion: str) -> None:
    assert code(completion) == CODE


def test_windows_line_ends_stay_and_are_no_obstacle() -> None:
    assert code("```python\r\ndef f(x):\r\n    return x\r\n```\r\n") == "def f(x):\r\n    return x\r\n"


def test_a_fence_in_a_list_takes_its_indentation_off_the_code() -> None:
    assert code(f"1. Write it:\n   ```python\n   {CODE.replace(chr(10), chr(10) + '   ').rstrip()}\n   ```\n") == CODE
    assert code("- ```python\n  def f(x):\n      return x\n  ```\n") == CODE


def test_a_fence_inside_a_string_closes_nothing() -> None:
    indented = 'def f(x):\n    """Say:\n    ```\n    f(1)\n    ```\n    """\n    return x\n'
    margin = 'def f(x):\n    """Say:\n```\nf(1)\n```\n    """\n    return x\n'
    for program in (indented, margin, margin.replace('"""', "'''")):
        assert code(f"```python\n{program}```\nThat's it.") == program


def test_a_string_that_never_ends_does_not_swallow_the_blocks_after_it() -> None:
    broken = 'def g(:\n    """never closed\n'
    assert code(f"```python\n{broken}```\nor\n```python\n{CODE}```") == CODE
    assert [block.content for block in blocks(f'```python\n{broken}```\n```python\nx = """y"""\n```')] == [
        broken,
        'x = """y"""\n',
    ]


def test_quotes_in_comments_and_strings_open_no_string() -> None:
    program = '# it\'s """ here\ns = \'"""\'\nt = "\'\'\'"\n\n\ndef f(x):\n    return s\n'
    assert code(f"```python\n{program}```\ntext '''") == program


@pytest.mark.parametrize(
    "broken",
    [
        "def f(x)\n    return x\n",
        "def f(x):\nreturn x\n",
        "def f(x):\n    return (x\n",
        "def f(x):\n    return 1\n  else: no\n",
    ],
)
def test_broken_code_is_handed_on_as_it_is(broken: str) -> None:
    assert code(f"```python\n{broken}```") == broken
    assert code(broken) == broken


def test_of_several_blocks_none_of_which_defines_it_the_last_counts() -> None:
    assert code("```python\na = 1\n```\n```python\nb = 2\n```") == "b = 2\n"


def test_a_helper_before_the_entry_point_is_part_of_the_program() -> None:
    assert code(f"```python\n{HELPER_FIRST}```") == HELPER_FIRST


@pytest.mark.parametrize(
    ("completion", "missing"),
    [
        ("", "empty"),
        (" \n\t\n", "empty"),
        ("```python\n```", "empty_block"),
        ("```python\n \n```", "empty_block"),
        ("```", "empty_block"),
        ("```javascript\nfunction f(x) { return x }\n```", "other_language"),
        ("```json\n{}\n```", "other_language"),
        ("```pycon\n>>> f(1)\n```", "other_language"),
        ("I cannot do that.", "no_code"),
        ("Hello", "no_code"),
        ("42", "no_code"),
    ],
)
def test_without_a_program_the_reason_is_named(completion: str, missing: str) -> None:
    found = read_program(completion, "f")
    assert (found.code, found.missing) == (None, missing)


@pytest.mark.parametrize(
    ("text", "is_defined"),
    [
        ("def f(x):", True),
        ("async def f(x):", True),
        ("f = lambda x: x", True),
        ("f: object = g", True),
        ("class f:", True),
        ("from math import sqrt as f", True),
        ("def ff(x):", False),
        ("x = f(1)", False),
        ("f == 1", False),
        ("class A:\n    def f(self): ...", False),
    ],
)
def test_only_what_binds_the_name_at_the_margin_defines_it(text: str, is_defined: bool) -> None:
    assert defines(text, "f") is is_defined


def test_a_completion_that_continues_a_stub_gets_it_in_front() -> None:
    body = "    return 2 * root(x)\n"
    assert code(body, STUB) == STUB + body
    assert code(f"```python\n{body}```", STUB) == STUB + body


def test_a_completion_that_defines_the_function_itself_gets_only_the_stubs_imports_and_helpers() -> None:
    assert context(STUB, "f") == "import math\n\n\ndef root(x):\n    return math.sqrt(x)"
    whole = "def f(x):\n    return 2 * root(x)\n"
    assert code(f"```python\n{whole}```", STUB) == f"{context(STUB, 'f')}\n\n\n{whole}"
    assert code(f"```python\n{whole}```", "def f(x):\n    'Twice.'\n") == whole


def test_a_future_import_stays_first_when_helpers_are_put_in_front() -> None:
    found = code(f"from __future__ import annotations\n{CODE}", STUB)
    assert found is not None
    assert found.startswith("from __future__ import annotations\nimport math\n")
    compile(found, "found", "exec")


def test_an_empty_completion_of_a_stub_is_no_program() -> None:
    assert read_program("  \n", "f", STUB).missing == "empty"


lines = st.lists(
    st.sampled_from(
        ["def f(x):", "    return x", "```", "~~~", "````python", '"""', "'''", "# don't", "x = '`'", "", " ```"]
    )
)


@given(lines)
def test_code_written_down_as_a_block_is_read_back_unchanged(parts: list[str]) -> None:
    program = "def f(x):\n    return x\n" + "".join(f"{part}\n" for part in parts)
    assert code(fenced(program)) == program


@given(lines)
def test_every_block_is_a_part_of_the_text(parts: list[str]) -> None:
    text = "\n".join(parts)
    for block in blocks(text):
        assert all(line.strip() in text for line in block.content.splitlines())


@pytest.mark.parametrize(
    "unit",
    [
        "```\n```\n",
        '```\n"""\n```\n',
        "```\n'\n```\n",
        "```\n#\n",
        "'''\"\"\"",
        "\n```\n'''\n\"\"\"\n```\n",
        "def f(x):\n",
    ],
)
def test_a_long_hostile_completion_is_read_in_linear_time(unit: str) -> None:
    start = time.process_time()
    read_program(unit * 8000, "f")
    assert time.process_time() - start < 9
