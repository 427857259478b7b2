/* Loader of ELF32 and ELF64 little-endian executables, shared by kernel, VM, VFS and RS: reading
 * and checking the headers is one step, placing the segments another, and all input and output
 * goes through the caller's call-backs. No allocation, no state.
 * Format: System V ABI, "Object Files" and "Program Loading" (gABI 4.1 ch. 4 and 5).
 *
 * Stricter than the ABI where that keeps callers simple: PT_LOADs ascend and share no page, and
 * their file offsets are congruent to their addresses modulo the page size, so that each segment
 * can be mapped from the file by itself.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXEC_SEGMENTS_MAX 16
#define EXEC_HEADERS_MAX 64	 /* program headers of any type */
#define EXEC_INTERPRETER_MAX 256 /* path with its NUL */

#define EXEC_EXECUTE 1u /* ELF's PF_X, PF_W, PF_R */
#define EXEC_WRITE 2u
#define EXEC_READ 4u

/* e_machine */
enum exec_machine {
	EXEC_MACHINE_386 = 3,
	EXEC_MACHINE_ARM = 40,
	EXEC_MACHINE_X86_64 = 62,
	EXEC_MACHINE_AARCH64 = 183,
	EXEC_MACHINE_RISCV = 243,
};

/* What the caller accepts. */
struct exec_target {
	uint16_t machine;
	uint8_t bits;	    /* 32 or 64: ELF class */
	uint32_t page_size; /* a power of two */
	uint64_t low;	    /* segments lie in whole pages of [low, high) */
	uint64_t high;	    /* 0: the end of the class's address range */
};

struct exec_file {
	/* Reads exactly length bytes, or returns non-zero. */
	int (*read)(void *context, uint64_t offset, void *buffer, size_t length);
	void *context;
	uint64_t size;
};

/* A file that lies in memory: the context of exec_memory_read(), a read call-back. */
struct exec_memory {
	const void *bytes;
	uint64_t size;
};

int exec_memory_read(void *context, uint64_t offset, void *buffer, size_t length);

struct exec_segment {
	uint64_t file_offset;
	uint64_t file_size;
	uint64_t vaddr; /* before the bias; not page aligned in general */
	uint64_t memory_size;
	uint64_t align;
	uint32_t flags; /* EXEC_READ | EXEC_WRITE | EXEC_EXECUTE */
};

struct exec_image {
	struct exec_target target; /* exec_read()'s, with low and high rounded to pages */
	uint64_t entry;		   /* all addresses here are before the bias */
	uint64_t low;		   /* page-aligned hull of the segments: [low, high) */
	uint64_t high;
	uint64_t align;	 /* the segments' largest, at least the page size */
	bool is_dynamic; /* ET_DYN: may be placed at a bias; else the bias is 0 */

	uint64_t phdr_address; /* the program headers in memory; 0: in no segment */
	uint32_t phdr_count;
	uint32_t phdr_size; /* of one */

	unsigned int segment_count;
	struct exec_segment segments[EXEC_SEGMENTS_MAX]; /* ascending, disjoint by pages */

	bool has_interpreter; /* PT_INTERP */
	uint64_t interpreter_offset;
	uint64_t interpreter_size; /* with its NUL */

	bool has_stack_flags; /* PT_GNU_STACK */
	uint32_t stack_flags;

	bool has_tls; /* PT_TLS: template of thread-local data */
	struct exec_segment tls;
};

/* Reads and checks the headers. Returns 0;
 *   -ENOEXEC  not an ELF file for this target, or a damaged one
 *   -E2BIG    more than EXEC_SEGMENTS_MAX segments or EXEC_HEADERS_MAX program headers
 *   -EIO      the read call-back failed
 *   -EINVAL   the target makes no sense
 * *image is whole only after 0.
 */
int exec_read(const struct exec_target *target, const struct exec_file *file,
	      struct exec_image *image);

/* Copies the interpreter's path, NUL included. -ENOENT when the image has none, -E2BIG when it
 * does not fit, -ENOEXEC when it is not one NUL-ended string, -EIO.
 */
int exec_read_interpreter(const struct exec_image *image, const struct exec_file *file, char *path,
			  size_t size);

/* How exec_load() reaches the destination. Addresses have the bias added. Call-backs return 0 or
 * a negative errno, which exec_load() passes on.
 */
struct exec_ops {
	/* Make [address, address + size) exist and writable for the calls below: page aligned,
	 * disjoint, ascending. flags are the segment's own, for the record; protect applies them.
	 */
	int (*map)(void *context, uint64_t address, uint64_t size, uint32_t flags);
	/* Fill from the file; never more than the segment's file bytes, never size 0. */
	int (*copy)(void *context, uint64_t address, uint64_t file_offset, uint64_t size);
	/* Zero what copy leaves of a mapping: before the segment, its bss, the last page's rest.
	 * NULL: map gives zeroed memory.
	 */
	int (*clear)(void *context, uint64_t address, uint64_t size);
	/* Once a segment, after all are filled. NULL: map's flags are in force already. */
	int (*protect)(void *context, uint64_t address, uint64_t size, uint32_t flags);
	/* After a failure, once for every range map accepted, last one first. NULL: the caller
	 * throws the whole space away.
	 */
	void (*undo)(void *context, uint64_t address, uint64_t size);
};

/* Places an image exec_read() accepted. -EINVAL, before any call-back, when the bias is not a
 * multiple of image->align, not 0 for an image that is not dynamic, or moves the image out of the
 * target's bounds; else the first call-back's error after undo, or 0.
 */
int exec_load(const struct exec_ops *ops, void *context, const struct exec_image *image,
	      uint64_t bias);
