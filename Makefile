# Each command first installs what it lacks (.ci/install), and asks before it does; YES=1 does not ask.
PYTHON := .venv/bin/python
PARALLEL := --numprocesses 2 --dist loadfile --no-loadscope-reorder
PYTEST = $(PYTHON) -m pytest --no-header $(if $(TRADELATCH_TEST_DSN),,$(PARALLEL))
PRIVATE_PYTEST := env -u TRADELATCH_TEST_DSN $(PYTHON) -m pytest --no-header $(PARALLEL)
LOCKED := binary cli demo postgres test
ON_18 := test/plan test/client test/database test/isolation test/test_pgtap.py \
	test/adoption/test_real_tables.py::test_with_its_rows_it_comes_back_as_it_was
HEAVY := $(wildcard test/adoption test/recovery test/simulation test/crash test/failover test/properties test/reproduce test/schedule \
	test/logs test/venues test/watching test/cluster test/demo test/plan/test_plan.py test/cli/test_deploy.py test/cli/test_advice.py \
	test/cli/test_terminals.py test/docs/test_runbook.py test/database/test_locks.py test/database/test_waiting.py \
	test/client/test_connections_*.py test/client/test_faults_*.py test/client/test_lost_answers_*.py \
	test/test_bench.py test/test_wheel.py test/make/test_without_root.py)

# The files that git sees changed since a commit, and new ones.
CHANGED = $(shell git diff --name-only --diff-filter=d $(or $(SINCE),HEAD) -- && git ls-files --others --exclude-standard)
# pytest keeps the tests that it compiled, for which every start takes 2 s less.
export PYTHONDONTWRITEBYTECODE :=

# $(call stage,NAME,COMMAND) prints one line with the seconds it took, and what it printed when it fails.
stage = @started=$$(date +%s); output=$$($(2) 2>&1) || { printf '%s\n%s failed\n' "$$output" '$(1)'; exit 1; }; \
	printf '%-10s %3d s\n' '$(1)' $$(($$(date +%s) - started))

# Where .ci/install may not use apt, it notes which tests need what is missing.
IGNORE_LEFT_OUT = $$(sed 's/.*: //; s/[^ ][^ ]*/--ignore=&/g' .venv/left-out 2>/dev/null)
say_left_out = status=$$?; [ ! -s .venv/left-out ] || { echo 'Left out, because what they need is not installed:'; cat .venv/left-out; } >&2; exit $$status

define lint
	$(call stage,ruff,$(PYTHON) -m ruff check --quiet --output-format concise client test && $(PYTHON) -m ruff format --quiet --check --output-format concise client test)
	$(call stage,generated,$(PYTHON) client/async_to_sync.py --check)
	$(call stage,mypy,$(PYTHON) -m mypy)
	$(call stage,squawk,.venv/bin/squawk --reporter gcc deploy/*/*.sql deploy/*/*.psql)
endef
sqlfluff = $(PYTHON) -m sqlfluff lint --nocolor --disable-progress-bar

.PHONY: help demo quick test check check-elsewhere simulate crash failover adopt-large mutants lock up down bench clean

help: ## list the commands
	@sed -nE 's/^([a-z-]+): ## (.*)/make \1	\2/p' Makefile | expand -t 18

demo: ## replay two incidents on the old flow and on tradelatch
	@.ci/install demo
	@$(PYTHON) -m tradelatch.sandbox run --scratch -- $(PYTHON) -m tradelatch.incidents.demo

quick: ## linters, and the tests of the files that git sees changed: SINCE=commit
	@.ci/install test
	$(lint)
	$(if $(filter %.sql,$(filter deploy/% revert/% verify/%,$(CHANGED))),$(call stage,sqlfluff,$(sqlfluff) $(filter %.sql,$(filter deploy/% revert/% verify/%,$(CHANGED)))))
	@$(PYTHON) test/choose.py --heavy '$(HEAVY)' --changed $(CHANGED)

test: ## everything quick; ONLY=file, or what pytest -k takes; TRADELATCH_TEST_DSN tests on a server of your own
	@.ci/install test
ifdef ONLY
	@$(PYTHON) test/choose.py --heavy '$(HEAVY)' --only "$$ONLY"
else
	$(lint)
	@$(PYTEST) $(HEAVY:%=--ignore=%) $(IGNORE_LEFT_OUT); $(say_left_out)
endif

check: ## the rest, which takes longer: simulation, crashes, properties, adoption, PgBouncer, PostgreSQL 18
	@.ci/install test
	$(call stage,sqlfluff,$(sqlfluff) deploy revert verify)
	@.ci/audit
	@$(PYTEST) $(HEAVY) $(IGNORE_LEFT_OUT); $(say_left_out)
	@if [ -s .venv/left-out ]; then echo '  and PgBouncer, and a second release of PostgreSQL' >&2; \
		else $(MAKE) --no-print-directory check-elsewhere; fi

check-elsewhere:
	@printf '\nThe client through PgBouncer\n'
	@TRADELATCH_TEST_PGBOUNCER=1 $(PRIVATE_PYTEST) test/client
	@printf '\nPostgreSQL 18\n'
	@TRADELATCH_TEST_POSTGRES=18 $(PRIVATE_PYTEST) $(ON_18)

simulate: ## seeded trading days against PostgreSQL: SEEDS=100 FIRST=1
	@.ci/install test
	@$(PYTHON) test/simulation/simulate.py --seeds $(or $(SEEDS),100) --first $(or $(FIRST),1)

crash: ## servers and clients killed under load: ROUNDS=20
	@.ci/install test
	@TRADELATCH_CRASH_ROUNDS=$(or $(ROUNDS),20) $(PYTHON) -m pytest --no-header -q -s test/crash

failover: ## the primary lost under load, each kind: ROUNDS=5; PATRONI=1 with Patroni and etcd
	@.ci/install test
	@TRADELATCH_FAILOVER_ROUNDS=$(or $(ROUNDS),5) $(PYTHON) $(if $(PATRONI),test/failover/patroni.py,-m pytest --no-header -q -s test/failover)

adopt-large: ## two million rows taken over and given back while writers write: ROWS=2000000
	@.ci/install test
	@$(PYTHON) test/adoption/large.py --rows $(or $(ROWS),2000000)

mutants: ## the build broken on purpose: which test sees it
	@.ci/install test
	@$(PYTHON) test/mutants/run.py
	@$(PYTHON) test/mutants/client.py

lock: ## write .ci/requirements.lock anew, by uv
	@uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--no-emit-index-url $(LOCKED:%=--extra %) pyproject.toml --output-file .ci/requirements.lock

up: ## keep a private database running and print its DSN
	@.ci/install demo
	@$(PYTHON) -m tradelatch.sandbox up

down: ## end it
	@[ ! -x $(PYTHON) ] || $(PYTHON) -m tradelatch.sandbox down

bench: ## how fast it is, measured side by side: JSON=file
	@.ci/install test
	@$(PYTHON) test/bench/run.py $(if $(JSON),--json '$(JSON)')

clean: down ## end it and remove what was made here
	rm -rf .clusters .venv .hypothesis .mypy_cache .pytest_cache .ruff_cache
