# Sources of ports, unpacked below $(O)/ports/NAME/source. $(call port-source,NAME) is the mark that
# they lie there: whatever is made of them depends on it, and is made again when the recipe changes.
# Of a large archive only the folders that the recipe names.
port-source = $(O)/ports/$(1)/unpacked

$(O)/ports/%/unpacked: ports/%/recipe
	$(call say,UNPACK,$<)
	$(Q)archive=$$(scripts/fetch-port $*) && rm -rf $(@D)/source && mkdir -p $(@D)/source && \
		tar -xf "$$archive" -C $(@D)/source --strip-components=1 --no-same-owner \
		$$(sed -n 's,^folders,,p' $< | sed 's, , */,g; s,^,--wildcards,') && touch $@
