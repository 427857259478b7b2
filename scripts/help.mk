# Goals that tell and tidy.
.PHONY: help boards board-line clean distclean
help:
	@sed -n 's/^#? \?//p' scripts/help.mk
	@echo
	@echo 'Board: $(BOARD), in $(O). Boards: $(boards)'
	@echo 'Fragments for CONFIG=: $(known-fragments)'

# A line a board: what its board.mk says, without a configuration.
boards:
	@printf '%-16s %-8s %-5s %-24s %-28s %s\n' board arch CPUs console 'boot flows' status
	@$(foreach b,$(boards),$(MAKE) -s BOARD=$b board-line;)
ifeq ($(goals),board-line)
board-arch := $(shell sed -n 's/.*select ARCH_//p' $(board-folder)/Kconfig | tr A-Z a-z)
include arch/$(board-arch)/arch.mk
include $(board-folder)/board.mk
board-line:
	@printf '%-16s %-8s %-5s %-24s %-28s %s\n' '$(BOARD)' '$(board-arch)' \
		'$(BOARD_SMP)' '$(BOARD_CONSOLE)' '$(BOARD_FLOWS)' '$(BOARD_STATUS)'
endif

# What was built goes, the configuration stays; distclean takes that too.
clean:
	$(Q)if [ -e $(O)/.config ]; then \
	find $(O) -mindepth 1 -maxdepth 1 ! -name '.config*' -exec rm -rf {} +; fi
distclean:
	$(Q)rm -rf build

#? make                   build the kernel, the programs and the boot archive
#? make run               build and start it in QEMU, serial console on the terminal
#? make smoke             start it, wait until it is ready; the exit status tells
#? make debug             start it stopped, under gdb
#? make test              gates, host tests and QEMU boots of all boards; ends with the count
#?      SUITE=a,b         only these: gates host scripts boot models qemu, or a suite's name
#?      BOARD=x           only that board's
#? make test-full         the same with all rows of the board's table and long fuzzing
#? make check             the gates: format, layers, contract, thread safety, size, board
#? make bench             measure; make models: check the models of the SMP protocol
#? make stress            storms and fuzzing with new seeds: MINUTES=10  SEED=n  STRESS=budgets
#? make mutants           show that the storms find bugs built into the kernel
#? make trace             boot a workload, write build/BOARD/trace.json for ui.perfetto.dev
#? make iso               a CD image, make image: a disk image
#? 
#? make menuconfig        choose board and options
#? make X_defconfig       start from the defaults of board X, or from configs/X_defconfig
#? make olddefconfig      defaults for options that are new; savedefconfig: store what differs
#? make bootstrap         install the tools that are missing
#? make boards            list the boards: architecture, CPUs, console, boot flows, status
#? make clean, distclean  remove what was built, and the configurations too
#? 
#? Variables: BOARD=pc  CONFIG=debug,race (fragments of configs/, in a build folder of their own)
#?   O=folder  BOARD_ROOT=folder (boards of your own)  V=1 (show commands)  CROSS_COMPILE=prefix
#?   run, smoke, test, trace: SMP=n  MEM=megabytes  CMDLINE='...'  QEMU_EXTRA='...'; run: FLOW=
