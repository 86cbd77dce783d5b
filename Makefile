# make audit and make test do everything, set-up included.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
WORKERS ?= auto

.PHONY: help setup audit test lint format docs golden bench clean

help:  ## what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.audit  ## .venv with what the audit needs

audit: setup  ## which digits does a well-behaved model give away? Writes runs/digits/report.html
	$(BIN)/standout audit digits --out runs/digits

test: $(VENV)/.test  ## all tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

lint: $(VENV)/.lint  ## ruff and the type checker
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright

format: $(VENV)/.lint  ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.docs  ## the docs as a site, in build/docs
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs build/docs
	@echo build/docs/index.html

golden: setup  ## the scores that selfcheck compares with, after an attack changed
	$(BIN)/python benchmarks/make_golden.py $(GOLDEN)

bench: setup  ## how fast: the scripts in benchmarks/
	@for script in benchmarks/bench_*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

clean:  ## remove what the other targets made
	rm -rf $(VENV) runs dist build

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.audit: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) -e '.[torch,parquet]'
	@touch $@

$(VENV)/.test: $(VENV)/.audit
	$(PIP) -e '.[torch,parquet,excel,cam,dp,test]'
	@touch $@

$(VENV)/.lint: $(VENV)/.test
	$(PIP) -e '.[torch,parquet,excel,cam,dp,test,dev]'
	@touch $@

$(VENV)/.docs: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) -e '.[docs]'
	@touch $@
