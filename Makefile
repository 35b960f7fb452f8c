# make repro   installs everything and runs the pipeline on the embedded clinic
# make test    installs the same and runs every check and test
# make s3      an S3-compatible server on loopback, to try a shared remote

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: repro test lint unit install install-dev docs s3 s3-install clean

repro: install
	dvc repro
	@python -m stages.report table

test: install-dev s3-install lint unit

lint: install-dev
	ruff check .
	ruff format --check .
	mypy
	lint-imports

unit: install-dev
	python -m pytest --numprocesses auto --dist loadgroup --no-loadscope-reorder

docs: install
	python -m stages.params.docs

install: $(VENV)/.installed
install-dev: $(VENV)/.installed-dev

PIP_INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable

$(VENV)/.installed: pyproject.toml constraints.txt apt.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Rounds needs Python 3.11 or newer; name one: make PYTHON=python3.11 ..."; exit 1; }
	@sh tools/system-packages.sh apt.txt tesseract espeak-ng ffmpeg
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP_INSTALL) .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(PIP_INSTALL) '.[dev]'
	@touch $@

s3-install: .s3/venv/.installed

.s3/venv/.installed: apt-test.txt
	@sh tools/system-packages.sh apt-test.txt memcached chromium || true
	test -x .s3/venv/bin/python || $(PYTHON) -m venv .s3/venv
	.s3/venv/bin/python -m pip install --quiet swift==2.38.3
	@touch $@

s3: s3-install
	python -m tests.s3.server .s3/data

clean:
	rm -rf $(VENV) .s3 .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
