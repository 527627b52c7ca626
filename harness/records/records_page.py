"""docs/records.md: what each command's records hold, written from the schemas that they are checked against.

python -m glassbox.harness.records.records_page > docs/records.md
"""

from __future__ import annotations

from typing import Any

from glassbox.harness.records.export import VERSIONS, schema_name, schema_of

HEAD = """# Records: what commands found, for programs

`--format json` gives records under a schema with a name and a version; `--format csv` gives one line a record. Both are
read in one line:

```python
import json
import pandas as pd

runs = pd.json_normalize(json.load(open("board.json"))["records"])  # semantic.value, semantic.low, semantic.high
same = pd.read_csv("board.csv")  # semantic, semantic_low, semantic_high, semantic_n
```

after `glassbox leaderboard --format json --output board.json`, and `--format csv --output board.csv`.

- A proportion is a number from 0 to 1, a difference of proportions one from -1 to 1. One with an interval is a
  *figure*: `{"value": ..., "low": ..., "high": ..., "n": ...}`; null where it was not measured.
- CSV has a column for each number: `semantic`, `semantic_low`, `semantic_high`, `semantic_n`; what lies inside
  something has the names joined by `_`; several texts in one field are parted by `; `. What stands beside the records
  is in JSON alone.
- The version in the name (`glassbox/leaderboard/1`) grows when a field goes or changes its meaning. New fields come
  without a new version: read by name.
- The schemas are files in `harness/records/schemas/`; `schema_of("leaderboard")` of `glassbox.harness.records.export`
  reads one.
- Tokens have two names everywhere: `generated_tokens` are those written, `total_tokens` the prompt's with them.

A run has what its family measures as fields of their own:

- `ir`: figures `structural`, `semantic`, `expressible`, `parse_failure`, `operation`, `first_operand`, `second_operand`
  and `program`; `alone_p50_ms`, `alone_p95_ms`, `amortised_p50_ms`, `amortised_p95_ms`; `generated_tokens`,
  `prompt_tokens` and `model_calls` of a sample, mean; `artefact`, the content address of the fitted part.
- `code`: figures `passed`, `pass@1` and so on; `cases_right` of `cases`; `outcome`, programs by how they ended;
  `each_ms`; `total_tokens`; `group`, figures by category, complexity and flag.
- `soft_prompt`: figures `exact_both`, `exact_question`, `exact_answer`, `converged_both`; `loss_ratio`, `controls` and
  `recognised_if_converged`, figures by name; `level` and `level_sure` by criterion; `k`, `steps`, `per_minute`,
  `restarts`; `curve`, loss curves by target and kind; of grids `well_formed`, `valid_grid`, `clue_respecting`,
  `solved`, `right_shape`, `right_grid`, `cell_accuracy`.
- `other`: a figure for each score that is a proportion; `total_tokens`, `in_run_ms`.

What `--format json` writes into a folder of logs is no log: commands that read the folder pass it over.

## When logs cannot be read

Every command that reads logs names each file that it cannot read in one line on standard error, leaves it out, and does
its work with the others.

| exit status | meaning |
|---|---|
| 0 | done |
| 1 | the command's own no: a check failed, a gate found a regression |
| 2 | a user's error; nothing was written. In a gate: not decided, among others because a log could not be read |
| 3 | done, but logs were left out: unreadable ones, or in `bless` failed runs |

`INSPECT_LOG_DIR` names the folder of logs for every command that reads or writes them; `./logs` without it.
"""


def page() -> str:
    """The whole page."""
    return HEAD + "".join(_command(command) for command in VERSIONS)


def _command(command: str) -> str:
    schema = schema_of(command)
    found = schema["properties"]["records"]["items"]
    kinds = [one["$ref"].rsplit("/", 1)[-1] for one in found.get("anyOf", [found])]
    beside = {name: one for name, one in schema["properties"].items() if name not in ("schema", "records")}
    lists = {name: one["items"]["$ref"] for name, one in beside.items() if "$ref" in one.get("items", {})}
    parts = [f"\n## `glassbox {command}`: `{schema_name(command)}`\n\n{schema['description']}\n"]
    parts += [_kind(schema, kind, "") for kind in kinds]
    if beside:
        said = ", ".join(f"`{name}` ({_about(one)})" for name, one in beside.items())
        parts.append(f"\nBeside the records: {said}.\n")
    parts += [_kind(schema, kind.rsplit("/", 1)[-1], f" (`{name}`)") for name, kind in lists.items()]
    return "".join(parts)


def _kind(schema: dict[str, Any], kind: str, where: str) -> str:
    found = schema["$defs"][kind]
    rows = "".join(f"| {name} | {_type(one)} | {_about(one)} |\n" for name, one in _fields(schema, found))
    return f"\n**{found['description']}**{where}\n\n| field | is | about |\n|---|---|---|\n{rows}"


def _fields(schema: dict[str, Any], found: dict[str, Any], prefix: str = "") -> list[tuple[str, dict[str, Any]]]:
    """Fields by name, what lies inside something with a dot; figures stay whole."""
    fields: list[tuple[str, dict[str, Any]]] = []
    for name, one in found["properties"].items():
        inside = schema["$defs"][one["$ref"].rsplit("/", 1)[-1]] if "$ref" in one else one
        if "properties" in inside and _type(one) != "figure":
            fields += _fields(schema, inside, f"{prefix}`{name}`.")
        else:
            fields.append((f"{prefix}`{name}`", one))
    if isinstance(more := found.get("additionalProperties"), dict):
        fields.append(("*others*", {"description": "the family's score, by its name", **more}))
    return fields


def _about(one: dict[str, Any]) -> str:
    return str(one.get("description", "")).replace("|", "\\|")


def _type(one: dict[str, Any]) -> str:
    if "enum" in one:
        return "one of " + ", ".join(str(value) for value in one["enum"])
    if "$ref" in one:
        return str(one["$ref"].rsplit("/", 1)[-1])
    if "anyOf" in one:
        return " or ".join(dict.fromkeys(_type(part) for part in one["anyOf"]))
    kinds = one.get("type", "")
    if kinds == "array":
        return f"list of {_type(one['items'])}"
    if kinds == "object":
        inside = one.get("additionalProperties")
        return f"mapping of {_type(inside)}" if isinstance(inside, dict) else "mapping"
    return " or ".join(kinds) if isinstance(kinds, list) else str(kinds)


if __name__ == "__main__":
    print(page(), end="")
