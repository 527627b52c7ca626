"""How lm-eval finds the model type `open`.

lm-eval run --include_path tasks/lm_eval --tasks ir_arith --model open --model_args pretrained=arith,solver=ir_head
python -m glassbox.harness.lm_eval.plugin run ...      the same command where torch's extensions are switched off

lm-eval after 0.4.13 finds it by itself, through the entry point `lm_eval.models`. Version 0.4.13 has no such door: it
looks a model type up before it loads any code that a run names. What it does import before that is torch, which calls
each entry point of `torch.backends`; `announce` is one. Outside lm-eval it returns at once.
"""

from __future__ import annotations

import logging
import sys

NAME = "open"
TARGET = "glassbox.harness.lm_eval.model:OpenLM"


def announce() -> None:
    """Name the model type in lm-eval's registry, by path, if lm-eval is what imports torch."""
    if "lm_eval" not in sys.modules:
        return
    try:
        # Once the registry holds a name, lm-eval no longer fills in its own.
        import lm_eval.models  # type: ignore[import-untyped]  # noqa: F401
        from lm_eval.api.registry import model_registry  # type: ignore[import-untyped]

        if NAME not in model_registry:
            model_registry.register(NAME, target=TARGET)
    except Exception as error:  # Whatever another version of lm-eval raises here would keep torch from being imported.
        logging.getLogger(__name__).warning("lm-eval does not take the model type open: %s", error)


if __name__ == "__main__":
    from lm_eval.__main__ import cli_evaluate  # type: ignore[import-untyped]

    announce()
    cli_evaluate()
