# Every target does its own set-up in .venv; nothing else has to be installed first
# than Python 3.11 or newer. Choose another Python with `make lab PYTHON=python3.12`.

# Set where somebody chose a Python: a .venv of another one is then built anew.
CHOSEN := $(PYTHON)
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check
INSTALL := $(PY) $(PIP_INSTALL)
# The site's tools live apart: what they pin and bring is not what the course runs with.
SITE := .venv-site
SITE_PY := $(SITE)/bin/python
SITE_PINS := $(wildcard site/*requirements.txt)
SITE_TESTS := $(wildcard tests/browser/test_book.py tests/browser/test_live*.py)
PORT ?= 8000
OR_SAY = || { echo "The installation failed; pip says why above. It needs a network:"; \
	  echo "with one, run this again: make $(MAKECMDGOALS)"; exit 1; }

# The matrices of these networks are small: with more than one thread a product waits
# longer than it works. Set the variables yourself to decide otherwise.
export OPENBLAS_NUM_THREADS ?= 1
export OMP_NUM_THREADS ?= 1
export MKL_NUM_THREADS ?= 1
export VECLIB_MAXIMUM_THREADS ?= 1

.PHONY: help lab test style test-slow test-long test-pictures test-lessons quick quick-rest test-browser
.PHONY: test-explorers test-pages site site-serve test-site lessons counts golden bench bench-widgets format clean FORCE
.DELETE_ON_ERROR:

help:
	@echo "make lab      open the lessons in JupyterLab (working copies in my-lessons/)"
	@echo "make test     ruff, the tests, the doctests, the lessons: what needs no browser"
	@echo "make quick    the same without running the lessons: about a minute"
	@echo "make test-long     every lesson answered, right and wrong; hostile answers"
	@echo "make test-browser  open every lesson in Chromium and move its controls"
	@echo "make site     build the course's site in _site/: the book, and the live lessons"
	@echo "make site-serve    build it and show it on this machine"
	@echo "make test-site     look at the book and the live lessons in Chromium"
	@echo "make lessons  execute the lessons again and store their outputs"
	@echo "make counts   write the numbers of lessons and exercises into README.md"
	@echo "make golden   write what the checker says below the answers in tests/golden"
	@echo "make bench    time bpkit beside other implementations"
	@echo "make bench-widgets  time the explorers in a real JupyterLab"
	@echo "make format   let ruff put the code in order"
	@echo "make clean    remove what make installed and built; my-lessons/ stays"

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

NEEDS_CHROMIUM = @PYTHONPATH=tests/browser $(PY) -c 'import lab; lab.CHROMIUM or exit( \
	  "make $@ needs a Chromium on the PATH; on Debian: apt install chromium")'

# Two at a time: a page waits more than it works.
test-browser: $(VENV)/.browser
	$(NEEDS_CHROMIUM)
	@$(MAKE) --no-print-directory -j2 test-explorers test-pages

test-explorers:
	$(PY) -m pytest -q tests/browser/test_explorers.py

test-pages:
	$(PY) -m pytest -q tests/browser --ignore=tests/browser/test_explorers.py \
	  $(SITE_TESTS:%=--ignore=%)

site: $(SITE)/.site
	rm -rf _site
	$(SITE_PY) site/book.py _site
	$(SITE_PY) site/live.py _site

site-serve: site
	@echo "The site is at http://127.0.0.1:$(PORT)/ until you press Ctrl+C."
	@$(SITE_PY) -m http.server --bind 127.0.0.1 --directory _site $(PORT)

test-site: $(VENV)/.browser $(SITE)/.site
	$(NEEDS_CHROMIUM)
	$(PY) -m pytest $(SITE_TESTS)

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
	rm -rf $(VENV) $(SITE) _site build dist .pytest_cache .ruff_cache .hypothesis
	find bpkit tests benchmarks lessons site -name __pycache__ -prune -exec rm -rf {} +

# The recipe runs every time and mostly does nothing. A .venv cannot be moved: its
# programs name the folder in which it was made, and so does this stamp.
$(VENV)/.created $(SITE)/.created: FORCE
	@why=; if [ -e $(@D) ]; then \
	  if [ "$$(cat $@ 2>/dev/null)" != "$$(pwd -P)" ]; then \
	    why="$(@D) was made in another folder, or not to its end"; \
	  elif ! $(@D)/bin/python -c '' 2>/dev/null; then \
	    why="the Python of $(@D) is gone"; \
	  elif [ -n "$(CHOSEN)" ] && [ "$$($(@D)/bin/python -VV)" != "$$($(PYTHON) -VV)" ]; then \
	    why="$(@D) is of $$($(@D)/bin/python -V), not of $(PYTHON)"; \
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
	rm -rf $(@D) && $(PYTHON) -m venv $(@D) && pwd -P > $@

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

$(SITE)/.site: $(SITE_PINS) $(wildcard site/package*.json) site/live-wheels.txt pyproject.toml $(SITE)/.created
	@command -v npm >/dev/null || { echo "The site needs npm, which brings MathJax."; \
	  echo "Install Node.js and run this again: make $(MAKECMDGOALS)"; exit 1; }
	@echo "Installing the site's tools into $(SITE) (once; about a minute)"
	@$(SITE_PY) $(PIP_INSTALL) -e . $(SITE_PINS:%=-r %) $(OR_SAY)
	@rm -rf $(SITE)/wheels
	@$(SITE_PY) -m pip download --quiet --disable-pip-version-check --no-deps \
	  --only-binary :all: --platform any --python-version 3.14 \
	  -d $(SITE)/wheels -r site/live-wheels.txt $(OR_SAY)
	@cp site/package.json site/package-lock.json $(SITE)
	@npm ci --prefix $(SITE) --ignore-scripts --no-audit --no-fund --silent $(OR_SAY)
	@touch $@
