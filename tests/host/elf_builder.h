/* Small ELF images of both classes, field by field, for the loader's tests. */
#pragma once

#include "bytes.h"

#include <exec.h>
#include <stdlib.h>

enum elf_program_type {
	PT_LOAD = 1,
	PT_DYNAMIC = 2,
	PT_INTERP = 3,
	PT_TLS = 7,
	PT_GNU_STACK = 0x6474e551
};
enum elf_image_type { ET_REL = 1, ET_EXEC = 2, ET_DYN = 3 };

struct elf {
	uint8_t bytes[16384];
	size_t size; /* of the file; bytes are written at their offsets only */
	unsigned int bits;
	unsigned int count; /* program headers */
};

struct elf_segment {
	uint32_t type;
	uint32_t flags;
	uint64_t offset, vaddr, filesz, memsz, align;
};

static inline size_t elf_phdr_size(const struct elf *elf)
{
	return elf->bits == 32 ? 32 : 56;
}

/* The program headers follow the ELF header. */
static inline size_t elf_phdr_offset(const struct elf *elf)
{
	return elf->bits == 32 ? 52 : 64;
}

static inline void elf_init(struct elf *elf, unsigned int bits, uint16_t machine, uint16_t type,
			    uint64_t entry)
{
	size_t word = bits / 8;
	size_t after = 24 + 3 * word + 4; /* behind e_flags */

	memset(elf, 0, sizeof(*elf));
	elf->bits = bits;
	elf->size = sizeof(elf->bytes);
	memcpy(elf->bytes, "\177ELF", 4);
	put8(elf->bytes, 4, bits / 32);
	put8(elf->bytes, 5, 1);
	put8(elf->bytes, 6, 1);
	put16(elf->bytes, 16, type);
	put16(elf->bytes, 18, machine);
	put32(elf->bytes, 20, 1);
	put_bytes(elf->bytes, 24, entry, word);
	put_bytes(elf->bytes, 24 + word, elf_phdr_offset(elf), word);
	put16(elf->bytes, after, elf_phdr_offset(elf));
	put16(elf->bytes, after + 2, elf_phdr_size(elf));
}

/* Writes program header number index. */
static inline void elf_put(struct elf *elf, unsigned int index, struct elf_segment segment)
{
	uint8_t *header = elf->bytes + elf_phdr_offset(elf) + index * elf_phdr_size(elf);

	put32(header, 0, segment.type);
	if (elf->bits == 32) {
		put32(header, 4, segment.offset);
		put32(header, 8, segment.vaddr);
		put32(header, 16, segment.filesz);
		put32(header, 20, segment.memsz);
		put32(header, 24, segment.flags);
		put32(header, 28, segment.align);
		return;
	}
	put32(header, 4, segment.flags);
	put64(header, 8, segment.offset);
	put64(header, 16, segment.vaddr);
	put64(header, 32, segment.filesz);
	put64(header, 40, segment.memsz);
	put64(header, 48, segment.align);
}

static inline unsigned int elf_add(struct elf *elf, struct elf_segment segment)
{
	unsigned int index = elf->count++;

	elf_put(elf, index, segment);
	put16(elf->bytes, elf->bits == 32 ? 44 : 56, elf->count);
	return index;
}

static inline int elf_read(void *context, uint64_t offset, void *buffer, size_t length)
{
	const struct elf *elf = context;

	if (offset > elf->size || length > elf->size - offset)
		return -1;
	memcpy(buffer, elf->bytes + offset, length);
	return 0;
}
