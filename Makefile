# Each target does what it needs first. `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export FEEDBACK_PORT ?= 8000
WORKERS ?= 2

.PHONY: help wheel measure mutants setup setup-dev setup-strong run test test-postgres check bench library translations clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(VENV)/created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "This Python cannot make a virtual environment. On Debian: apt install python3-venv"; rm -rf $(VENV); exit 1; }
	@touch $@

$(VENV)/installed: $(VENV)/created requirements.txt pyproject.toml
	@echo "Installing pinned dependencies ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed requirements-dev.txt
	@echo "Installing what tests and checks need ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

feedback_app/translations/pl/LC_MESSAGES/messages.mo: feedback_app/translations/pl/LC_MESSAGES/messages.po $(VENV)/installed
	@$(BIN)/pybabel --quiet compile -d feedback_app/translations

setup: $(VENV)/installed feedback_app/translations/pl/LC_MESSAGES/messages.mo ## Virtual environment in .venv, pinned dependencies, the console script

setup-dev: setup $(VENV)/installed-dev

setup-strong: setup ## Stronger encoders for grouping (200 MB more), for `themes cluster --strong`
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-strong.txt

run: setup ## Pages and worker at http://127.0.0.1:8000 (FEEDBACK_PORT), demo company on first start
	@FEEDBACK_DEVELOPMENT=$${FEEDBACK_DEVELOPMENT:-1} \
	FEEDBACK_MAIL_FROM=$${FEEDBACK_MAIL_FROM:-rozmowa@kolodomu.example} FEEDBACK_LOG_FORMAT=$${FEEDBACK_LOG_FORMAT:-console} FEEDBACK_LOG_LEVEL=$${FEEDBACK_LOG_LEVEL:-warning} \
	$(BIN)/feedback-app serve

test: setup-dev ## The whole suite on SQLite (TEST_DATABASE_URL: on that PostgreSQL)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

test-postgres: setup-dev ## All that touches the database, on a PostgreSQL that comes with the test packages
	@$(BIN)/python tests/with_postgres.py $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

check: setup-dev ## The static gate: ruff, format, djlint, mypy --strict, floors
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/djlint templates --check --quiet
	@$(BIN)/mypy
	@$(BIN)/lint-imports

wheel: setup-dev ## Build sdist and wheel, install the wheel alone, walk it from an empty folder
	@$(BIN)/python tests/wheel_walk.py

mutants: setup-dev ## Small mistakes put into deciding modules: do their tests catch them?
	@$(BIN)/python benchmarks/mutants.py $(MUTANTS)

measure: setup-dev ## The house in numbers: sizes, cycles, contracts, tests
	@$(BIN)/python benchmarks/measure.py

bench: setup-dev ## The benchmarks that need nothing but this checkout
	@$(BIN)/python benchmarks/run_all.py

library: setup ## Write docs/library.md, the table of subjects, anew
	@$(BIN)/python -m feedback_app.themes.library.page > docs/library.md

teach: setup-dev ## Teach the models of mentions and tones again (two minutes); see benchmarks/understanding/teaching
	@PYTHONPATH=. OMP_NUM_THREADS=1 $(BIN)/python benchmarks/understanding/teach.py

translations: setup-dev ## Collect texts into the Polish catalogue
	@mkdir -p var
	@$(BIN)/pybabel --quiet extract -F babel.cfg -k _l -k N_ -k lazy_gettext --no-location --omit-header -o var/messages.pot .
	@$(BIN)/pybabel --quiet update -i var/messages.pot -d feedback_app/translations --no-fuzzy-matching --no-wrap --ignore-pot-creation-date
	@rm -f var/messages.pot

clean: ## Remove the virtual environment and caches (not var/)
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache *.egg-info
