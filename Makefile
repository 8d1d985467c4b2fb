# Two commands matter: `make demo` and `make test`. Both do all the set-up they need.
.DEFAULT_GOAL := help
PYTHON ?= python3
RUN := .venv/bin/python

.PHONY: help setup demo test lint sanity unit molecule bench docs clean

help:
	@echo "make demo      diagnose a simulated estate of 12 LPARs over real ssh and print the report"
	@echo "make test      every check and test"
	@echo "make lint sanity unit molecule   one part of make test"
	@echo "make bench     timings beside ansible -m ping and plain ssh, written to docs/performance.md"
	@echo "make docs      check the documentation of all modules, roles and playbooks"
	@echo "make clean     remove everything that was set up or built here"

setup: .venv/complete
.venv/complete: requirements.txt tests/tools/setup.sh
	@PYTHON=$(PYTHON) sh tests/tools/setup.sh

demo: setup
	@$(RUN) tests/tools/demo.py

test: setup
	@$(RUN) tests/tools/check.py

lint sanity unit molecule docs: setup
	@$(RUN) tests/tools/check.py $@

bench: setup
	@$(RUN) tests/benchmark/run.py

clean:
	rm -rf .venv .cache rmc-report
