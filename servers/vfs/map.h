/* Mapped files. VM keeps their pages as blocks and asks VFS, their pager, for what is not there
 * (PAGER_READ); VFS reads it from the file's server. Each vnode that was ever mapped has a device
 * number of its own with VM, so that its blocks are found by it.
 *
 * Reads, writes and maps agree: what was written through a map goes to the server before anybody
 * reads or writes the file by a call; what a call writes is put into the blocks that are there.
 */
#pragma once

#include "vnode.h"

/* Write back what was written through maps. In workers, like the others. */
int map_flush(struct vnode *vnode);
void map_flush_all(void);

/* The file will be as long as this, before its server makes it so. 0: always; for chains. */
int map_grows(struct vnode *vnode, uint64_t bytes);

/* Bytes were written by a call. */
void map_changed(struct vnode *vnode, uint64_t offset, uint64_t bytes);

/* Its size was set (error 0) to vnode->bytes. Answers the error. */
int map_resized(struct vnode *vnode, int error);

/* The vnode goes. */
void map_forget(const struct vnode *vnode);

/* Map a part of a file into a space, as VM_MAP_FILE does: -errno, and the address. limit: what a
 * shared map may get at most. */
struct vm_map_file_req;
int map_file(struct vnode *vnode, struct vm_map_file_req *request, uint64_t *address);

/* Bring a page of a mapped file that VM speaks of. */
int map_page_in(uint32_t token, uint64_t offset);

/* VM's messages. */
void map_asked(const struct message *message);
