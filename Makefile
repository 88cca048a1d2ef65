# sessiond: `make`, `make demo`, `make check`. `make help` lists the rest.
#
# Variables: V=1 prints full command lines; CC; CFLAGS; DESTDIR; PREFIX. These have build folders of their own:
# SANITIZER=address,undefined or thread; FAILPOINTS=yes; WITH_REGISTRY=0 (a program without libcurl, which knows no
# schema registry); WITH_HTTP=0 (a program without libmicrohttpd, which serves no health, metrics and page);
# WITH_MIMALLOC=0 (a program with the C library's malloc).

CC        ?= cc
PREFIX    ?= /usr/local
SETUP     ?= yes
SANITIZER ?=
FAILPOINTS ?=
WITH_REGISTRY ?= 1
WITH_HTTP ?= 1
WITH_MIMALLOC ?= 1
comma     := ,
empty     :=
space     := $(empty) $(empty)
B         := build$(if $(SANITIZER),-$(subst $(comma),-,$(SANITIZER)))$(if $(FAILPOINTS),-failpoints)$(if $(filter 0,$(WITH_REGISTRY)),-without-registry)$(if $(filter 0,$(WITH_HTTP)),-without-http)$(if $(filter 0,$(WITH_MIMALLOC)),-without-mimalloc)

# ---- Flags ----------------------------------------------------------------------------------------------------------

VERSION  := 0.2.0
# The tarball of a release (make dist) has a file instead of git.
REVISION := $(shell cat .revision 2>/dev/null || git rev-parse --short HEAD 2>/dev/null || echo unknown)

WARNINGS  := -std=c11 -Wall -Wextra -Wshadow -Wconversion -Wformat=2 -Wmissing-prototypes -Wstrict-prototypes \
             -Wpointer-arith -Wvla -Werror=format-security -Werror=implicit-function-declaration
# Some flags only where the compiler knows them: clang 14 has no -ftrivial-auto-var-init=zero, and arm64 no
# -fcf-protection.
known      = $(shell $(CC) $(1) -Werror -x c -c /dev/null -o /dev/null 2>/dev/null && echo $(1))
HARDENING := -fstack-protector-strong -fno-delete-null-pointer-checks -fno-strict-overflow -fno-strict-aliasing -fPIE \
             $(foreach flag,-fstack-clash-protection -fcf-protection=full -ftrivial-auto-var-init=zero,$(call known,$(flag)))
CFLAGS    ?= -O2 -g
# The program has the same bytes in whatever folder it is built.
ALL_CFLAGS  = $(WARNINGS) $(HARDENING) -ffile-prefix-map=$(CURDIR)=. -D_GNU_SOURCE -DVERSION='"$(VERSION)$(if $(FAILPOINTS),+failpoints)"' -Iinclude -I$(B) $(CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now,-z,noexecstack $(LDFLAGS)
ifneq ($(SANITIZER),)
ALL_CFLAGS  += -fsanitize=$(SANITIZER) -fno-sanitize-recover=all -fno-omit-frame-pointer
ALL_LDFLAGS += -fsanitize=$(SANITIZER)
else
ALL_CFLAGS  += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
endif

# ThreadSanitizer has to see the threads and locks of librdkafka.
THREADS := $(if $(filter thread,$(SANITIZER)),tests/tsan/c11_threads.c)

ifneq ($(FAILPOINTS),)
ALL_CFLAGS  += -DFAILPOINTS
endif

# pkg-config is called when a command needs it, not when the Makefile is read: `make check` first installs the
# libraries.
PC         = $(shell pkg-config $(1))
LIBS_avro     = $(call PC,--libs avro-c jansson)
LIBS_kafka    = $(call PC,--libs rdkafka)
LIBS_registry = $(if $(filter 0,$(WITH_REGISTRY)),,$(call PC,--libs libcurl jansson))
LIBS_http     = $(if $(filter 0,$(WITH_HTTP)),,$(call PC,--libs libmicrohttpd))
LIBS_postgres = $(call PC,--libs libpq)
# Linked before all others, so that its malloc serves them too. The sanitizers need their own malloc. Debian's package
# has no file for pkg-config.
MIMALLOC     := $(if $(SANITIZER)$(filter 0,$(WITH_MIMALLOC)),,yes)
LIBS_malloc   = $(if $(MIMALLOC),-Wl$(comma)--push-state$(comma)--no-as-needed -lmimalloc -Wl$(comma)--pop-state)
# Headers of other projects, for which warnings are off.
HEADERS = $(patsubst -I%,-isystem %,$(call PC,--cflags $(1)))
CFLAGS_postgres = $(call HEADERS,libpq)
CFLAGS_kafka    = $(call HEADERS,rdkafka)
CFLAGS_mock     = $(CFLAGS_kafka)

ifeq ($(V),1)
say =
q =
else
say = @printf '  %-5s %s\n' $(1) $(patsubst $(B)/%,%,$(2));
q = @
endif

# ---- Sources: one folder a layer, lower ones first ------------------------------------------------------------------

LAYERS := core json runtime config avro codec kafka postgres registry http worker cli
BASE   := config runtime json core
WITHOUT := src/registry/without.c
# In http only the files that call libmicrohttpd have a twin: `status` and `health` ask another process.
LEFT_OUT := $(if $(filter 0,$(WITH_REGISTRY)),$(filter-out $(WITHOUT),$(wildcard src/registry/*.c)),$(WITHOUT)) \
            $(if $(filter 0,$(WITH_HTTP)),src/http/server.c src/http/listener.c,src/http/without.c)
src     = $(filter-out $(LEFT_OUT),$(sort $(wildcard src/$(1)/*.c src/$(1)/*/*.c)))
objects = $(patsubst src/%.c,$(B)/%.o,$(call src,$(1)))
OBJECTS := $(foreach layer,$(LAYERS),$(call objects,$(layer))) $(B)/main.o
ARCHIVES := $(LAYERS:%=$(B)/lib%.a)
archives = $(foreach layer,$(1),$(B)/lib$(layer).a)

.PHONY: all
all: $(B)/sessiond

$(B)/sessiond: $(B)/main.o $(THREADS) $(ARCHIVES)
	$(call say,LINK,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(B)/main.o $(THREADS) $(call archives,cli worker http registry postgres kafka codec avro $(BASE)) \
	    $(LIBS_malloc) $(LIBS_avro) $(LIBS_kafka) $(LIBS_postgres) $(LIBS_registry) $(LIBS_http) -lpthread

$(B)/%.o: src/%.c | $(B)/gen/sql.h $(B)/gen/schema.h $(B)/gen/http.h $(B)/gen/shell.h
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(ALL_CFLAGS) $(CFLAGS_$(word 2,$(subst /, ,$<))) -MMD -MP -c -o $@ $<

$(B)/gen/%.o: $(B)/gen/%.c
	$(q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

# The only object that knows the revision, so that a commit does not rebuild the rest.
$(B)/cli/version.o: ALL_CFLAGS += -DREVISION='"$(REVISION)"'
$(B)/runtime/allocator.o: ALL_CFLAGS += $(if $(MIMALLOC),-DWITH_MIMALLOC)
# avro-c cannot say its version itself.
$(B)/avro/version.o: ALL_CFLAGS += -DAVRO_VERSION='"$(call PC,--modversion avro-c)"'

define archive_rule
$(B)/lib$(1).a: $(call objects,$(1)) $(2)
	@rm -f $$@
	$$(call say,AR,$$@)$$(AR) rcs $$@ $$^
endef
$(foreach layer,core json runtime config avro kafka registry worker,$(eval $(call archive_rule,$(layer),)))
$(eval $(call archive_rule,codec,$(B)/gen/schema.o))
$(eval $(call archive_rule,postgres,$(B)/gen/sql.o))
$(eval $(call archive_rule,http,$(B)/gen/http.o))
$(eval $(call archive_rule,cli,$(B)/gen/shell.o))

SQL     := $(sort $(wildcard src/postgres/sql/*.sql))
SCHEMAS := $(sort $(wildcard schemas/*.avsc))
SHELLS  := $(sort $(wildcard src/cli/completion/sessiond.*))
$(B)/gen/sql.c: $(SQL) src/embed.awk
	@mkdir -p $(@D)
	$(q)awk -v prefix=sql -v headerfile=$(B)/gen/sql.h -f src/embed.awk $(SQL) > $@
$(B)/gen/schema.c: $(SCHEMAS) src/embed.awk
	@mkdir -p $(@D)
	$(q)awk -v prefix=schema -v headerfile=$(B)/gen/schema.h -f src/embed.awk $(SCHEMAS) > $@
$(B)/gen/http.c: src/http/page.html src/embed.awk
	@mkdir -p $(@D)
	$(q)awk -v prefix=http -v headerfile=$(B)/gen/http.h -f src/embed.awk src/http/page.html > $@
$(B)/gen/shell.c: $(SHELLS) src/embed.awk
	@mkdir -p $(@D)
	$(q)awk -v prefix=shell -v headerfile=$(B)/gen/shell.h -f src/embed.awk $(SHELLS) > $@
$(B)/gen/%.h: $(B)/gen/%.c ;

-include $(OBJECTS:.o=.d)
.SECONDARY:

# ---- Tests: tests/<layer>/check_<noun>.c is one Check program, linked with that layer and those below it -------------

checks = $(patsubst tests/%.c,$(B)/tests/%,$(sort $(wildcard tests/$(1)/check_*.c)))
CHECKS := $(foreach layer,core json runtime config codec kafka loop mock postgres $(if $(filter 0,$(WITH_REGISTRY)),,registry) $(if $(filter 0,$(WITH_HTTP)),,http),$(call checks,$(layer)))

below_core     := core
below_json     := json core
below_runtime  := runtime json core
below_config   := $(BASE)
below_codec    := codec avro $(BASE)
below_kafka    := kafka $(BASE)
below_postgres := postgres $(BASE)
below_registry := registry $(BASE)
below_http     := http codec avro $(BASE)
below_loop     := worker codec avro $(BASE)
below_mock     := worker kafka registry codec avro $(BASE)
libs_codec      = $(LIBS_avro)
libs_kafka      = $(LIBS_kafka)
libs_postgres   = $(LIBS_postgres)
libs_registry   = $(LIBS_registry)
libs_http       = $(LIBS_http) $(LIBS_avro)
libs_loop       = $(LIBS_avro)
# Mock brokers forget the offsets of transactions: tests/mock/cluster.c.
libs_mock       = $(LIBS_avro) $(LIBS_kafka) $(LIBS_registry) -Wl,--wrap=source_kept

# The sources of a folder that are not Check programs are its fakes.
fakes = $(filter-out tests/$(1)/check_%,$(wildcard tests/$(1)/*.c))

define check_rule
$(B)/tests/$(1)/check_%: tests/$(1)/check_%.c $(wildcard tests/*.h tests/$(1)/*.h) $(call fakes,$(1)) $(THREADS) $(call archives,$(below_$(1)))
	@mkdir -p $$(@D)
	$$(call say,CHECK,$$@)$$(CC) $$(ALL_CFLAGS) $$(CFLAGS_$(1)) $$(call PC,--cflags check) -Itests $$(ALL_LDFLAGS) -o $$@ $$< \
	    $(call fakes,$(1)) $(THREADS) $(call archives,$(below_$(1))) $$(libs_$(1)) $$(call PC,--libs check) -lpthread
endef
$(foreach layer,core json runtime config codec kafka loop mock postgres registry http,$(eval $(call check_rule,$(layer))))

.PHONY: setup check check-all check-built check-layers demo up down
setup:
	@SETUP=$(SETUP) WITH_REGISTRY=$(WITH_REGISTRY) WITH_HTTP=$(WITH_HTTP) WITH_MIMALLOC=$(WITH_MIMALLOC) deploy/setup.sh $(SETUP_FOR)

# There are two makes, because the second one reads what the first one may have installed.
check: SETUP_FOR = check
check: setup
	@$(MAKE) -s --no-print-directory every-build
	@tests/run.sh $(B) decide
check-all: SETUP_FOR = all
check-all: setup
	@$(MAKE) -s --no-print-directory every-build
	@tests/run.sh $(B) all
.PHONY: checks every-build with-failpoints
checks: $(CHECKS)

# The builds that tests/run.sh needs: the program itself, the same with sanitizers, and variants that only have to be
# compiled and to work, not to be fast.
QUICKLY = CFLAGS=-O1
JOBS = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))
every-build:
	@$(MAKE) -s --no-print-directory $(JOBS) all checks with-failpoints
	@$(MAKE) -s --no-print-directory $(JOBS) SANITIZER=address,undefined B=$(B)-address-undefined all checks with-failpoints
	@$(MAKE) -s --no-print-directory $(JOBS) SANITIZER=thread B=$(B)-thread checks
	@$(MAKE) -s --no-print-directory $(JOBS) $(QUICKLY) WITH_REGISTRY=0 B=$(B)-without-registry all
	@$(MAKE) -s --no-print-directory $(JOBS) $(QUICKLY) WITH_HTTP=0 B=$(B)-without-http all
	@$(MAKE) -s --no-print-directory fuzzers
	@$(MAKE) -s --no-print-directory before

# The version before this one. The system tests run it beside this one and after it on one ledger, since both run during
# an upgrade. When the ledger changes, set it to the last commit before the change.
BEFORE := c4d146bb5c66e71fc991a5bc1f1ce94c574a459b
.PHONY: before
before: $(B)-before/build/sessiond
$(B)-before/build/sessiond:
	@git cat-file -e $(BEFORE) 2>/dev/null || { echo "before: left out, commit $(BEFORE) is not here (git fetch --unshallow)"; exit 0; }; \
	rm -rf $(B)-before && mkdir -p $(B)-before && git archive $(BEFORE) | tar -x -C $(B)-before && \
	$(MAKE) -s --no-print-directory $(JOBS) $(QUICKLY) -C $(B)-before B=build REVISION=before all

# The program that the system tests can hold at a step: include/runtime/failpoint.h.
with-failpoints:
	@$(MAKE) -s --no-print-directory $(QUICKLY) FAILPOINTS=yes B=$(B)-failpoints all

check-layers: all
	@tests/layers.sh $(B)

# Tests with other servers, libraries and systems: tests/matrix.sh. MATRIX: the names of parts to run.
.PHONY: check-matrix
check-matrix: SETUP_FOR = all
check-matrix: setup
	@$(MAKE) -s --no-print-directory $(JOBS) all checks with-failpoints before
	@tests/matrix.sh $(MATRIX)

# Does a test fail when a guarantee is broken? MUTANTS: the names of mutants to run.
.PHONY: mutants
mutants: SETUP_FOR = check
mutants: setup
	@$(MAKE) -s --no-print-directory with-failpoints
	@tests/mutants.sh $(MUTANTS)

demo up: setup
	@$(MAKE) -s --no-print-directory all
	@BUILD=$(B) deploy/$@.sh
down:
	@deploy/down.sh

# ---- Fuzzing: tests/fuzz/fuzz_<target>.c with clang's libFuzzer, in a build of their own (tests/README.md) -----------

FUZZ_SECONDS ?= 60
FUZZERS := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(filter-out $(if $(filter 0,$(WITH_REGISTRY)),%_answer.c),$(sort $(wildcard tests/fuzz/fuzz_*.c))))
FUZZ_PARTS := $(filter-out tests/fuzz/fuzz_%,$(wildcard tests/fuzz/*.c))
FUZZ_BELOW := http registry codec avro $(BASE)

$(B)/fuzz/%: tests/fuzz/%.c $(FUZZ_PARTS) $(wildcard tests/fuzz/*.h) $(call archives,$(FUZZ_BELOW))
	@mkdir -p $(@D)
	$(call say,FUZZ,$@)$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer $(ALL_LDFLAGS) -o $@ $< $(FUZZ_PARTS) $(call archives,$(FUZZ_BELOW)) $(LIBS_avro)

# gcc has no libFuzzer.
CLANG = CC=clang HARDENING=-fPIE CFLAGS='-O1 -g'
.PHONY: fuzz fuzzers fuzzers-here
fuzzers-here: $(FUZZERS)
fuzzers:
	@$(MAKE) -s --no-print-directory $(JOBS) $(CLANG) SANITIZER=address,undefined,fuzzer-no-link B=$(B)-fuzz fuzzers-here
fuzz: SETUP_FOR = check
fuzz: setup
	@$(MAKE) -s --no-print-directory fuzzers
	@tests/fuzz/run.sh $(B)-fuzz $(FUZZ_SECONDS) $(FUZZ)

COVERAGE = -O1 -g -fprofile-instr-generate -fcoverage-mapping
.PHONY: coverage coverage-here
coverage-here: $(call checks,codec) $(FUZZERS)
coverage: SETUP_FOR = check
coverage: setup
	@$(MAKE) -s --no-print-directory $(JOBS) $(CLANG) CFLAGS='$(COVERAGE)' B=$(B)-coverage coverage-here
	@tests/coverage.sh $(B)-coverage

# ---- Measuring: tests/bench/README.md --------------------------------------------------------------------------------

# Where the tables and plots go; RESULTS=tests/bench shows them in its README. The figures are in $(B)/bench, as JSON.
RESULTS ?= $(B)/bench
.PHONY: bench
bench: SETUP_FOR = bench
bench: setup
	@rm -f $(B)/cli/version.o # so that the report names the present revision
	@$(MAKE) -s --no-print-directory all
	@BUILD=$(B) bash -c '. deploy/paths.sh; export PLOTS; exec "$$VENV/bin/python" tests/bench/bench.py --json $(B)/bench/bench.json \
	    --report $(RESULTS) $(if $(COMMANDS),--commands $(COMMANDS)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(BENCH)'
# A matrix of ledgers, ids, partitions, workers and servers.
.PHONY: bench-growth
bench-growth: SETUP_FOR = check
bench-growth: setup
	@rm -f $(B)/cli/version.o
	@$(MAKE) -s --no-print-directory all
	@BUILD=$(B) tests/bench/growth.sh --json $(B)/bench/growth.json --report $(RESULTS)/growth.md \
	    $(if $(COMMANDS),--commands $(COMMANDS)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(GROWTH)

$(B)/bench_codec: tests/bench/bench_codec.c tests/allocations.h $(call archives,codec avro $(BASE))
	$(call say,BENCH,$@)$(CC) $(ALL_CFLAGS) -Itests $(ALL_LDFLAGS) -o $@ $< $(call archives,codec avro $(BASE)) $(LIBS_avro)
# What a command costs the server, in each way of the store. Uses the server that PG* names, on this machine.
$(B)/bench_store: tests/bench/bench_store.c $(call archives,postgres $(BASE))
	$(q)$(CC) $(ALL_CFLAGS) $(CFLAGS_postgres) $(ALL_LDFLAGS) -o $@ $< $(call archives,postgres $(BASE)) $(LIBS_postgres) -lpthread
.PHONY: bench-store
bench-store:
	@$(MAKE) -s --no-print-directory $(B)/bench_store
	@$(B)/bench_store $(ROUNDS)
.PHONY: bench-http
bench-http: SETUP_FOR = check
bench-http: setup all
	@bash -c '. deploy/paths.sh; exec "$$VENV/bin/python" tests/bench/bench_http.py'
.PHONY: screenshots
screenshots: SETUP_FOR = check
screenshots: setup all
	@bash -c '. deploy/paths.sh; PYTHONPATH=tests exec "$$VENV/bin/python" tests/system/screenshots.py deploy/screenshots'
.PHONY: bench-codec
bench-codec: setup
	@$(MAKE) -s --no-print-directory $(B)/bench_codec
	@$(B)/bench_codec $(ROUNDS)

# ---- Housekeeping ---------------------------------------------------------------------------------------------------

.PHONY: format lint install clean help metrics-doc
metrics-doc: $(B)/tests/core/check_counters
	@WRITE_DOCUMENT=yes CK_RUN_CASE=counters $(B)/tests/core/check_counters >/dev/null && echo 'deploy/metrics.md is written'
FORMATTED = $(wildcard src/*.c src/*/*.c src/*/*/*.c include/*/*.h include/*/*/*.h tests/*/*.c tests/*/*.h tests/*.h)
format: SETUP_FOR = check
format: setup
	@tests/format.sh -i $(FORMATTED)
lint: $(B)/gen/sql.h $(B)/gen/schema.h $(B)/gen/http.h $(B)/gen/shell.h
	@tests/lint.sh $(B)

install: all
	install -D -m 0755 $(B)/sessiond $(DESTDIR)$(PREFIX)/bin/sessiond
	install -d $(DESTDIR)$(PREFIX)/share/sessiond/schemas
	install -m 0644 $(SCHEMAS) $(DESTDIR)$(PREFIX)/share/sessiond/schemas/

# A release: deploy/dist.sh.
.PHONY: dist deb
dist:
	@deploy/dist.sh tarball $(VERSION) $(B)/dist
deb:
	@deploy/dist.sh deb $(VERSION) $(B)/dist

clean: down
	rm -rf build build-*

help:
	@echo "make            build/sessiond"
	@echo "make demo       the main job for real: broker, database, worker, a kill -9, and a count"
	@echo "make up, down   the same as a development environment that stays"
	@echo "make check      every test that decides; make check-all adds the long ones"
	@echo "make check-matrix  the tests with other PostgreSQL, Kafka, librdkafka and systems; MATRIX='postgresql-18 debian-13'"
	@echo "make mutants    does a test fail when a guarantee is broken; MUTANTS='no-unique-key no-abort'"
	@echo "make fuzz       new inputs for what reads strangers' bytes; FUZZ_SECONDS=60 each, FUZZ='avro json'"
	@echo "make coverage   which lines of src/json, src/avro and src/codec the tests reach"
	@echo "make bench-http   what the page and scrapes cost a worker: COMMANDS=100000 TURNS=4"
	@echo "make screenshots  deploy/screenshots, each from a real worker in that state, in headless Chromium"
	@echo "make bench-codec  what decoding one command costs, beside avro-c and jansson"
	@echo "make bench-store  what a command costs PostgreSQL, by statement and in bulk; on the server that PG* names"
	@echo "make bench      drain, replay and latency beside COPY, with plots; COMMANDS=400000 ROUNDS=5 BENCH='--rate 1000'"
	@echo "make bench-growth  the rate with 1 and 10 million outcomes, by ids, partitions, workers and PostgreSQL"
	@echo "make dist, deb  a tarball that builds where git is not; a package for this Debian: build/dist"
	@echo "make format, lint, check-layers, install DESTDIR=, clean"
	@echo "SETUP=no        install nothing; SANITIZER=address,undefined; V=1"
