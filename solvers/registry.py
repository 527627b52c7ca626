"""What inspect loads as `solvers/...`. A new solver is one file and one line here."""

from glassbox.solvers.bag_of_tokens import bag_of_tokens
from glassbox.solvers.code_direct import code_direct
from glassbox.solvers.dcm import dcm
from glassbox.solvers.direct import direct
from glassbox.solvers.gold import gold
from glassbox.solvers.ir_head import ir_head
from glassbox.solvers.layer0 import layer0
from glassbox.solvers.null import null
from glassbox.solvers.regex_only import regex_only
from glassbox.solvers.regex_pipeline import regex_pipeline
from glassbox.solvers.shuffled_labels import shuffled_labels

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
