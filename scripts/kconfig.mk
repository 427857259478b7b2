# Configuration: $(O)/.config is made from the board's defconfig and the fragments; from it come
# $(O)/auto.conf (for make), autoconf.h (for C) and $(O)/config/NAME, the file that what uses
# CONFIG_NAME depends on.
export BOARD
export BOARD_ROOT_OR_NONE := $(or $(abspath $(BOARD_ROOT)),/nonexistent)
export KCONFIG_CONFIG := $(O)/.config
configure := $(KCONFIG_PYTHON) scripts/configure

kconfig-files := $(wildcard Kconfig kernel/Kconfig arch/*/Kconfig boards/*/Kconfig \
	$(BOARD_ROOT:%=%/*/Kconfig)) scripts/configure
config-sources := $(board-folder)/defconfig $(fragments:%=configs/%.config)

# Goals that need no configuration, or make one.
kconfig-goals := menuconfig defconfig olddefconfig savedefconfig
plain-goals := help boards board-line bootstrap clean distclean check-format check-layers count-lines \
	$(kconfig-goals)
build-needed := $(filter-out $(plain-goals) %_defconfig,$(goals))

ifneq ($(filter-out help boards board-line bootstrap clean distclean,$(goals)),)
ifeq ($(KCONFIG_PYTHON),)
$(error No python3 has kconfiglib: run `make bootstrap` (Debian: apt-get install python3-kconfiglib))
endif
endif

known-fragments := $(sort $(patsubst configs/%.config,%,$(wildcard configs/*.config)))
$(config-sources):
	@echo "There is no '$@'; CONFIG= takes names of: $(known-fragments)" >&2; false

$(O)/.config: $(config-sources)
	$(call say,CONFIG,$(config-sources))
	$(Q)$(configure) init $(O) $(config-sources)

$(O)/auto.conf: $(O)/.config $(kconfig-files)
	$(Q)$(configure) sync $(O)

ifneq ($(build-needed),)
include $(O)/auto.conf
endif

# With the usual build folder, the board chosen last is the one that the next make builds.
settle = $(if $(filter file,$(origin O)),$(configure) settle $(O),:)

.PHONY: $(kconfig-goals)
menuconfig: $(O)/.config
	$(Q)$(KCONFIG_PYTHON) -m menuconfig Kconfig
	$(Q)$(settle)

defconfig: $(config-sources)
	$(Q)$(configure) reset $(O) $(config-sources)
	$(Q)$(settle)

olddefconfig: $(O)/.config
	$(Q)$(configure) update $(O)

savedefconfig: $(O)/.config
	$(Q)$(configure) save $(O) $(O)/defconfig

# A board's own defconfig, or a product's from configs/.
%_defconfig: FORCE
	$(Q)if [ -e configs/$@ ]; then $(configure) reset $(O) configs/$@ && $(settle); \
	else $(MAKE) BOARD=$* CONFIG= defconfig; fi
