# Skerry's build: one make for the whole tree, everything it makes below build/BOARD. `make help`.
# A folder with sources lists them in its build.mk (scripts/README.md names the variables); what is
# common to all folders is in scripts/*.mk; what knows a port or a board is in arch/*/arch.mk and
# boards/*/board.mk.
MAKEFLAGS += -rR --no-print-directory
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc)
endif
SHELL := /bin/sh
.DELETE_ON_ERROR:
.SUFFIXES:

goals := $(or $(MAKECMDGOALS),all)
.PHONY: all FORCE
all:
FORCE:

# The board: from the command line, or the one last chosen by menuconfig or X_defconfig, or pc.
# CONFIG=debug,race merges configs/debug.config and race.config over the board's defconfig.
comma := ,
space := $() $()
BOARD ?= $(or $(strip $(file <build/selected-board)),pc)
fragments := $(subst $(comma), ,$(CONFIG))
O ?= build/$(subst $(space),-,$(strip $(BOARD) $(fragments)))
board-folder := $(firstword $(wildcard $(BOARD_ROOT:%=%/$(BOARD)) boards/$(BOARD)))
boards := $(sort $(foreach f,$(wildcard boards/*/Kconfig $(BOARD_ROOT:%=%/*/Kconfig)), \
	$(notdir $(patsubst %/,%,$(dir $f)))))
ifeq ($(or $(board-folder),$(if $(filter-out help boards bootstrap distclean,$(goals)),,none)),)
$(error There is no board '$(BOARD)'; BOARD= takes one of: $(boards). BOARD_ROOT=folder adds your own)
endif

# The kernel's command line under `make run` and in the ISO.
command-line = $(strip $(BOARD_CMDLINE) test=none $(CMDLINE))

# V=1 shows commands instead of the short lines.
Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),@:,@printf '  %-8s%s\n' '$(1)' '$(2)')

# $(call stamp,FILE,TEXT): FILE is rewritten iff TEXT changed, so that its users are rebuilt then.
# strip: make 4.3 leaves the newline on what it reads when its buffer has moved meanwhile.
same = $(and $(findstring <$(1)>,<$(2)>),$(findstring <$(2)>,<$(1)>))
stamp = $(if $(call same,$(strip $(file <$(1))),$(strip :$(2))),,$(shell mkdir -p $(dir $(1)))$(file >$(1),:$(2)))

include scripts/tools.mk
include scripts/kconfig.mk
# Without auto.conf, make first makes that and starts again.
ifneq ($(and $(build-needed),$(wildcard $(O)/auto.conf)),)
include scripts/compile.mk
include scripts/run.mk
endif
include scripts/test.mk
include scripts/help.mk
