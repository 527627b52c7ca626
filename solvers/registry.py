"""What inspect loads as `solvers/...`. A new solver is one file and one line here."""

from solvers.bag_of_tokens import bag_of_tokens
from solvers.code_direct import code_direct
from solvers.dcm import dcm
from solvers.direct import direct
from solvers.gold import gold
from solvers.ir_head import ir_head
from solvers.layer0 import layer0
from solvers.null import null
from solvers.regex_only import regex_only
from solvers.regex_pipeline import regex_pipeline
from solvers.shuffled_labels import shuffled_labels

__all__ = [
    "bag_of_tokens",
    "code_direct",
    "dcm",
    "direct",
    "gold",
    "ir_head",
    "layer0",
    "null",
    "regex_only",
    "regex_pipeline",
    "shuffled_labels",
]
