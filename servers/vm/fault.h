/* Page faults and the kernel's requests for memory. */
#pragma once

#include <skerry/kernel_message.h>

/* A thread waits in RTS_PAGEFAULT: map what it wants, or signal it. True: VM answers now, and it
 * goes on. */
bool fault_handle(endpoint_t thread, const struct page_fault_message *fault);

/* A kernel copy waits for another's memory. True: the answer is in the message page. */
bool fault_request(const struct memory_request_message *request);
