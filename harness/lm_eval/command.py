"""lm-eval's own command line, with the model type `open` known to it.

glassbox lm-eval run --include_path tasks/lm_eval --tasks ir_arith --model open --model_args pretrained=arith
glassbox lm-eval ls tasks

Every flag is lm-eval's. From Python, or for `lm_eval` itself: `import glassbox.harness.lm_eval.model` in a module that
`--include_path` imports, before the model type is looked up.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

HELP = "hand over to lm-eval, with the model type `open` known to it"


def hand_over(arguments: Sequence[str]) -> int:
    """Run lm-eval with these arguments; it may end the process with a status of its own.

    Raises:
      ValueError: lm-eval is not installed.
    """
    try:
        from lm_eval.__main__ import cli_evaluate  # type: ignore[import-untyped]
    except ImportError as error:
        raise ValueError(f"lm-eval is not installed ({error}): pip install 'glassbox-evals[lm-eval]'") from error
    import glassbox.harness.lm_eval.model  # noqa: F401  # registers the model type `open`

    sys.argv = ["lm-eval", *arguments]
    cli_evaluate()
    return 0
