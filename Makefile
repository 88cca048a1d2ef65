# sessiond: `make`, `make demo`, `make check`. `make help` lists the rest.
#
# Variables: V=1 full command lines; SANITIZER=address,undefined|thread, FAILPOINTS=yes (their own build folders); CC; CFLAGS;
# DESTDIR, PREFIX.

CC        ?= cc
PREFIX    ?= /usr/local
SETUP     ?= yes
SANITIZER ?=
FAILPOINTS ?=
comma     := ,
empty     :=
space     := $(empty) $(empty)
B         := build$(if $(SANITIZER),-$(subst $(comma),-,$(SANITIZER)))$(if $(FAILPOINTS),-failpoints)

# ---- Flags ----------------------------------------------------------------------------------------------------------

VERSION  := 0.1.0
REVISION := $(shell git rev-parse --short HEAD 2>/dev/null || echo unknown)

WARNINGS  := -std=c11 -Wall -Wextra -Wshadow -Wconversion -Wformat=2 -Wmissing-prototypes -Wstrict-prototypes \
             -Wpointer-arith -Wvla -Werror=format-security -Werror=implicit-function-declaration
HARDENING := -fstack-protector-strong -fstack-clash-protection -fcf-protection=full -ftrivial-auto-var-init=zero \
             -fno-delete-null-pointer-checks -fno-strict-overflow -fno-strict-aliasing -fPIE
CFLAGS    ?= -O2 -g
ALL_CFLAGS  = $(WARNINGS) $(HARDENING) -D_GNU_SOURCE -DVERSION='"$(VERSION)$(if $(FAILPOINTS),+failpoints)"' -Iinclude -I$(B) $(CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now,-z,noexecstack $(LDFLAGS)
ifneq ($(SANITIZER),)
ALL_CFLAGS  += -fsanitize=$(SANITIZER) -fno-sanitize-recover=all -fno-omit-frame-pointer
ALL_LDFLAGS += -fsanitize=$(SANITIZER)
else
ALL_CFLAGS  += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
endif

ifneq ($(FAILPOINTS),)
ALL_CFLAGS  += -DFAILPOINTS
endif

# Asked for when a command needs them, not when the Makefile is read: `make check` installs them first.
PC         = $(shell pkg-config $(1))
LIBS_codec    = $(call PC,--libs avro-c jansson)
LIBS_kafka    = $(call PC,--libs rdkafka)
LIBS_postgres = $(call PC,--libs libpq)
CFLAGS_postgres = $(call PC,--cflags libpq)

ifeq ($(V),1)
say =
q =
else
say = @printf '  %-5s %s\n' $(1) $(patsubst $(B)/%,%,$(2));
q = @
endif

# ---- Sources: one folder a layer, lower ones first ------------------------------------------------------------------

LAYERS := core ops codec kafka postgres worker cli
src     = $(sort $(wildcard src/$(1)/*.c))
objects = $(patsubst src/%.c,$(B)/%.o,$(call src,$(1)))
OBJECTS := $(foreach layer,$(LAYERS),$(call objects,$(layer))) $(B)/main.o
ARCHIVES := $(LAYERS:%=$(B)/lib%.a)
archives = $(foreach layer,$(1),$(B)/lib$(layer).a)

.PHONY: all
all: $(B)/sessiond

$(B)/sessiond: $(B)/main.o $(ARCHIVES)
	$(call say,LINK,$@)$(CC) $(ALL_LDFLAGS) -o $@ $(B)/main.o $(call archives,cli worker postgres kafka codec ops core) \
	    $(LIBS_codec) $(LIBS_kafka) $(LIBS_postgres) -lpthread

$(B)/%.o: src/%.c | $(B)/gen/sql.h $(B)/gen/schema.h
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(ALL_CFLAGS) $(CFLAGS_$(patsubst src/%/,%,$(dir $<))) -MMD -MP -c -o $@ $<

$(B)/gen/%.o: $(B)/gen/%.c
	$(q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

# The only object that knows the revision, so that a commit does not rebuild the rest.
$(B)/cli/version.o: ALL_CFLAGS += -DREVISION='"$(REVISION)"'
# avro-c cannot say its version itself.
$(B)/codec/version.o: ALL_CFLAGS += -DAVRO_VERSION='"$(call PC,--modversion avro-c)"'

define archive_rule
$(B)/lib$(1).a: $(call objects,$(1)) $(2)
	@rm -f $$@
	$$(call say,AR,$$@)$$(AR) rcs $$@ $$^
endef
$(foreach layer,core ops kafka worker cli,$(eval $(call archive_rule,$(layer),)))
$(eval $(call archive_rule,codec,$(B)/gen/schema.o))
$(eval $(call archive_rule,postgres,$(B)/gen/sql.o))

SQL     := $(sort $(wildcard src/postgres/sql/*.sql))
SCHEMAS := $(sort $(wildcard schemas/*.avsc))
$(B)/gen/sql.c: $(SQL) src/embed.awk
	@mkdir -p $(@D)
	$(q)awk -v prefix=sql -v headerfile=$(B)/gen/sql.h -f src/embed.awk $(SQL) > $@
$(B)/gen/schema.c: $(SCHEMAS) src/embed.awk
	@mkdir -p $(@D)
	$(q)awk -v prefix=schema -v headerfile=$(B)/gen/schema.h -f src/embed.awk $(SCHEMAS) > $@
$(B)/gen/%.h: $(B)/gen/%.c ;

-include $(OBJECTS:.o=.d)
.SECONDARY:

# ---- Tests: tests/<layer>/check_<noun>.c is one Check program, linked with that layer and those below it -------------

checks = $(patsubst tests/%.c,$(B)/tests/%,$(sort $(wildcard tests/$(1)/check_*.c)))
CHECKS_PURE     := $(call checks,core) $(call checks,ops) $(call checks,codec) $(call checks,kafka) $(call checks,loop)
CHECKS_POSTGRES := $(call checks,postgres)
FAKES := $(filter-out tests/loop/check_%,$(wildcard tests/loop/*.c))

below_core     := core
below_ops      := ops core
below_codec    := codec ops core
below_kafka    := kafka ops core
below_postgres := postgres ops core
below_loop     := worker codec ops core
libs_codec      = $(LIBS_codec)
libs_kafka      = $(LIBS_kafka)
libs_postgres   = $(LIBS_postgres)
libs_loop       = $(LIBS_codec)

define check_rule
$(B)/tests/$(1)/check_%: tests/$(1)/check_%.c $(wildcard tests/*.h tests/$(1)/*.h) $(if $(filter loop,$(1)),$(FAKES)) $(call archives,$(below_$(1)))
	@mkdir -p $$(@D)
	$$(call say,CHECK,$$@)$$(CC) $$(ALL_CFLAGS) $$(CFLAGS_$(1)) $$(call PC,--cflags check) -Itests $$(ALL_LDFLAGS) -o $$@ $$< \
	    $(if $(filter loop,$(1)),$(FAKES)) $(call archives,$(below_$(1))) $$(libs_$(1)) $$(call PC,--libs check) -lpthread
endef
$(foreach layer,core ops codec kafka postgres loop,$(eval $(call check_rule,$(layer))))

.PHONY: setup check check-all check-built check-layers demo bench up down
setup:
	@SETUP=$(SETUP) deploy/setup.sh $(SETUP_FOR)

# Two makes: the second one reads what the first one may have installed.
check: SETUP_FOR = check
check: setup
	@$(MAKE) -s --no-print-directory all checks
	@tests/run.sh $(B) decide
check-all: SETUP_FOR = check
check-all: setup
	@$(MAKE) -s --no-print-directory all checks
	@tests/run.sh $(B) all
.PHONY: checks
checks: $(CHECKS_PURE) $(CHECKS_POSTGRES)

check-layers: all
	@tests/layers.sh $(B)

bench: SETUP_FOR = check
demo up bench: setup
	@$(MAKE) -s --no-print-directory all
	@BUILD=$(B) deploy/$@.sh $(if $(filter bench,$@),$(BENCH))
down:
	@deploy/down.sh

# ---- Housekeeping ---------------------------------------------------------------------------------------------------

.PHONY: format lint install clean help
FORMATTED = $(wildcard src/*.c src/*/*.c include/*/*.h tests/*/*.c tests/*/*.h tests/*.h)
format:
	@clang-format --version | grep -q ' version 14\.' || { echo "format: clang-format 14 is needed (Debian: clang-format-14)"; exit 1; }
	@clang-format -i $(FORMATTED)
lint:
	@tests/lint.sh

install: all
	install -D -m 0755 $(B)/sessiond $(DESTDIR)$(PREFIX)/bin/sessiond
	install -d $(DESTDIR)$(PREFIX)/share/sessiond/schemas
	install -m 0644 $(SCHEMAS) $(DESTDIR)$(PREFIX)/share/sessiond/schemas/

clean: down
	rm -rf build build-*

help:
	@echo "make            build/sessiond"
	@echo "make demo       the main job for real: broker, database, worker, a kill -9, and a count"
	@echo "make up, down   the same as a development environment that stays"
	@echo "make check      every test that decides; make check-all adds the long ones"
	@echo "make bench      throughput, CPU and memory beside COPY; BENCH='--commands N --batch N'"
	@echo "make format, lint, check-layers, install DESTDIR=, clean"
	@echo "SETUP=no        install nothing; SANITIZER=address,undefined; V=1"
