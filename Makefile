# The two commands of the README. Each makes the virtual environment and installs everything it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test lint docs types clean

demo: $(STAMP)
	$(BIN)/cityosc demo $(ARGS)

test: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/cityosc lint
	$(BIN)/cityosc fmt --check
	$(BIN)/cityosc compile --check
	MYPYPATH=compiler:runtime:generated $(BIN)/mypy generated/cityos_generated
	$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

lint: $(STAMP)
	$(BIN)/cityosc lint

# Writes what documents show and what `cityosc explain` prints, from the tool as it is now.
docs: $(STAMP)
	$(BIN)/python -m tests.docs

$(STAMP): pyproject.toml
	$(PYTHON) -c "import sys; sys.exit('cityosc needs Python 3.11 or newer') if sys.version_info < (3, 11) else None"
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $(STAMP)

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .cityos
