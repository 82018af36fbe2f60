# Every target does its own set-up in .venv; nothing else has to be installed first
# than Python 3.11 or newer. Choose another Python with `make lab PYTHON=python3.12`.

# Set where somebody chose a Python: a .venv of another one is then built anew.
CHOSEN := $(PYTHON)
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check
OR_SAY = || { echo "The installation failed; pip says why above. It needs a network:"; \
	  echo "with one, run this again: make $(MAKECMDGOALS)"; exit 1; }

# The matrices of these networks are small: with more than one thread a product waits
# longer than it works. Set the variables yourself to decide otherwise.
export OPENBLAS_NUM_THREADS ?= 1
export OMP_NUM_THREADS ?= 1
export MKL_NUM_THREADS ?= 1
export VECLIB_MAXIMUM_THREADS ?= 1

.PHONY: help lab test style test-slow test-long test-pictures test-lessons quick quick-rest test-browser
.PHONY: lessons counts golden bench bench-widgets format clean FORCE
.DELETE_ON_ERROR:

help:
	@echo "make lab      open the lessons in JupyterLab (working copies in my-lessons/)"
	@echo "make test     ruff, the tests, the doctests, the lessons: what needs no browser"
	@echo "make quick    the same without running the lessons: about a minute"
	@echo "make test-long     every lesson answered, right and wrong; hostile answers"
	@echo "make test-browser  open every lesson in Chromium and move its controls"
	@echo "make lessons  execute the lessons again and store their outputs"
	@echo "make counts   write the numbers of lessons and exercises into README.md"
	@echo "make golden   write what the checker says below the answers in tests/golden"
	@echo "make bench    time bpkit beside other implementations"
	@echo "make bench-widgets  time the explorers in a real JupyterLab"
	@echo "make format   let ruff put the code in order"
	@echo "make clean    remove .venv and caches; my-lessons/ stays"

lab: $(VENV)/.lab
	$(VENV)/bin/bpkit lab my-lessons

# Side by side, for two cores, the longest first: what is slow takes about as long as all
# the rest, one part after the other.
test: $(VENV)/.test style
	@$(MAKE) --no-print-directory -j2 test-slow quick-rest test-lessons test-pictures

quick: $(VENV)/.test style
	@$(MAKE) --no-print-directory -j2 quick-rest test-pictures

style: $(VENV)/.test
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

test-pictures:
	$(PY) -m pytest -q tests/test_plots*.py tests/test_widgets*.py -m "not slow and not long"

quick-rest:
	$(PY) -m pytest -q tests --ignore=tests/browser -m "not slow and not long" \
	  --ignore-glob="*/test_plots*" --ignore-glob="*/test_widgets*"
	$(PY) -m pytest -q --doctest-modules bpkit

test-lessons:
	$(PY) -m pytest -q --nbval lessons --nbval-current-env --nbval-cell-timeout=120

test-slow:
	$(PY) -m pytest -q tests --ignore=tests/browser -m "slow and not long"

test-long: $(VENV)/.test
	$(PY) -m pytest -q tests --ignore=tests/browser -m long

test-browser: $(VENV)/.browser
	@PYTHONPATH=tests/browser $(PY) -c 'import lab; lab.CHROMIUM or exit( \
	  "make test-browser needs a Chromium on the PATH; on Debian: apt install chromium")'
	$(PY) -m pytest tests/browser

lessons: $(VENV)/.test
	$(PY) .ci/lessons.py

counts: $(VENV)/.test
	$(PY) .ci/counts.py

golden: $(VENV)/.test
	$(PY) .ci/golden.py

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

# The recipe runs every time and mostly does nothing. A .venv cannot be moved: its
# programs name the folder in which it was made, and so does this stamp.
$(VENV)/.created: FORCE
	@why=; if [ -e $(VENV) ]; then \
	  if [ "$$(cat $@ 2>/dev/null)" != "$$(pwd -P)" ]; then \
	    why="$(VENV) was made in another folder, or not to its end"; \
	  elif ! $(PY) -c '' 2>/dev/null; then \
	    why="the Python of $(VENV) is gone"; \
	  elif [ -n "$(CHOSEN)" ] && [ "$$($(PY) -VV)" != "$$($(PYTHON) -VV)" ]; then \
	    why="$(VENV) is of $$($(PY) -V), not of $(PYTHON)"; \
	  else exit 0; fi; \
	fi; \
	command -v $(PYTHON) >/dev/null || { \
	  echo "$(PYTHON) was not found. Install Python 3.11 or newer, or name yours:"; \
	  echo "  make $(MAKECMDGOALS) PYTHON=/path/to/python3"; exit 1; }; \
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "bpkit needs Python 3.11 or newer, and $(PYTHON) is" \
	    "$$($(PYTHON) --version 2>&1). If you have a newer one, name it:"; \
	  echo "  make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }; \
	[ -z "$$why" ] || echo "$$why: it is made anew"; \
	rm -rf $(VENV) && $(PYTHON) -m venv $(VENV) && pwd -P > $@

# These stamps are younger than pyproject.toml once its packages are installed.
$(VENV)/.lab: pyproject.toml $(VENV)/.created
	@echo "Installing bpkit, JupyterLab and numpy into $(VENV) (once; about a minute)"
	@$(INSTALL) -e ".[lab]" $(OR_SAY)
	@touch $@

$(VENV)/.test: pyproject.toml $(VENV)/.created
	@echo "Installing bpkit and the test tools into $(VENV) (once; about a minute)"
	@$(INSTALL) -e ".[lab,test]" $(OR_SAY)
	@touch $@

$(VENV)/.browser: pyproject.toml $(VENV)/.created
	@$(INSTALL) -e ".[lab,test,browser]" $(OR_SAY)
	@touch $@

$(VENV)/.bench: pyproject.toml $(VENV)/.created
	@echo "Installing bpkit and the benchmark's rivals into $(VENV) (once)"
	@$(INSTALL) -e ".[bench]" $(OR_SAY)
	@touch $@
