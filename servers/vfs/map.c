/* VFS as a pager. A vnode has a reference for as long as VM has maps of it. */
#include "map.h"

#include "fs.h"
#include "kinds.h"
#include "memory.h"
#include "mount.h"
#include "peer.h"
#include "process.h"
#include <arch/layout.h>
#include <skerry/pager.h>
#include <string.h>
#include <sys.h>
#include <vm_call.h>

#define DEVICE_BASE 0x5646530000000000ull /* numbers of no real device */

static uint64_t device_of(const struct vnode *vnode)
{
	return DEVICE_BASE | vnode->serial;
}

static uint64_t page_floor(uint64_t offset)
{
	return offset & ~(uint64_t)(ARCH_PAGE_SIZE - 1);
}

static uint64_t page_ceiling(uint64_t offset)
{
	return page_floor(offset + ARCH_PAGE_SIZE - 1);
}

/* --- Coherence -------------------------------------------------------------------------------- */

/* One dirty block: 0, -ENOENT: that was all. */
static int flush_one(struct vnode *vnode, uint64_t *next)
{
	const struct vm_cache_dirty_req request = {.device = device_of(vnode), .next = *next};
	struct vm_cache_dirty_reply block;
	struct fs_memory memory;
	struct fs_count_reply reply;
	uint64_t bytes = ARCH_PAGE_SIZE;
	int error = vm_cache_dirty(&request, &block);

	if (error != 0)
		return error;
	*next = block.offset + ARCH_PAGE_SIZE;
	memory = (struct fs_memory){.own = (void *)(uintptr_t)block.address};
	if (block.offset >= vnode->bytes)
		bytes = 0;
	else if (bytes > vnode->bytes - block.offset)
		bytes = vnode->bytes - block.offset;
	if (bytes > 0)
		error = fs_transfer(vnode, FS_WRITE, &memory, block.offset, bytes, 0, &reply);
	pages_unmap(memory.own, ARCH_PAGE_SIZE);
	return error;
}

int map_flush(struct vnode *vnode)
{
	uint64_t next = 0;
	int error = 0;

	if (!vnode->shared)
		return 0;
	while (error == 0)
		error = flush_one(vnode, &next);
	return error == -ENOENT ? 0 : error;
}

void map_flush_all(void)
{
	struct vnode *vnode;
	unsigned int at = 0;

	while ((vnode = vnode_next(&at)) != NULL) {
		if (!vnode->shared)
			continue;
		vnode_get(vnode);
		(void)map_flush(vnode);
		vnode_put(vnode);
	}
}

static void forget(const struct vnode *vnode, uint64_t offset, uint64_t bytes, uint64_t size)
{
	const struct vm_cache_forget_req request = {
		.device = device_of(vnode),
		.inode = vnode->inode,
		.offset = offset,
		.bytes = bytes,
		.file_bytes = size,
		.flags = VM_CACHE_FILE | VM_CACHE_SIZE,
	};
	const int error = vm_cache_forget(&request, NULL);

	assert(error == 0);
}

int map_grows(struct vnode *vnode, uint64_t bytes)
{
	if (vnode->cached && bytes > vnode->bytes)
		forget(vnode, 0, 0, bytes);
	return 0;
}

/* Who has the block mapped sees the change; a block that cannot be changed goes. */
static void block_renew(struct vnode *vnode, uint64_t page, uint64_t first, uint64_t end)
{
	const struct vm_cache_map_req request = {
		.device = device_of(vnode),
		.inode = vnode->inode,
		.offset = page,
		.bytes = ARCH_PAGE_SIZE,
		.protection = VM_READ | VM_WRITE,
		.flags = VM_CACHE_FILE,
	};
	struct vm_address_reply block;
	struct fs_memory memory;
	struct fs_count_reply reply;
	const int error = vm_cache_map(&request, &block);

	if (error == -ENOENT)
		return;
	if (error == 0) {
		memory = (struct fs_memory){.own = (char *)(uintptr_t)block.address +
						   (first - page)};
		if (fs_transfer(vnode, FS_READ, &memory, first, end - first, 0, &reply) != 0)
			forget(vnode, page, ARCH_PAGE_SIZE, vnode->bytes);
		pages_unmap((void *)(uintptr_t)block.address, ARCH_PAGE_SIZE);
		return;
	}
	forget(vnode, page, ARCH_PAGE_SIZE, vnode->bytes);
}

void map_changed(struct vnode *vnode, uint64_t offset, uint64_t bytes)
{
	const uint64_t end = offset + bytes;

	if (!vnode->cached)
		return;
	if (vnode->maps == 0) {
		forget(vnode, page_floor(offset), page_ceiling(end) - page_floor(offset),
		       vnode->bytes);
		return;
	}
	for (uint64_t page = page_floor(offset); page < end; page += ARCH_PAGE_SIZE) {
		const uint64_t first = page > offset ? page : offset;
		const uint64_t last = page + ARCH_PAGE_SIZE < end ? page + ARCH_PAGE_SIZE : end;

		block_renew(vnode, page, first, last);
	}
}

int map_resized(struct vnode *vnode, int error)
{
	const uint64_t first = page_ceiling(vnode->bytes);

	if (error == 0 && vnode->cached)
		forget(vnode, first, page_floor(UINT64_MAX) - first, vnode->bytes);
	return error;
}

void map_forget(const struct vnode *vnode)
{
	const struct vm_cache_clear_req request = {.device = device_of(vnode)};

	(void)vm_cache_clear(&request, NULL);
}

/* --- Pages ------------------------------------------------------------------------------------ */

static int page_read(struct vnode *vnode, uint64_t offset, void *page)
{
	const struct fs_memory memory = {.own = page};
	struct fs_count_reply reply = {.count = 0};
	int error = fs_transfer(vnode, FS_READ, &memory, offset, ARCH_PAGE_SIZE, 0, &reply);

	if (error == 0)
		memset((char *)page + reply.count, 0, ARCH_PAGE_SIZE - (size_t)reply.count);
	return error;
}

/* The block is there from now on, and stays until the page is unmapped. EEXIST: so it was. */
static int page_give(const struct vnode *vnode, uint64_t offset, void *page)
{
	const struct vm_cache_set_req request = {
		.device = device_of(vnode),
		.offset = offset,
		.inode = vnode->inode,
		.inode_offset = offset,
		.address = (uintptr_t)page,
		.pages = 1,
		.flags = VM_CACHE_FILE,
	};
	const int error = vm_cache_set(&request, NULL);

	return error == -EEXIST ? 0 : error;
}

/* request: VM's, to be answered while the page is held; 0: none. */
static int page_bring(struct vnode *vnode, uint64_t offset, uint32_t request)
{
	struct vm_file_ready_req ready = {.request = request};
	void *page = pages_map(ARCH_PAGE_SIZE);

	ready.result = page != NULL ? page_read(vnode, offset, page) : -ENOMEM;
	if (ready.result == 0)
		ready.result = page_give(vnode, offset, page);
	if (request != 0)
		(void)vm_file_ready(&ready, NULL); /* nobody may wait any more */
	if (page != NULL)
		pages_unmap(page, ARCH_PAGE_SIZE);
	return ready.result;
}

int map_page_in(uint32_t token, uint64_t offset)
{
	struct vnode *vnode = vnode_by_token(token);
	int error;

	if (vnode == NULL || vnode->maps == 0)
		return -EFAULT;
	vnode_get(vnode);
	error = page_bring(vnode, offset, 0);
	vnode_put(vnode);
	return error;
}

/* --- VM's messages ---------------------------------------------------------------------------- */

static void run_read(struct call *call)
{
	struct pager_read_req request;
	struct vm_file_ready_req refused = {.result = -EIO};
	struct vnode *vnode;

	memcpy(&request, call->message.payload, sizeof(request));
	vnode = vnode_by_token(request.token);
	refused.request = request.request;
	if (vnode == NULL || vnode->maps == 0) {
		(void)vm_file_ready(&refused, NULL);
		return;
	}
	vnode_get(vnode);
	(void)page_bring(vnode, request.offset, request.request);
	vnode_put(vnode);
}

static void run_closed(struct call *call)
{
	struct pager_closed_req request;
	struct vnode *vnode;

	memcpy(&request, call->message.payload, sizeof(request));
	vnode = vnode_by_token(request.token);
	if (vnode == NULL || vnode->maps == 0)
		return;
	(void)map_flush(vnode);
	vnode->maps = request.maps < vnode->maps ? vnode->maps - request.maps : 0;
	if (vnode->maps > 0)
		return;
	vnode->shared = false;
	vnode_put(vnode);
}

void map_asked(const struct message *message)
{
	struct pager_read_req request;
	struct vm_file_ready_req refused = {.result = -ENOMEM};

	if (message->type == PAGER_CLOSED) {
		if (call_make(EP_NONE, message, 0, run_closed) == NULL)
			panic("no call for PAGER_CLOSED");
	} else if (message->type == PAGER_READ &&
		   call_make(EP_NONE, message, 0, run_read) == NULL) {
		memcpy(&request, message->payload, sizeof(request));
		refused.request = request.request;
		(void)vm_file_ready(&refused, NULL);
	}
}

/* --- Maps ------------------------------------------------------------------------------------- */

int map_file(struct vnode *vnode, struct vm_map_file_req *request, uint64_t *address)
{
	struct vm_address_reply reply;
	int error;

	request->device = device_of(vnode);
	request->inode = vnode->inode;
	request->token = vnode_token(vnode);
	request->file_bytes = vnode->bytes;
	error = vm_map_file(request, &reply);
	if (error != 0)
		return error;
	if (vnode->maps++ == 0)
		vnode_get(vnode);
	vnode->cached = true;
	if (request->flags & VM_MAP_SHARED && request->limit & VM_WRITE)
		vnode->shared = true;
	*address = reply.address;
	return 0;
}

#define FLAGS_ALL (VM_MAP_FIXED | VM_MAP_FIXED_NOREPLACE | VM_MAP_SHARED)

static int map_check(const struct vfs_map_req *req, const struct open_file *file)
{
	const bool shared = req->flags & VM_MAP_SHARED;

	if (req->flags & ~FLAGS_ALL || req->protection & ~(VM_READ | VM_WRITE | VM_EXECUTE) ||
	    req->bytes == 0 || req->offset % ARCH_PAGE_SIZE != 0 || req->bytes > SIZE_MAX ||
	    req->offset > INT64_MAX - SIZE_MAX)
		return -EINVAL;
	if (file->kind != &kind_regular)
		return -ENODEV;
	if ((file->flags & FILE_ACCESS_MASK) == FILE_WRITE_ONLY ||
	    (shared && req->protection & VM_WRITE &&
	     (file->flags & FILE_ACCESS_MASK) != FILE_READ_WRITE) ||
	    (req->protection & VM_EXECUTE && file->vnode->mount->flags & MOUNT_NO_EXECUTE))
		return -EACCES;
	return 0;
}

struct answer vfs_do_map(struct call *call, const struct vfs_map_req *req,
			 struct vfs_address_reply *rep)
{
	struct vm_map_file_req request = {
		.space = peer_space(call->caller),
		.address = req->address,
		.offset = req->offset,
		.pages = (uint32_t)(page_ceiling(req->bytes) / ARCH_PAGE_SIZE),
		.protection = (uint8_t)req->protection,
		.limit = VM_READ | VM_WRITE | VM_EXECUTE,
		.flags = (uint16_t)req->flags,
	};
	struct open_file *file;
	uint64_t address;
	int error = open_file_any(call, req->fd, &file);

	if (error != 0)
		return answer(error);
	error = file->flags & FILE_PATH ? -EBADF : map_check(req, file);
	if (error == 0 && req->flags & VM_MAP_SHARED &&
	    (file->flags & FILE_ACCESS_MASK) != FILE_READ_WRITE)
		request.limit = VM_READ | VM_EXECUTE;
	if (error == 0)
		error = map_file(file->vnode, &request, &address);
	if (error == 0)
		rep->address = address;
	open_file_put(file);
	return answer(error);
}
