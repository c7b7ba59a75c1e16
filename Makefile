# `make` alone lists the targets. All of them work on a fresh clone; the first one sets up .venv.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
# What review and plots compare with, and which weightings are tried: the table is kept of all only.
BASE ?= main
ONLY ?= *
# Which files the mutations make of good ones, and at which moments runs are killed.
SEED ?= 0
# With CPU=1 what only a GPU needs is not asked for: torch brings it, unless it is a CPU's.
LEFT_OUT := $(if $(CPU),^(cuda-|nvidia-|triton=),^$$)
export PATH := $(CURDIR)/$(BIN):$(PATH)

.DEFAULT_GOAL := help

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## */\1|/' | \
		while IFS='|' read -r name does; do printf '%-12s  %s\n' "$$name" "$$does"; done

# DVC ends without git, which a project downloaded as a zip has not: told before what takes minutes.
in-git:
	@command -v git >/dev/null || \
		{ echo "error: git is not here, and DVC needs it: install git" >&2; exit 1; }
	@said=$$(git rev-parse --show-toplevel 2>&1 >/dev/null) || \
		{ echo "error: DVC needs a clone, and git says: $${said%%$$'\n'*}: run git clone rather than" \
			"download a zip, or git init here" >&2; exit 1; }

$(BIN)/.installed: requirements.txt pyproject.toml | in-git
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "error: vidrec needs Python 3.11 or later: set PYTHON=/path/to/it" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --requirement <(grep -vE '$(LEFT_OUT)' requirements.txt)
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(BIN)/.cluster: requirements-cluster.txt $(BIN)/.installed
	$(BIN)/pip install --quiet --requirement $< --constraint requirements.txt
	@touch $@

setup: $(BIN)/.installed ## create .venv and install what is pinned in requirements.txt

cluster: $(BIN)/.cluster ## install Ray too, for runs on many machines: docs/cluster.md

repro: setup ## run the whole workflow (dvc repro)
	vidrec check
	dvc repro

test: setup ## run all tests
	python -m pytest

formats: setup ## write videos of all formats, take their frames, print the table as Markdown
	python -m tests.formats

mutations: setup ## break 40 good files in 1,000 ways by chance (SEED=0) and take their frames
	python -m tests.mutations $(SEED)

sequences: setup ## change videos and params at random, kill, run: 100 times as from nothing
	python -m tests.sequences

kills: setup ## kill a small run at 32 moments by chance (SEED=0) and run again
	python -m tests.kills $(SEED)

bench: setup ## how fast this is here, side by side with plain programs: a line for each claim
	@set -o pipefail; for each in "classify.py --frames 240 --rounds 2" \
		"segment.py --frames 6 --rounds 2" "extract.py --videos 4 --seconds 60 --rounds 2" \
		"add_one_video.py --videos 30 --seconds 20" "dvc_files.py --videos 100 --files 20" \
		"weightings.py --videos 60 --rounds 1 --only classified-*-log-*idf" \
		"memory.py --videos 30 300 --seconds 5 60"; do \
		python benchmarks/$$each | tail -n 1 || exit; done

check: setup ## linter, formatter, type checker, and the floors of the house
	ruff check
	ruff format --check
	mypy
	lint-imports

weightings: setup ## compare the importance weightings as experiments, rank them
	python tools/weightings.py --only '$(ONLY)' $(if $(filter-out *,$(ONLY)),,--table metrics/plots/weightings.csv)

review: setup ## what this changes in params, metrics and plots against BASE (main), as Markdown
	python tools/review.py --base "$(BASE)"

plots: setup ## the plots of BASE and of this tree side by side: dvc_plots/index.html
	python tools/plots.py --base "$(BASE)"

format: setup ## format the code
	ruff check --fix
	ruff format

requirements: setup ## pin all again, or one with PACKAGE=name: requirements.txt from pyproject.toml
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		$(if $(PACKAGE),--upgrade-package '$(PACKAGE)',--upgrade) \
		--no-annotate --no-header --quiet --output-file requirements.txt
	uv pip compile pyproject.toml --extra dev --extra cluster --universal --python-version 3.11 \
		--constraint requirements.txt --no-annotate --no-header --quiet | \
		grep --invert-match --line-regexp --fixed-strings --file requirements.txt \
		> requirements-cluster.txt

clean: ## remove the kept work of unfinished runs (not the results)
	rm -rf .vidrec/checkpoints .vidrec/locks

.PHONY: help in-git setup cluster repro test formats mutations sequences kills bench check weightings review plots format requirements clean
