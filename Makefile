# Every target sets up .venv by itself. Another interpreter: make test PYTHON=/path/to/python3.12
SHELL := /bin/bash
PYTHON ?=
VENV := .venv
# A stamp for each PYTHON: another interpreter makes $(VENV) anew.
READY := $(VENV)/.ready$(if $(PYTHON),-$(subst /,_,$(PYTHON)))
RUN := $(VENV)/bin/python
IN_RANGE := import sys, venv, ensurepip; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))
DEMO := demo-output
CHAR_RNN := fixtures/char_rnn/tf1.4.1
CLASSIFIER := fixtures/birnn_classifier/tf1.15.5
CANDIDATES := python3.13 python3.12 python3.11 python3.10 python3

# About half of the time that all tests take.
LONG := $(patsubst %,tests/end_to_end/test_%.py,rnn_matrix odd_graphs random_programs inference_forms compat_graphs waited_for step_grid functional_graphs recurrence_by_hand two_times)

.PHONY: demo test test-long test-others test-fast lint format

# A candidate counts only when it runs: a version manager's shim may exist without the interpreter behind it.
$(READY): setup.py
	@set -e; \
	if ! $(RUN) -c '$(IN_RANGE)' 2>/dev/null || [ -n '$(PYTHON)' ]; then \
	    for each in $(or $(PYTHON),$(CANDIDATES)); do \
	        if $$each -c '$(IN_RANGE)' 2>/dev/null; then chosen=$$each; break; fi; \
	    done; \
	    if [ -z "$$chosen" ]; then \
	        echo "error: no Python from 3.10 to 3.13 with venv among: $(or $(PYTHON),$(CANDIDATES))" >&2; exit 2; \
	    fi; \
	    echo "making $(VENV) with $$chosen"; \
	    $$chosen -m venv --clear $(VENV); \
	fi
	$(RUN) -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

# Both model families from end to end; the folder is replaced only where an earlier demo made it.
demo: $(READY)
	@if [ -e $(DEMO) ] && [ ! -e $(DEMO)/.made-by-make-demo ]; then \
	    echo "error: $(DEMO)/ was not made by make demo; move it away first" >&2; exit 2; \
	fi
	@rm -rf $(DEMO) && mkdir $(DEMO) && touch $(DEMO)/.made-by-make-demo
	$(RUN) -m tf1compat inspect $(CHAR_RNN)
	$(RUN) -m converters.char_rnn $(CHAR_RNN) $(DEMO)/char_rnn --prime 'It is a truth ' --length 400 --temperature 0.4
	$(RUN) -m tf1compat inspect $(CLASSIFIER)
	$(RUN) -m converters.sequence_classifier $(CLASSIFIER) $(DEMO)/birnn_classifier \
	    --labels checkpoint:class_mapping --classify 'jane@pemberley.org' 'www.gutenberg.org/ebooks/1342' '28 jan 1813' '-3.14' 'pride prejudice'

# In two processes at once, about as long the one as the other: how far they are now and then, their outputs at the end.
test: $(READY)
	@echo "two processes run the tests, for about a quarter of an hour"
	@$(RUN) tests/side_by_side.py 'long=$(RUN) -m pytest $(LONG)' \
	    'others=$(RUN) -m pytest $(addprefix --ignore=,$(LONG))'

test-long: $(READY)
	$(RUN) -m pytest $(LONG)

test-others: $(READY)
	$(RUN) -m pytest $(addprefix --ignore=,$(LONG))

test-fast: $(READY)
	$(RUN) -m pytest -m "not tensorflow and not slow"

lint: $(READY)
	$(RUN) -m ruff check
	$(RUN) -m ruff format --check
	$(RUN) -m mypy

format: $(READY)
	$(RUN) -m ruff check --fix
	$(RUN) -m ruff format
