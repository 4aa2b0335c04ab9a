# The two commands of the README are `make run` and `make test`. Works with the make of Debian, Ubuntu and macOS.

SHELL := /bin/bash
BIN := .venv/bin
BENCH := benchmarks/.venv/bin
# The first Python on the path that is new enough; PYTHON=... on the command line chooses another.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
# Without LibreOffice its tests are left out on a desk, with a message, but never in CI.
MARKS = $(shell bash .ci/office has || [ -n "$$CI" ] || echo '-m "not libreoffice"')

.PHONY: help run test check coverage format docs bench clean

help:  ## these lines
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /:\t/'

run: .venv/installed  ## value and simulate Alibaba, print the summary, write alibaba.xlsx
	$(BIN)/valuation run assumptions/alibaba

test: .venv/test-installed  ## install what the tests need, LibreOffice among it, and run make check
	bash .ci/office install
	$(MAKE) check

check: .venv/test-installed  ## format, lint, types, tests: all that CI runs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -n auto $(MARKS)

coverage: .venv/test-installed  ## the tests once more with what they reach; a third slower, so not in CI
	$(BIN)/pytest -n auto --cov --cov-report=term $(MARKS)

format: .venv/test-installed  ## lay out the code and mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: .venv/test-installed  ## write assumptions/README.md, schemas, published runs, pictures and the outputs on pages anew
	$(BIN)/python -m valuation.reference > assumptions/README.md.new
	mv assumptions/README.md.new assumptions/README.md
	$(BIN)/valuation schema -o assumptions/.schema > /dev/null
	$(BIN)/python docs/publish.py
	$(BIN)/python docs/pictures.py
	$(BIN)/python docs/chapters.py
	$(BIN)/python docs/refresh.py

bench: benchmarks/.venv/installed  ## measure against other tools, and write docs/performance.md; about an hour
	$(BENCH)/python -m pytest benchmarks --benchmark-only --benchmark-columns=median,iqr,rounds
	$(BENCH)/python -m benchmarks.run $(WHAT)

clean:  ## remove the virtual environment, caches and workbooks written here
	rm -rf .venv benchmarks/.venv .benchmarks build dist *.egg-info .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .hypothesis *.xlsx
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "valuation needs Python 3.11 or newer; none was found on the path" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "python could not make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

.venv/installed: setup.cfg pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

.venv/test-installed: setup.cfg pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	touch .venv/installed $@

benchmarks/.venv/installed: setup.cfg pyproject.toml
	@test -n "$(PYTHON)" || { echo "valuation needs Python 3.11 or newer; none was found on the path" >&2; exit 1; }
	$(PYTHON) -m venv benchmarks/.venv
	$(BENCH)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench,fast]'
	touch $@
