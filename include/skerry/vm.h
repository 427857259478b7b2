/* VM's protocol: requests and replies of vm.def. Addresses and sizes are bytes. */
#pragma once

#include <skerry/errno.h>
#include <skerry/message.h>
#include <skerry/services.h>

#define VM_RIGHT_MEMORY 0x1u /* its own space: every program has it */
#define VM_RIGHT_PHYSICAL                                                                          \
	0x4u		     /* devices, contiguous memory; the kernel's privilege decides which */
#define VM_RIGHT_OTHERS 0x8u /* every space */
#define VM_RIGHT_WATCH 0x10u /* to be told of the end of spaces */
#define VM_RIGHT_CACHE 0x20u /* the block cache, file maps: file systems, VFS */
#define VM_RIGHTS_ALL 0x3Du

/* Protection. Nothing can be written or executed that cannot be read: both give VM_READ too. */
#define VM_READ 1u
#define VM_WRITE 2u
#define VM_EXECUTE 4u

/* vm_mmap_req.flags */
#define VM_MAP_FIXED 0x1u	    /* at this very address; what is there goes, all of `bytes` */
#define VM_MAP_FIXED_NOREPLACE 0x2u /* at this very address, or EEXIST */
#define VM_MAP_SHARED 0x4u	    /* a fork shares it, where it would copy */
#define VM_MAP_POPULATE 0x8u	    /* frames now, not at the first touch; EINVAL above 64 MB */
#define VM_MAP_CONTIGUOUS 0x10u	    /* adjacent frames, present at once; for DMA */
#define VM_MAP_LOW 0x20u	/* with CONTIGUOUS: below ARCH_LOW_MEMORY_END, for old devices */
#define VM_MAP_GROWS_DOWN 0x40u /* a stack: `bytes` is how far it may grow below its top */
#define VM_MAP_GUARD 0x80u	/* nothing is ever there, and nothing else is mapped there */

struct vm_empty_req {
};

struct vm_empty_reply {
};

struct vm_address_reply {
	u64 address;
};

struct vm_brk_req {
	u64 address;
	space_t space; /* another's (0 and one's own id are none): the heap starts at `address` */
};

struct vm_mmap_req {
	space_t space;
	u32 protection;
	u32 flags;
	u32 reserved;
	u64 address; /* a wish, unless flags say more; 0: none */
	u64 bytes;
};

struct vm_range_req {
	space_t space;
	u32 reserved;
	u64 address;
	u64 bytes;
};

struct vm_mprotect_req {
	space_t space;
	u32 protection;
	u64 address;
	u64 bytes;
};

#define VM_MREMAP_MAYMOVE 1u
#define VM_MREMAP_FIXED 2u /* to new_address; what is there goes */

struct vm_mremap_req {
	space_t space;
	u32 flags;
	u64 address;
	u64 old_bytes;
	u64 new_bytes;
	u64 new_address;
};

struct vm_map_physical_req {
	space_t space;
	u32 protection;
	u64 physical;
	u64 bytes;
};

struct vm_space_req {
	space_t space;
};

struct vm_space_create_req {
	endpoint_t thread; /* whose message page it shows; EP_NONE: a fresh one */
};

struct vm_space_fork_req {
	space_t parent;
	endpoint_t thread; /* the parent's that forks: the child's message page lies at its place */
};

struct vm_space_reply {
	space_t space;
	u32 reserved;
	u64 message_frame; /* physical, for SYS_THREAD_CREATE and SYS_FORK */
	u64 message_address;
};

struct vm_set_rights_req {
	space_t space;
	u32 rights; /* VM_RIGHT_* */
};

struct vm_remap_req {
	space_t source;
	space_t destination;
	u32 protection;
	u32 reserved;
	u64 address; /* in the source */
	u64 bytes;
	u64 wish; /* where; 0: anywhere */
};

struct vm_safemap_req {
	endpoint_t granter;
	grant_t grant;
	u64 offset;	/* into the grant; must lie at a page's start in memory */
	u64 bytes;	/* whole pages */
	u64 wish;	/* where; 0: anywhere */
	u32 protection; /* VM_READ, perhaps with VM_WRITE */
	u32 reserved;
};

struct vm_saferevmap_req {
	grant_t grant;
};

struct vm_dma_req {
	space_t space;
	u32 reserved;
	u64 physical;
	u64 bytes;
};

struct vm_dma_get_req {
	u64 next; /* 0 at first, then as the reply said */
};

struct vm_dma_get_reply {
	space_t space; /* as it was called */
	u32 reserved;
	u64 physical;
	u64 bytes;
	u64 next;
};

#define VM_EXIT_ENDED 1u /* the space is ending or gone; an exec ends one, too */
#define VM_EXIT_SIGNALLED 2u

struct vm_query_exit_reply {
	space_t space;
	u32 reasons; /* VM_EXIT_* */
};

struct vm_update_req {
	space_t old_space; /* of the service, before */
	space_t new_space; /* and from now on */
};

#define VM_MEMCTL_PIN 1u /* all there, mapped and unshared, now and whatever is mapped later */
#define VM_MEMCTL_UNPIN 2u

struct vm_memctl_req {
	space_t space;
	u32 what;
};

struct vm_getrusage_reply {
	u64 peak; /* bytes that were resident at most */
	u64 faults_minor;
	u64 faults_major; /* waited for a file */
	u64 faults_copied;
};

struct vm_page_in_req {
	space_t space;
	u32 access;  /* VM_READ, VM_WRITE, VM_EXECUTE */
	u64 address; /* any */
	u64 bytes;   /* 1 MB at most */
};

/* After EAGAIN: the first page that is missing, as PAGER_READ would ask for it. */
struct vm_page_in_reply {
	u64 offset;
	u32 token;
};

#define VM_SAFECOPY_MAX (64u << 20)

struct vm_safecopy_req {
	endpoint_t granter;
	grant_t grant;
	u64 offset;  /* into the grant; must lie at a page's start in memory */
	u64 address; /* in the caller, page aligned */
	u64 bytes;   /* whole pages, <= VM_SAFECOPY_MAX */
	u32 write;   /* 0: from the grant; 1: to the grant */
	u32 reserved;
};

struct vm_count_reply {
	u64 count;
};

/* A call moves at most so many bytes of blocks. */
#define VM_CACHE_BYTES_MAX 0x400000u

/* vm_cache_*_req.flags */
#define VM_CACHE_FILE 1u /* inode and its offset are given; to map and forget: by them */
#define VM_CACHE_SIZE 2u /* to forget: file_bytes is the size of the file from now on */

/* A device's number is any that its file system chooses: pages of files that lie nowhere as a whole
 * may have a number, and offsets, of their own. */
struct vm_cache_set_req {
	u64 device;
	u64 offset;
	u64 inode;
	u64 inode_offset;
	u64 address;
	u32 pages;
	u32 flags;
};

struct vm_cache_map_req {
	u64 device;
	u64 inode;
	u64 offset; /* of the device, or of the file */
	u64 bytes;
	u64 address; /* a wish; 0: none */
	u32 protection;
	u32 flags;
};

struct vm_cache_forget_req {
	u64 device;
	u64 inode;
	u64 offset; /* of the device, or of the file */
	u64 bytes;  /* may reach past all there is */
	u64 file_bytes;
	u32 flags;
};

struct vm_cache_clear_req {
	u64 device;
};

struct vm_cache_dirty_req {
	u64 device;
	u64 next; /* offset */
};

struct vm_cache_dirty_reply {
	u64 offset;
	u64 inode;
	u64 inode_offset;
	u64 address; /* a page, to be unmapped by the caller when it has written it back */
};

/* flags: VM_MAP_FIXED, FIXED_NOREPLACE, SHARED; else private. `limit` is the most that VM_MPROTECT
 * may give a shared map. Pages wholly past the end of the file are there for nobody: SIGNAL_BUS. */
struct vm_map_file_req {
	space_t space;
	u32 token; /* the pager's name for the file */
	u64 address;
	u64 device;
	u64 inode;
	u64 offset;
	u64 file_bytes;
	u32 pages;
	uint8_t protection;
	uint8_t limit;
	uint16_t flags;
};

struct vm_file_ready_req {
	u32 request;
	int32_t result; /* 0, or -errno: who waits is signalled */
};

#define VM_INFO_STATISTICS 0u /* struct vm_statistics */
#define VM_INFO_USAGE 1u      /* struct vm_usage of a space */
#define VM_INFO_REGIONS 2u    /* array of struct vm_region_info from `next` on */
#define VM_INFO_CHECK 100u    /* debug builds: nothing, or VM panics: it checks all its memory */

struct vm_info_req {
	space_t space;
	u32 what;
	u64 address; /* in the caller */
	u64 bytes;
	u64 next; /* regions: the first address of interest */
};

struct vm_info_reply {
	u64 bytes; /* copied */
	u64 next;  /* where to go on; 0: there is no more */
};

struct vm_statistics {
	u64 page_size;
	u64 frames; /* all there are */
	u64 frames_free;
	u64 frames_kernel; /* page tables and VM itself */
	u64 frames_user;
	u64 frames_dma;	  /* nobody's any more, held for devices: VM_DMA_ADD */
	u64 largest_free; /* adjacent frames */
	u64 spaces;
	u64 regions;
	u64 faults;
	u64 copies;	      /* frames copied on write */
	u64 frames_cache;     /* blocks, mapped or not */
	u64 frames_reclaimed; /* ever taken from blocks that nobody mapped */
};

struct vm_usage {
	u64 total;    /* bytes mapped */
	u64 resident; /* bytes with a frame */
	u64 shared;   /* of these, with a frame that others have too */
	u64 tables;   /* page tables */
	u64 faults;
	u64 faults_copied;
	u64 heap_end;
};

struct vm_region_info {
	u64 address;
	u64 bytes;
	u64 resident;
	u32 protection;
	u32 flags; /* VM_MAP_* */
	char type[16];
};

enum {
#define CALL(name, nr, request, reply, handler, right, what) name = MESSAGE_TYPE(PROTOCOL_VM, nr),
#include <skerry/vm.def>
#undef CALL
};

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	_Static_assert(sizeof(struct request) <= MESSAGE_PAYLOAD_SIZE, #request " too large");     \
	_Static_assert(sizeof(struct reply) <= MESSAGE_PAYLOAD_SIZE, #reply " too large");
#include <skerry/vm.def>
#undef CALL
