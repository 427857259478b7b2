/* Memory of the programs that call. Copies never wait: what is missing is asked of VM, and a page
 * of a mapped file of its file server.
 */
#pragma once

#include "call.h"
#include <skerry/grant.h>

/* From and to the caller: 0 or -EFAULT. */
int memory_read(struct call *call, uint64_t address, void *to, size_t bytes);
int memory_write(struct call *call, uint64_t address, const void *from, size_t bytes);

/* All of a range is there and allows GRANT_READ or GRANT_WRITE (the grantee's view): 0 or -EFAULT.
 */
int memory_page_in(endpoint_t thread, uint64_t address, uint64_t bytes, uint32_t access);

/* Grants, which hold until grant_drop(). -EAGAIN: there are no more. access: GRANT_READ,
 * GRANT_WRITE. */
int grant_caller(struct call *call, endpoint_t to, uint64_t address, uint64_t bytes,
		 uint32_t access, grant_t *grant);
int grant_own(endpoint_t to, const void *address, uint64_t bytes, uint32_t access, grant_t *grant);
int grant_of_other(endpoint_t to, endpoint_t from, grant_t other, uint64_t offset, uint64_t bytes,
		   uint32_t access, grant_t *grant);
void grant_drop(grant_t grant);

void grants_start(void);

/* Memory of VFS itself, whole pages, all there. NULL: there is none. */
void *pages_map(size_t bytes);
void pages_unmap(void *start, size_t bytes);
