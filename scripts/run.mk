# Starting what was built. A board's board.mk says how; SMP= MEM= CMDLINE= QEMU_EXTRA= FLOW= vary it.
FLOW ?= $(firstword $(BOARD_FLOWS))
# (No flows at all: the configuration is still another architecture's, and is about to be made anew.)
ifneq ($(filter-out $(BOARD_FLOWS),$(FLOW)),)
$(error The board $(BOARD) has no boot flow '$(FLOW)'; FLOW= takes one of: $(BOARD_FLOWS))
endif
QEMU ?= $(BOARD_QEMU)
SMP ?= $(BOARD_SMP)
MEM ?= $(BOARD_MEM)
# $(call with-places,TEXT,SERIAL): what the @NAMES@ in the board's variables stand for.
with-places = $(subst @LINE@,'$(command-line)',$(subst @WORK@,$(O)/run,$(subst @SERIAL@,$(2),$(1))))
qemu-command = $(QEMU) -M $(BOARD_MACHINE) $(BOARD_QEMU_ARGS) -smp $(SMP) -m $(MEM) -display none \
	$(call with-places,$(BOARD_SERIAL) $(BOARD_FLOW_$(FLOW)),$(1)) $(QEMU_EXTRA)
prepare-run = $(or $(call with-places,$(BOARD_PREPARE_$(FLOW))),:)

.PHONY: run debug smoke iso image board-info no-iso no-image
run: all
	$(Q)$(prepare-run)
	@echo 'Ctrl-a x leaves QEMU, Ctrl-a c is its monitor'
	$(Q)$(call qemu-command,mon:stdio); code=$$?; [ $$code = 0 ] || [ $$code = $(BOARD_PASS_CODE) ]

# QEMU runs below gdb, stopped before the guest's first instruction.
debug: all
	$(Q)$(prepare-run)
	@echo 'The guest waits: `hbreak kernel_main`, `continue`; `thread N` picks a CPU; `quit` ends.'
	@echo 'Serial output goes to $(O)/debug.log; a program: `add-symbol-file $(O)/NAME.elf`.'
	@:$(file >$(O)/debug.gdb,target remote | exec $(call qemu-command,file:$(O)/debug.log) -S -gdb stdio)
	$(Q)gdb-multiarch -q -ex 'set arch $(BOARD_GDB_ARCH)' -ex 'set confirm off' \
		-x $(O)/debug.gdb $(O)/skerry.elf

# The ordinary image boots, says that it is ready and powers itself off.
smoke: all
	$(Q)scripts/run-test --board $(BOARD) --out $(O) --smoke $(test-overrides)

iso: $(or $(BOARD_ISO),no-iso)
image: $(or $(BOARD_IMAGE),no-image)
iso image:
	@echo 'made $<'
no-iso no-image:
	@echo 'The board $(BOARD) has no $(@:no-%=%): see $(board-folder)/README.md' >&2; false

# What scripts need to know about the board and its build, one NAME=value a line.
info-names := ARCH CC CLANG_TARGET KERNEL_CFLAGS KERNEL_SOURCES $(sort $(filter BOARD_%,$(.VARIABLES)))
KERNEL_SOURCES = $(sort $(filter %.c,$(kernel-y) $(shared-y)))
board-info:
	@:$(foreach name,$(info-names),$(info $(name)=$($(name))))
	$(info OUT=$(O))$(info FOLDER=$(board-folder))
