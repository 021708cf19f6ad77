# Everything runs in .venv, which is built from requirements.lock with nothing but python3 (3.12 or newer) and make.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.stamp
# pip tells errors only: its warnings are of the machine, not of the project
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help reproduce test browser lint docs bench calibrate worlds fuzz faults lock clean

help:
	@echo "make reproduce   figures of the study, its power and the next study, in results/, and one page of all"
	@echo "make test        all quick tests"
	@echo "make browser     lensim app in Chromium, which must be there; some minutes"
	@echo "make lint        format, lint and types"
	@echo "make docs        the documentation as pages in build/docs; its examples run, and warnings are errors"
	@echo "make bench       benchmarks; NAME=simulator for one of them"
	@echo "make calibrate   truths from the priors by every model and engine, into docs/evidence/calibration.md, then slow tests of statistics;"
	@echo "                 MODEL=cell_cycle_phases ENGINE=nuts SIMULATIONS=100 MINUTES=30 WORKERS=2 for some of it; goes on where"
	@echo "                 it was stopped; AGAIN=1 after a change"
	@echo "make worlds      coverage where the data are not what a model says, into docs/evidence/worlds.md; STUDIES=40 ENGINE=nuts"
	@echo "                 ASSAY=expression WORKERS=2 for some of it; goes on where it was stopped; AGAIN=1 after a change"
	@echo "make fuzz        mutated inputs at every door; MINUTES=10 DOOR=rdml SEED=2 WORKERS=1 for some of it"
	@echo "make faults      every write of every command fails once, and 500 kills; EVERY=3 KILLS=100 SEED=2 for less or others"
	@echo "make lock        requirements.lock anew from pyproject.toml"
	@echo "make clean       away with .venv, caches and builds; results stay"

# In this order: what reads results of others comes after them, the page last.
EXPERIMENTS := twin_populations fig1_dose_response fig2_expression fig2c_bioassay fig3a_cell_cycle selection_lp1_lr \
	audit_published_statistics power_paper_designs power_dose_response plan_follow_up associations claims report

reproduce: $(STAMP)
	@for name in $(EXPERIMENTS); do $(BIN)/python -m experiments.$$name --force || exit 1; done

test: $(STAMP)
	@$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadfile --durations=20

browser: $(STAMP)
	@$(BIN)/python -m pytest -m browser tests/app

lint: $(STAMP)
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy

docs: $(STAMP)
	@$(BIN)/python -m docs.site build/docs
	@echo "build/docs/index.html"

bench: $(STAMP)
	@$(BIN)/python -m benchmarks $(NAME)

calibrate: $(STAMP)
	@$(BIN)/python -m benchmarks.calibration --page docs/evidence/calibration.md \
		--records docs/evidence/records/calibration.jsonl.gz --simulations $(or $(SIMULATIONS),300) \
		$(if $(MODEL),--model $(MODEL)) $(if $(ENGINE),--engine $(ENGINE)) $(if $(WORKERS),--workers $(WORKERS)) \
		$(if $(MINUTES),--minutes $(MINUTES)) $(if $(AGAIN),--again)
	@$(BIN)/python -m pytest -m calibrate

worlds: $(STAMP)
	@$(BIN)/python -m benchmarks.worlds --page docs/evidence/worlds.md --studies $(or $(STUDIES),40) \
		$(if $(ENGINE),--engine $(ENGINE)) $(if $(ASSAY),--assay $(ASSAY)) \
		$(if $(SEED),--seed $(SEED)) $(if $(WORKERS),--workers $(WORKERS)) $(if $(AGAIN),--again)

fuzz: $(STAMP)
	@$(BIN)/python -W ignore -m tests.fuzz --minutes $(or $(MINUTES),10) --door "$(DOOR)" --seed $(or $(SEED),1) \
		$(if $(WORKERS),--workers $(WORKERS))

faults: $(STAMP)
	@$(BIN)/python -m tests.faults writes --every $(or $(EVERY),1)
	@$(BIN)/python -m tests.faults kills --count $(or $(KILLS),500) --seed $(or $(SEED),1)

# No dependence on the stamp: a changed pyproject.toml would first rebuild .venv from the lock that is to be replaced.
lock:
	@test -x $(BIN)/uv || $(MAKE) --no-print-directory $(STAMP)
	@$(BIN)/uv pip compile --quiet --universal --no-header --no-emit-index-url --extra dev --extra instruments --extra app --extra docs \
		pyproject.toml -o requirements.lock

clean:
	@rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .fuzz
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp goes first and comes last, so a build broken halfway leaves none and is begun anew.
$(STAMP): requirements.lock pyproject.toml
	@command -v "$(PYTHON)" >/dev/null || { \
		echo "lensim needs Python 3.12 or newer, found no $(PYTHON) (make PYTHON=... names another)" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 12))' || { \
		echo "lensim needs Python 3.12 or newer, $(PYTHON) is $$("$(PYTHON)" -V 2>&1) (make PYTHON=... names another)" >&2; \
		exit 1; }
	@"$(PYTHON)" -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "lensim needs the modules venv and ensurepip of $(PYTHON) (a package such as python3-venv has them)" >&2; \
		exit 1; }
	@echo "building .venv, once, in some minutes"
	@rm -f $@
	@"$(PYTHON)" -m venv --clear .venv
	@$(PIP) install -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@$(BIN)/lensim prepare >/dev/null 2>&1 || echo "engines are compiled at their first use instead"
	@touch $@
