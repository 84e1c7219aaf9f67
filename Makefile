# Builds, tests and installs suture. Needs make, and apt-get for what else is missing; writes only under build/.
#
#   make             build/suture and build/lib/lua/5.4/suture/core.so
#   make demo        patches a real program, showing before and after
#   make test        every spec: plain, under sanitizers, with the collector always due
#   make fuzz        the parsers of foreign bytes under libFuzzer, FUZZ_SECONDS=60 each
#   make crash       flushes interrupted at every system call and by every power cut, in full
#   make coverage    which branches of flush, savepoint and recovery are never taken, and why
#   make peers       the same kills and the same full disk for other patchers, as a table
#   make bench       what things cost, over peers and over what the machine can do, as a table of ratios
#   make lint        luacheck, cppcheck, warnings of gcc and clang, the format
#   make format      brings C into the format that lint demands
#   make install     DESTDIR= PREFIX=/usr/local: the executable, the module, recipes, manual, completions
#   make manual      build/suture.1
#   make clean
#
# CC=clang builds with clang, VARIANT=asan into build/asan with the address and undefined behaviour sanitizers,
# VARIANT=small and small-asan with pages of 16 bytes, so that small data crosses every boundary.

MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := all

CC = cc
PREFIX = /usr/local
DESTDIR =
VARIANT =
OUT = $(if $(VARIANT),build/$(VARIANT),build)
LUA = lua5.4
LUA_INCLUDE = /usr/include/lua5.4
LUA_SHARE = /usr/share/lua/5.4

# Debian packages, one list for each purpose

build-packages = gcc libb2-dev libc6-dev libdeflate-dev liblua5.4-dev libseccomp-dev libssl-dev libxxhash-dev lua5.4 \
    lua-argparse lua-dkjson $(filter clang,$(CC))
demo-packages = binutils
test-packages = $(crash-packages) $(comparison-packages) acl lua-busted lua-check binutils bsdextrautils openssl python3 python3-jsonschema python3-pefile xxd \
    xxhash fish libreadline8 mandoc tmux zsh $(recipe-packages)
recipe-packages = elfutils file gdisk gzip libubootenv-tool pngcheck u-boot-tools unzip zip
crash-packages = attr e2fsprogs strace util-linux
comparison-packages = bsdiff patchelf poke
peers-packages = $(crash-packages) $(comparison-packages) gcc libc6-dev python3 xxd
bench-packages = $(build-packages) libhyperscan-dev luajit openssl python3 ripgrep yara
fuzz-packages = clang libb2-dev libclang-rt-14-dev libdeflate-dev libssl-dev libxxhash-dev
lint-packages = lua-check cppcheck clang clang-format

# Sources and flags: each floor sees only the headers it may use

FLOORS = core bind host
SOURCES = $(foreach floor,$(FLOORS),$(wildcard src/$(floor)/*.c))
LUA_SOURCES = $(wildcard lua/suture/*.lua lua/suture/*/*.lua lua/suture/*/*/*.lua)
META_SOURCES = $(wildcard lua/meta/suture/*.lua)
EMBEDDED = $(LUA_SOURCES) $(META_SOURCES) $(LUA_SHARE)/argparse.lua $(LUA_SHARE)/dkjson.lua

includes-core = -Isrc/core
includes-bind = -Isrc/core -Isrc/bind -isystem $(LUA_INCLUDE)
includes-host = -Isrc/bind -Isrc/host -isystem $(LUA_INCLUDE)

WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
CFLAGS = -O2 -g
flags-asan = -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
flags-small = -DPAGE_BITS=4
flags-small-asan = $(flags-asan) $(flags-small)
# No counters of a process that is killed; several may add theirs to one file.
flags-coverage = --coverage -O0
flags-fuzz = $(flags-asan) -fsanitize=fuzzer-no-link
VARIANT_FLAGS = $(flags-$(VARIANT))
LANGUAGE = -std=c11 -D_GNU_SOURCE -fPIC -fvisibility=hidden
COMPILE = $(CC) $(LANGUAGE) $(WARNINGS) $(CFLAGS) $(VARIANT_FLAGS) -MMD -MP

objects = $(patsubst src/%.c,$(OUT)/obj/%.o,$(filter $(addprefix src/,$(addsuffix /%,$(1))),$(SOURCES)))
MODULE_OBJECTS = $(call objects,core bind)
ALL_OBJECTS = $(call objects,$(FLOORS)) $(OUT)/obj/host/embedded.o

# Linked statically, so that the executable runs alone.
LIBRARIES = $(foreach name,b2 crypto deflate,"$$($(CC) -print-file-name=lib$(name).a)")

SUTURE = $(OUT)/suture
CORE = $(OUT)/lib/lua/5.4/suture/core.so

.PHONY: all core.so demo test crash coverage peers bench fuzz fuzzers lint format manual install clean FORCE

all: $(SUTURE) $(CORE)
core.so: $(CORE)

# The Lua API is exported, so that C modules made for lua can be required by scripts.
$(SUTURE): $(ALL_OBJECTS) $(OUT)/sources.list
	$(CC) $(CFLAGS) $(VARIANT_FLAGS) $(LDFLAGS) -Wl,--export-dynamic-symbol='lua_*' \
	    -Wl,--export-dynamic-symbol='luaL_*' -Wl,--export-dynamic-symbol='luaopen_*' \
	    -o $@ $(ALL_OBJECTS) "$$($(CC) -print-file-name=liblua5.4.a)" \
	    "$$($(CC) -print-file-name=libseccomp.a)" $(LIBRARIES) -ldl -lm

$(CORE): $(MODULE_OBJECTS) $(OUT)/sources.list $(OUT)/exports
	@mkdir -p $(@D)
	$(CC) -shared $(CFLAGS) $(VARIANT_FLAGS) $(LDFLAGS) -Wl,--version-script=$(OUT)/exports -o $@ $(MODULE_OBJECTS) \
	    $(LIBRARIES)

$(OUT)/exports: Makefile
	@mkdir -p $(@D)
	@echo '{ global: luaopen_suture_core; local: *; };' > $@

define floor_rule
$$(OUT)/obj/$(1)/%.o: src/$(1)/%.c Makefile | deps-build
	@mkdir -p $$(@D)
	$$(COMPILE) $$(includes-$(1)) -c -o $$@ $$<
endef
$(foreach floor,$(FLOORS),$(eval $(call floor_rule,$(floor))))

$(OUT)/obj/host/embedded.o: $(OUT)/embedded.c Makefile | deps-build
	@mkdir -p $(@D)
	$(COMPILE) $(includes-host) -c -o $@ $<

$(OUT)/embedded.c: src/host/embed.lua $(OUT)/sources.list $(wildcard $(EMBEDDED)) | deps-build
	$(LUA) src/host/embed.lua $(EMBEDDED) > $@

# Changes only when a source comes or goes, so that what is made from the lists is made again.
$(OUT)/sources.list: FORCE
	@mkdir -p $(@D)
	@echo $(SOURCES) $(EMBEDDED) > $@.now
	@if cmp -s $@.now $@; then rm $@.now; else mv $@.now $@; fi

-include $(ALL_OBJECTS:.o=.d)

# Missing packages: named, then installed; silent and quick when nothing is missing or this is no Debian

deps-%:
	@command -v dpkg-query >/dev/null && command -v apt-get >/dev/null || exit 0; \
	present=" $$(dpkg-query -W -f='$${db:Status-Status}:$${Package} ' $($*-packages) 2>/dev/null) "; \
	missing=; \
	for package in $($*-packages); do \
	    case "$$present" in *" installed:$$package "*) ;; *) missing="$$missing $$package";; esac; \
	done; \
	test -n "$$missing" || exit 0; \
	echo "missing Debian packages:$$missing"; \
	sudo=; test "$$(id -u)" = 0 || sudo=sudo; \
	mkdir -p build; exec 9>build/apt.lock; flock 9; \
	$$sudo apt-get update -q && \
	$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $$missing

# Uses of what was built

demo: all | deps-demo
	@sh spec/demo.sh

test: all | deps-test
	@$(MAKE) --no-print-directory VARIANT=asan all
	@sh spec/run.sh

# Each parser of foreign bytes: inputs that were found before, then new ones, for a while.
FUZZ_SECONDS = 60
FUZZERS = $(patsubst spec/fuzz/%.c,%,$(wildcard spec/fuzz/*_fuzz.c))

fuzz: | deps-fuzz
	@$(MAKE) --no-print-directory CC=clang VARIANT=fuzz fuzzers
	@for fuzzer in $(FUZZERS); do \
	    name=$${fuzzer%_fuzz}; found=build/fuzz/found/$$name; log=build/fuzz/$$fuzzer.log; mkdir -p $$found; \
	    build/fuzz/$$fuzzer -max_total_time=$(FUZZ_SECONDS) -max_len=65536 -print_final_stats=1 \
	        -artifact_prefix=build/fuzz/ $$found spec/data/$$name >$$log 2>&1 || { cat $$log; exit 1; }; \
	    echo "$$fuzzer: $$(sed -n 's/^stat::number_of_executed_units: *//p' $$log) inputs, nothing found"; \
	done

fuzzers: $(FUZZERS:%=$(OUT)/%)

$(OUT)/%_fuzz: spec/fuzz/%_fuzz.c $(call objects,core) Makefile
	$(COMPILE) $(includes-core) -fsanitize=fuzzer -o $@ $< $(call objects,core) $(LIBRARIES)

C_FILES = $(wildcard src/*/*.[ch] spec/*/*.[ch])
room = LUA_PATH='./?.lua;;' sh spec/crash/room.sh $(LUA)

crash: all | deps-crash
	@$(room) spec/crash/run.lua

peers: all | deps-peers
	@$(room) spec/crash/peers.lua

# Counted anew, in minutes; REPORT=--report tells of the counters that are there.
coverage: | deps-test
	@$(MAKE) --no-print-directory VARIANT=coverage all
	@LUA_PATH='./?.lua;;' $(LUA) spec/coverage/run.lua build/coverage $(REPORT)

# Each question interleaves ours and its peers; BENCH="access start" asks only these.
BENCH_CORPUS = spec/bench/search_corpus.c
BENCH_PROGRAMS = $(patsubst spec/bench/%.c,$(OUT)/bench/%,$(filter-out $(BENCH_CORPUS),$(wildcard spec/bench/*.c)))
bench-more-scan = $(BENCH_CORPUS) -lhs
bench-more-search = $(BENCH_CORPUS) -lhs

bench: all $(BENCH_PROGRAMS) | deps-bench
	@BENCH_BUILD=$(OUT) LUA_PATH='./?.lua;;' $(LUA) spec/bench/run.lua $(BENCH)

$(OUT)/bench/%: spec/bench/%.c $(call objects,core) Makefile | deps-bench
	@mkdir -p $(@D)
	$(COMPILE) $(includes-core) -o $@ $< $(call objects,core) $(bench-more-$*) $(LIBRARIES)

# cppcheck follows no ownership through a struct's initializer and no error that is filled through a pointer.
CPPCHECK = cppcheck --quiet --std=c11 --enable=warning,portability,performance --error-exitcode=1 \
	--suppress=missingInclude --suppress=memleak --suppress=ctuuninitvar --suppress=selfAssignment \
	--suppress=nullPointerRedundantCheck

lint: all | deps-lint
	luacheck --quiet lua scripts spec src
	$(CPPCHECK) -D_GNU_SOURCE $(addprefix -Isrc/,$(FLOORS)) src
	$(foreach cc,gcc clang,$(foreach floor,$(FLOORS),\
	    $(cc) -fsyntax-only -Werror $(LANGUAGE) $(WARNINGS) $(includes-$(floor)) $(wildcard src/$(floor)/*.c) &&)) true
	clang-format --dry-run --Werror $(C_FILES)

format: | deps-lint
	clang-format -i $(C_FILES)

# The manual page tells the verbs' options from their parsers.
MANUAL = $(OUT)/suture.1

$(MANUAL): docs/suture.1.in src/host/manual.lua $(SUTURE)
	$(SUTURE) src/host/manual.lua docs/suture.1.in > $@

manual: $(MANUAL)

# Where Debian looks for them; zsh looks elsewhere for what is not a package's.
SHARE = $(DESTDIR)$(PREFIX)/share
completion-bash = bash-completion/completions/suture
completion-zsh = zsh/$(if $(filter /usr,$(PREFIX)),vendor-completions,site-functions)/_suture
completion-fish = fish/vendor_completions.d/suture.fish

install: all $(MANUAL)
	install -D -m 755 $(SUTURE) $(DESTDIR)$(PREFIX)/bin/suture
	install -D -m 644 $(CORE) $(DESTDIR)$(PREFIX)/lib/lua/5.4/suture/core.so
	for file in $(LUA_SOURCES:lua/%=%); do \
	    install -D -m 644 lua/$$file $(SHARE)/lua/5.4/$$file || exit 1; \
	done
	for file in $(META_SOURCES:lua/meta/%=%); do \
	    install -D -m 644 lua/meta/$$file $(SHARE)/suture/meta/$$file || exit 1; \
	done
	for file in $$(cd scripts && find . -name '*.lua'); do \
	    install -D -m 644 scripts/$$file $(SHARE)/suture/scripts/$$file || exit 1; \
	done
	for file in README.md $(wildcard docs/*.md docs/*.svg docs/*.json docs/*.txt); do \
	    install -D -m 644 $$file $(SHARE)/doc/suture/$${file#docs/} || exit 1; \
	done
	ln -sfn . $(SHARE)/doc/suture/docs
	install -D -m 644 LICENSE $(SHARE)/doc/suture/copyright
	install -D -m 644 $(MANUAL) $(SHARE)/man/man1/suture.1
	$(foreach shell,bash zsh fish,$(SUTURE) completion $(shell) > $(OUT)/completion.$(shell) && \
	    install -D -m 644 $(OUT)/completion.$(shell) $(SHARE)/$(completion-$(shell)) &&) true

clean:
	rm -rf build
