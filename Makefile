# Two commands from a bare Debian 12:  make demo   make test
# Needs python3 (3.11 to 3.13) with venv, g++ and make; NEST models also need the headers of boost and ltdl.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PYTEST_ARGS ?=
DEMO_ARGS ?=
BENCH_ARGS ?=
MODELS_ARGS ?=
DOCS_ARGS ?=

# A make started by the code under test (Brian2 builds with one) takes no orders from this make,
# and byte code is kept: without it every import is slow.
CLEAN_ENV := env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u PYTHONDONTWRITEBYTECODE -u PYTHONPATH -u PYTHONHOME

# A process of tests for each core; tests that share what they make stay in one (tests/conftest.py).
SIDE_BY_SIDE := -n auto --dist loadscope

# The modules whose docstrings people read: everything that a name of the public interface leads to.
PUBLIC := $(wildcard snndsl/__init__.py snndsl/errors.py snndsl/locations.py snndsl/units.py snndsl/api.py snndsl/drawing.py snndsl/tested.py snndsl/differences.py snndsl/pipeline.py \
          snndsl/backend/*.py snndsl/formats/*.py snndsl/results/*.py snndsl/analysis/*.py snndsl/ir/*.py snndsl/testing/*.py \
          snndsl/groups/*.py snndsl/polychrony/*.py snndsl/polychrony/definitions/*.py snndsl/polychrony/network/*.py \
          snndsl/polychrony/pictures/*.py snndsl/polychrony/recordings/*.py snndsl/testing/brute/*.py snndsl/parallel/*.py snndsl/report/*.py \
          snndsl/sweeps/*.py snndsl/exports/*.py snndsl/entries/*.py)

.NOTPARALLEL:
.PHONY: help venv demo test quick soak exactness models docs lint bench bench-full bench-check clean
.DEFAULT_GOAL := help

help:
	@echo "make demo   install into $(VENV), run a shipped network on three backends, compare"
	@echo "make test   static checks, then all tests on all cores (half an hour on two)"
	@echo "make quick  tests that are not slow, on the reference and NEST (two minutes on two cores)"
	@echo "make soak   5,000 generated networks for every law, three times as many mutated files (hours)"
	@echo "make exactness  every model on all backends without tolerance, into docs/reference/exactness.md (hours)"
	@echo "make models     every model in full on all backends, against what its file expects (hours)"
	@echo "make bench       speed beside handwritten scripts, into docs/reference/speed.md (a quarter of an hour)"
	@echo "make bench-full  the same with large networks, longer (hours)"
	@echo "make bench-check instructions of a few commands against benchmarks/baseline.json (minutes; needs valgrind)"
	@echo "make docs   the documentation site, into docs/_build/html; its notebooks are executed (minutes)"
	@echo "make lint   static checks only        make clean"

venv: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@echo "installing into $(VENV) (some minutes the first time)"
	@test -x $(BIN)/python || $(CLEAN_ENV) $(PYTHON) -m venv $(VENV)
	@$(CLEAN_ENV) $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input -c constraints.txt -e '.[brian2,nest,cluster,spade,sweep,tables,docs,test]'
	@touch $@

demo: $(STAMP)
	@$(CLEAN_ENV) $(BIN)/snndsl demo $(DEMO_ARGS)

lint: $(STAMP)
	$(CLEAN_ENV) $(BIN)/ruff check .
	$(CLEAN_ENV) $(BIN)/mypy
	$(CLEAN_ENV) $(BIN)/lint-imports --no-logo
	$(CLEAN_ENV) $(BIN)/numpydoc lint $(PUBLIC)

test: lint
	$(CLEAN_ENV) $(BIN)/python -m pytest $(SIDE_BY_SIDE) $(PYTEST_ARGS)

quick: $(STAMP)
	$(CLEAN_ENV) $(BIN)/python -m pytest $(SIDE_BY_SIDE) --quick --durations=5 $(PYTEST_ARGS)

soak: $(STAMP)
	$(CLEAN_ENV) SNNDSL_EXAMPLES=5000 SNNDSL_MUTATIONS=3x1500 $(BIN)/python -m pytest $(SIDE_BY_SIDE) tests/property $(PYTEST_ARGS)

exactness: $(STAMP)
	@$(CLEAN_ENV) $(BIN)/python scripts/exactness.py --table docs/reference/exactness.md

models: $(STAMP)
	@status=0; for model in models/*/model.yaml; do \
	  echo "$$model"; $(CLEAN_ENV) $(BIN)/snndsl test -q "$$model" $(MODELS_ARGS) || status=1; done; exit $$status

docs: $(STAMP)
	@rm -rf docs/api/made
	$(CLEAN_ENV) PATH="$(abspath $(BIN)):$$PATH" $(BIN)/sphinx-build -W --keep-going -b html -q -c docs $(DOCS_ARGS) . docs/_build/html
	@echo "docs/_build/html/index.html"

# One core for pairs, and small sizes for what is about polychronous groups; each prints what it was promised.
bench: $(STAMP)
	$(CLEAN_ENV) $(BIN)/python benchmarks/pairs.py $(BENCH_ARGS)
	$(CLEAN_ENV) $(BIN)/python benchmarks/startup.py --rounds 1
	$(CLEAN_ENV) $(BIN)/python benchmarks/polychrony_search.py --sample 1000 --repeats 1
	$(CLEAN_ENV) $(BIN)/python benchmarks/polychrony_detect.py 200
	$(CLEAN_ENV) $(BIN)/python benchmarks/polychrony_surrogates.py

bench-full: $(STAMP)
	$(CLEAN_ENV) $(BIN)/python benchmarks/pairs.py --full $(BENCH_ARGS)
	$(CLEAN_ENV) $(BIN)/python benchmarks/startup.py
	$(CLEAN_ENV) $(BIN)/python benchmarks/polychrony_search.py
	$(CLEAN_ENV) $(BIN)/python benchmarks/polychrony_detect.py
	$(CLEAN_ENV) $(BIN)/python benchmarks/null_calibration.py --full

bench-check: $(STAMP)
	@$(CLEAN_ENV) $(BIN)/python benchmarks/instructions.py

clean:
	rm -rf docs/_build docs/api/made $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name .git -prune -o -type d -name __pycache__ -exec rm -rf {} +
