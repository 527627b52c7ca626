"""lm-eval's model type `open`: an open model under lm-eval's tasks, as text or read from the inside.

    lm-eval run --include_path tasks/lm_eval --tasks ir_arith --model open --model_args pretrained=arith --batch_size 64
    lm-eval run --include_path tasks/lm_eval --tasks ir_arith --model open --model_args pretrained=arith,solver=ir_head
    lm-eval run --tasks hellaswag --model open --model_args pretrained=EleutherAI/pythia-160m,dtype=float32

`regex_pipeline` continues prompts and scores text, so it runs any task; what is read out of a completion is the task's
affair. `ir_head` and the controls write nothing: the program they read, in text form, stands as the completion. They
take the question from the document, and refuse a prompt that asks more than it.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import lm_eval.models  # type: ignore[import-untyped]  # noqa: F401 - else lm-eval would know this model type alone
import torch
from lm_eval.api.model import LM  # type: ignore[import-untyped]
from lm_eval.api.registry import register_model  # type: ignore[import-untyped]
from lm_eval.models.utils import normalize_gen_kwargs  # type: ignore[import-untyped]
from lm_eval.utils import get_rolling_token_windows, make_disjoint_window  # type: ignore[import-untyped]
from tqdm import tqdm  # type: ignore[import-untyped]

from glassbox.harness.lm.generate import generate
from glassbox.harness.lm.identity import MODEL_HASH
from glassbox.harness.lm.load import open_model
from glassbox.harness.lm.logprobs import Row, Score, continuation_row, prefix_id, score_rows
from glassbox.harness.lm.model import OpenModel
from glassbox.harness.lm.prompt import Turn, chat_text, form_of, prompt_ids
from glassbox.harness.lm_eval.reader import TEXT, ProgramReader, Request, batches
from glassbox.harness.records.provenance import provenance

LM_EVAL_DEVICE = "cuda:0"
"""What lm-eval says where the user names no device."""
AUTO_BATCH = 64
UNLIMITED = 2048
"""Tokens read at once where a model sets no limit, as in lm-eval."""

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Decoding:
    """Settings that prompts must share to go through one forward."""

    max_tokens: int
    stop: tuple[str, ...]
    temperature: float
    top_p: float


@register_model("open")
class OpenLM(LM):  # type: ignore[misc]
    """An open model as lm-eval sees it."""

    def __init__(
        self,
        pretrained: str = "arith",
        solver: str = TEXT,
        batch_size: int | str = 1,
        max_batch_size: int | None = None,
        device: str | None = None,
        dtype: str | None = None,
        template: str = "auto",
        revision: str | None = None,
        peft: str | None = None,
        **settings: Any,
    ) -> None:
        """Open the model.

        Args:
          pretrained: Short name of a shipped model, hub name, or folder.
          solver: `regex_pipeline` for text, or one that reads programs: `ir_head` or a control.
          batch_size: Most rows in one forward; `auto` takes 64.
          max_batch_size: Bounds `batch_size`.
          device: See `open_model`; the first CUDA device, lm-eval's default, is passed over where there is none.
          dtype: See `open_model`.
          template: `auto` shows prompts that ask for text by the chat template of a model that has one, `plain` never
            does. Continuations that are only scored are read as they are, as with `hf`, unless --apply_chat_template.
          revision: See `open_model`.
          peft: Folder of an adapter, by the name that lm-eval's `hf` gives it; also `pretrained=BASE+ADAPTER`.
          **settings: The solver's own, as inspect takes them with -S: head, pool, layer, examples and so on.

        Raises:
          ValueError: The solver, a setting or the batch size is unknown.
        """
        super().__init__()
        if solver == TEXT and settings:
            raise ValueError(
                f"model argument {next(iter(settings))} is unknown; {TEXT} takes pretrained, device and dtype; "
                "the rest goes by --num_fewshot and --gen_kwargs"
            )
        self._reader = None if solver == TEXT else ProgramReader(solver, settings)
        without_cuda = device == LM_EVAL_DEVICE and not torch.cuda.is_available()
        self._templated = False
        self.open = open_model(
            pretrained,
            device=None if without_cuda else device,
            dtype=dtype,
            template=template,
            revision=revision,
            adapter=peft,
        )
        self.batch_size = _batch_size(batch_size, max_batch_size)
        # lm-eval puts these two into the header of its results.
        self.tokenizer = self.open.tokenizer
        self.max_length = self.open.context or UNLIMITED

    def get_model_info(self) -> dict[str, Any]:
        """What stands in the header of lm-eval's results beside the model arguments."""
        return {
            MODEL_HASH: self.open.hash,
            "model_dtype": str(self.open.dtype),
            "prompt_form": form_of(self.open),
            "solver": self._reader.solver if self._reader else TEXT,
            "artefacts": sorted(self._reader.artefacts) if self._reader else [],
            "provenance": provenance(str(self.open.device)),
        }

    def generate_until(self, requests: Sequence[Request], disable_tqdm: bool = False) -> list[str]:
        """A completion for each prompt; with `ir_head`, the program it read, or nothing where it read none."""
        answers = self._reader.programs(self.open, requests, self.batch_size) if self._reader else self._texts(requests)
        return self._collect("generate_until", requests, answers, disable_tqdm)

    def loglikelihood(self, requests: Sequence[Request], disable_tqdm: bool = False) -> list[Score]:
        """Log-probability of each continuation; see `glassbox.harness.lm.logprobs.continuation_row` for its borders.

        White space at a context's end counts as the continuation's, as with lm-eval's own model types.
        """
        self._refuse_without_text("loglikelihood")
        texts = [(context.rstrip(), context + continuation) for context, continuation in (r.args for r in requests)]
        special = not self._templated
        rows = [continuation_row(self.open, context, whole[len(context) :], special) for context, whole in texts]
        return self._collect("loglikelihood", requests, self._scores(rows), disable_tqdm)

    def loglikelihood_rolling(self, requests: Sequence[Request], disable_tqdm: bool = False) -> list[float]:
        """Log-probability of each whole text, in windows of the context's size; BOS is read once and never scored."""
        self._refuse_without_text("loglikelihood_rolling")
        windows = [
            (index, row)
            for index, request in enumerate(requests)
            for row in _windows(self.open, request.args[0], self.max_length)
        ]
        totals = [0.0] * len(requests)
        scores = self._scores([row for _, row in windows])
        for window, (logprob, _) in tqdm(scores, total=len(windows), desc="windows", disable=disable_tqdm):
            totals[windows[window][0]] += logprob
        return self._collect("loglikelihood_rolling", requests, enumerate(totals), quiet=True)

    @property
    def tokenizer_name(self) -> str:
        """Under which lm-eval keeps built requests."""
        return self.open.name

    def apply_chat_template(self, chat_history: list[dict[str, str]], add_generation_prompt: bool = True) -> str:
        """A conversation as the model's template writes it; lm-eval asks for it under --apply_chat_template."""
        self._templated = True
        turns = [Turn(message["role"], message["content"]) for message in chat_history]
        return chat_text(self.open, turns, goes_on=not add_generation_prompt)

    def _refuse_without_text(self, request: str) -> None:
        if self._reader:
            raise ValueError(f"solver {self._reader.solver} writes no text, so it has no {request}; use {TEXT}")

    def _collect(
        self, kind: str, requests: Sequence[Request], answers: Iterable[tuple[int, Answer]], quiet: bool
    ) -> list[Answer]:
        """The answers in the order of their requests; lm-eval's cache gets each as it comes."""
        found: dict[int, Answer] = {}
        for index, answer in tqdm(answers, total=len(requests), desc=kind, disable=quiet):
            self.cache_hook.add_partial(kind, requests[index].args, answer)
            found[index] = answer
        return [found[index] for index in range(len(requests))]

    def _scores(self, rows: Sequence[Row]) -> Iterator[tuple[int, Score]]:
        for batch in batches({index: row.ids for index, row in enumerate(rows)}, self.batch_size):
            yield from zip(batch, score_rows(self.open, [rows[index] for index in batch]), strict=True)

    def _texts(self, requests: Sequence[Request]) -> Iterator[tuple[int, str]]:
        groups: dict[Decoding, list[int]] = defaultdict(list)
        for index, request in enumerate(requests):
            groups[_decoding(request.args[1])].append(index)
        for decoding, members in groups.items():
            prompts = {index: self._prompt(requests[index].args[0], decoding.max_tokens) for index in members}
            for batch in batches(prompts, self.batch_size):
                written = generate(
                    self.open,
                    [prompts[index] for index in batch],
                    max_tokens=decoding.max_tokens,
                    stop=decoding.stop,
                    temperature=decoding.temperature,
                    top_p=decoding.top_p,
                    seed=torch.randint(2**62, (len(batch),)).tolist(),  # lm-eval's --seed decides it
                )
                yield from zip(batch, (generation.text for generation in written), strict=True)

    def _prompt(self, text: str, max_tokens: int) -> list[int]:
        """Tokens of a prompt; one that leaves too little room for the completion loses its beginning, as with hf."""
        room = self.max_length - max_tokens
        if room < 1:
            raise ValueError(f"max_gen_toks {max_tokens} leaves no room for a prompt in {self.max_length} tokens")
        templated = self.open.codec.ids(text, special=False) if self._templated else None
        ids = templated or prompt_ids(self.open, [Turn("user", text)])
        if len(ids) > room:
            logger.warning("a prompt of %d tokens loses its first %d; %d fit", len(ids), len(ids) - room, room)
        return ids[-room:]


def _windows(model: OpenModel, text: str, most: int) -> list[Row]:
    """A text in rows of `most` tokens and the one they predict; every token is scored once."""
    ids = model.codec.ids(text, special=False) if text else []
    windows = get_rolling_token_windows(ids, prefix_id(model), most, context_len=1)
    return [Row((*before, *scored), len(before)) for before, scored in map(make_disjoint_window, windows)]


def _decoding(settings: Mapping[str, Any]) -> Decoding:
    """A task's `generation_kwargs`.

    Raises:
      ValueError: One is not consumed.
    """
    rest: dict[str, Any] = dict(normalize_gen_kwargs(dict(settings)))
    sampled = rest.pop("do_sample")
    temperature = float(rest.pop("temperature", 1.0)) if sampled else rest.pop("temperature", 0.0)
    decoding = Decoding(rest.pop("max_gen_toks"), tuple(rest.pop("until")), temperature, float(rest.pop("top_p", 1.0)))
    if rest:
        raise ValueError(
            f"model type open does not consume {next(iter(rest))}; "
            "it takes until, max_gen_toks, do_sample, temperature and top_p"
        )
    return decoding


def _batch_size(asked: int | str, most: int | None) -> int:
    size = AUTO_BATCH if str(asked).startswith("auto") else int(asked)
    if size < 1:
        raise ValueError(f"batch_size {asked} is not a batch size; give at least 1, or auto")
    return size if most is None else min(size, most)
