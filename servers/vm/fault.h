/* Page faults and the kernel's requests for memory. */
#pragma once

#include <skerry/kernel_message.h>

/* A thread waits in RTS_PAGEFAULT: map what it wants and let it go on, or signal it. */
void fault_handle(endpoint_t thread, const struct page_fault_message *fault);

/* A kernel copy for `thread` waits for another's memory. */
void fault_request(endpoint_t thread, const struct memory_request_message *request);
