# Every target does its own set-up in .venv; nothing else has to be installed first
# than Python 3.11 or newer. Choose another Python with `make lab PYTHON=python3.12`.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check

# The matrices of these networks are small: with more than one thread a product waits
# longer than it works. Set the variables yourself to decide otherwise.
export OPENBLAS_NUM_THREADS ?= 1
export OMP_NUM_THREADS ?= 1
export MKL_NUM_THREADS ?= 1
export VECLIB_MAXIMUM_THREADS ?= 1

.PHONY: help lab test quick quick-pictures quick-rest test-browser lessons bench
.PHONY: bench-widgets format clean
.DELETE_ON_ERROR:

help:
	@echo "make lab      open the lessons in JupyterLab (working copies in my-lessons/)"
	@echo "make test     run every check: ruff, the tests, the doctests, the lessons"
	@echo "make quick    the same without running the lessons: about a minute"
	@echo "make test-browser  open every lesson in Chromium and move its controls"
	@echo "make lessons  execute the lessons again and store their outputs"
	@echo "make bench    time bpkit beside other implementations"
	@echo "make bench-widgets  time the explorers in a real JupyterLab"
	@echo "make format   let ruff put the code in order"
	@echo "make clean    remove .venv and caches; my-lessons/ stays"

lab: $(VENV)/.lab
	$(VENV)/bin/bpkit lab my-lessons

test: $(VENV)/.test
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m pytest tests --ignore=tests/browser
	$(PY) -m pytest --doctest-modules bpkit
	$(PY) -m pytest --nbval lessons --nbval-cell-timeout=120

quick: $(VENV)/.test
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	@$(MAKE) --no-print-directory -j2 quick-pictures quick-rest

# Two halves of about the same length, for two cores: what is drawn, and the rest.
quick-pictures:
	$(PY) -m pytest -q tests/test_plots*.py tests/test_widgets*.py

quick-rest:
	$(PY) -m pytest -q tests --ignore=tests/browser -m "not runs_a_lesson" \
	  --ignore-glob="*/test_plots*" --ignore-glob="*/test_widgets*"
	$(PY) -m pytest -q --doctest-modules bpkit

test-browser: $(VENV)/.browser
	$(PY) -m pytest tests/browser

lessons: $(VENV)/.test
	$(PY) .ci/lessons.py

bench: $(VENV)/.bench
	$(PY) benchmarks/bench.py

bench-widgets: $(VENV)/.browser
	$(PY) benchmarks/widgets.py

format: $(VENV)/.test
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

clean:
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache .hypothesis
	find bpkit tests benchmarks lessons -name __pycache__ -prune -exec rm -rf {} +

# The stamps are younger than pyproject.toml once its packages are installed.
$(VENV)/.created:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "$(PYTHON) was not found. Install Python 3.11 or newer, or name yours:"; \
	  echo "  make $(MAKECMDGOALS) PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "bpkit needs Python 3.11 or newer, and $(PYTHON) is" \
	    "$$($(PYTHON) --version 2>&1). If you have a newer one, name it:"; \
	  echo "  make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.lab: pyproject.toml $(VENV)/.created
	@echo "Installing bpkit, JupyterLab and numpy into $(VENV) (once; about a minute)"
	$(INSTALL) -e .
	@touch $@

$(VENV)/.test: pyproject.toml $(VENV)/.created
	@echo "Installing bpkit and the test tools into $(VENV) (once; about a minute)"
	$(INSTALL) -e ".[test]"
	@touch $@

$(VENV)/.browser: pyproject.toml $(VENV)/.created
	$(INSTALL) -e ".[test,browser]"
	@touch $@

$(VENV)/.bench: pyproject.toml $(VENV)/.created
	@echo "Installing bpkit and the benchmark's rivals into $(VENV) (once)"
	$(INSTALL) -e ".[bench]"
	@touch $@
