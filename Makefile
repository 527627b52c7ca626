# Glassbox. `make eval` and `make test` work on a fresh clone; the first one asked for sets up .venv (2 GB).

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
ROOMS := __init__.py registry.py harness tasks solvers scorers studies leaderboards baselines

TASK ?= ir_arith
SOLVERS ?= ir_head regex_pipeline direct regex_only bag_of_tokens layer0 shuffled_labels gold null
EVAL_ARGS ?=
REAL_SOLVERS ?= ir_head regex_pipeline layer0 regex_only
REAL_ARGS ?= --model open/smol -T split=word_problems -T n=60
PYTEST_ARGS ?=
GATE_ARGS ?=

# Where the environment forbids Python to keep what it compiled, each of the hundred processes of the tests would compile
# all of it anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup packages eval test heavy gate bench lint clean

setup: $(VENV)/.installed

packages: $(VENV)/.packages

# Installed anew only when what is to be installed changed.
$(VENV)/.packages: pyproject.toml setup.py constraints.txt
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV)
	@echo "setup: installing into $(VENV) (about a minute, 2 GB)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt setuptools -e ".[dev]"
	@touch $@

# The sandbox is compiled, and smol fetched and converted: half a minute of one core each.
$(VENV)/.installed: $(VENV)/.packages
	@$(BIN)/python -m glassbox.harness.sandbox.build >/dev/null & compiling=$$!; \
	$(BIN)/glassbox models fetch smol || echo "setup: without smol, what needs it is skipped; all else works"; \
	wait $$compiling
	@touch $@

# The main job: IR arithmetic on the embedded model, every solver and control, a short run on a real model where set-up
# fetched it, then the leaderboard. `inspect eval tasks/ir_arith.py@ir_arith --solver NAME` runs one of them and writes the
# same log.
eval: setup
	@$(BIN)/glassbox eval $(TASK) --solver $(SOLVERS) $(EVAL_ARGS)
ifeq ($(TASK),ir_arith)
	@if $(BIN)/glassbox models path smol >/dev/null 2>&1; then $(BIN)/glassbox eval ir_arith --solver $(REAL_SOLVERS) $(REAL_ARGS); \
	else echo "eval: without smol, the short board on a real model is left out"; fi
endif
	@$(BIN)/glassbox leaderboard

test: setup
	@tests/browser/install
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist worksteal $(PYTEST_ARGS)

# What only a change of the sandbox's guest asks for: the component made anew must judge as the shipped one does.
heavy: setup
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m heavy $(PYTEST_ARGS)

# Has any task lost against the blessed results? Fails where it has (exit 1) and where it cannot be told (exit 2).
gate: setup
	@OMP_NUM_THREADS=1 $(BIN)/glassbox gate --baseline baselines/results/quick.json --run --log-dir logs/gate $(GATE_ARGS)

# Latency and throughput, one program a question; records go to baselines/bench/.
bench: setup
	@$(BIN)/python -m tests.bench

lint: packages
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@mkdir -p .mypy_path && ln -sfn .. .mypy_path/glassbox
	@$(BIN)/mypy --strict $(addprefix .mypy_path/glassbox/,$(ROOMS)) tests

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
