# One library of all rooms, one program, one test program per file in tests/unit.
#   make                 build/rel/amparo   (gcc, optimised)
#   make SAN=1           build/san/amparo   (clang, ASan and UBSan)
#   make tests           every test program; make SAN=1 tests for the sanitised ones
#   make fuzz-replay     fuzz targets linked with the corpus replayer
# BUILD=dir puts the result elsewhere; nothing is written outside it.

PKGS := sqlite3 libpq libsodium libcurl libmicrohttpd libxml-2.0 jansson icu-i18n icu-uc libzstd \
        cairo pangocairo fontconfig libzip libseccomp zlib nettle libqrencode
CPPFLAGS_ALL := -D_GNU_SOURCE -Isrc -Itests $(shell pkg-config --cflags $(PKGS)) $(CPPFLAGS)
# Debian's Intel decimal library and libxlsxwriter ship no pkg-config file.
LIBS := $(shell pkg-config --libs $(PKGS)) -lxlsxwriter -lbidgcc000 -lpthread -lm -ldl

WARN := -Wall -Wextra -Wconversion -Wsign-compare -Wshadow -Wstrict-prototypes \
        -Wmissing-prototypes -Wpointer-arith -Wvla -Wformat=2 -Wno-missing-field-initializers -Werror
HARD := -fno-strict-overflow -fno-common -fstack-protector-strong

ifeq ($(SAN),1)
  CC := clang
  BUILD ?= build/san
  MODE := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
else ifeq ($(SAN),thread)
  CC := clang
  BUILD ?= build/tsan
  MODE := -O1 -g -fsanitize=thread -fno-omit-frame-pointer
else
  CC := gcc
  BUILD ?= build/rel
  MODE := -O2 -g
  HARD += -D_FORTIFY_SOURCE=2 -fPIE -ftrivial-auto-var-init=zero
  LINK := -pie -Wl,-z,relro,-z,now
endif

CFLAGS_ALL := -std=gnu17 $(WARN) $(HARD) $(MODE) $(CFLAGS)
LDFLAGS_ALL := $(MODE) $(LINK) -Wl,--as-needed $(LDFLAGS)

SRC  := $(shell find src -name '*.c' ! -path src/main.c | LC_ALL=C sort)
OBJ  := $(SRC:%.c=$(BUILD)/%.o) $(BUILD)/embed/embed.o
EMBED := $(shell find web words data/htcds/htcds_xlsform.xml -type f ! -name '*.md' ! -name '*.json' 2>/dev/null | LC_ALL=C sort)
TEST := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c))
FUZZ := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
BENCH := $(patsubst bench/%.c,$(BUILD)/bench/%,$(wildcard bench/bench_*.c))

.PHONY: all tests fuzz-replay bench clean
.SECONDARY:
all: $(BUILD)/amparo
tests: $(TEST)
fuzz-replay: $(FUZZ)
bench: $(BENCH)

# What a fuzzed call answers does not matter, only that it comes back.
$(BUILD)/tests/fuzz/%.o: CFLAGS_ALL += -Wno-unused-result

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	@echo cc $<
	@$(CCACHE) $(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c $< -o $@

# Files built into the program; see src/base/embed.h.
$(BUILD)/embed/embed.o: $(EMBED) tools/embed.sh tools/minify.awk
	@echo embed
	@tools/embed.sh $(@D) $(EMBED)
	@$(CC) -c $(@D)/embed.S -o $@

$(BUILD)/libamparo.a: $(OBJ)
	@rm -f $@
	@ar rcs $@ $(OBJ)

$(BUILD)/amparo: $(BUILD)/src/main.o $(BUILD)/libamparo.a
	@echo ld $@
	@$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS)

$(BUILD)/tests/%: $(BUILD)/tests/unit/%.o $(BUILD)/libamparo.a
	@mkdir -p $(@D)
	@echo ld $@
	@$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS)

$(BUILD)/fuzz/%: $(BUILD)/tests/fuzz/%.o $(BUILD)/tests/fuzz/replay.o $(BUILD)/libamparo.a
	@mkdir -p $(@D)
	@echo ld $@
	@$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS)

$(BUILD)/bench/%: $(BUILD)/bench/%.o $(BUILD)/libamparo.a
	@mkdir -p $(@D)
	@echo ld $@
	@$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS)

clean:
	rm -rf build

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
