# Tools of the build machine. Goals that boot something first see to it that all tools are there.
tool-goals := run smoke debug iso image test test-full bench stress
ifneq ($(filter $(tool-goals),$(goals)),)
ifndef SKERRY_TOOLS
ifneq ($(shell scripts/bootstrap >&2 && echo found),found)
$(error Tools are missing: see above)
endif
endif
endif
export SKERRY_TOOLS := found

# kconfiglib is Debian's; another python3 may come first in PATH.
ifndef KCONFIG_PYTHON
KCONFIG_PYTHON := $(shell for p in python3 /usr/bin/python3; do \
	$$p -c 'import kconfiglib' 2>/dev/null && echo $$p && break; done)
endif
export KCONFIG_PYTHON

.PHONY: bootstrap
bootstrap:
	$(Q)scripts/bootstrap
