/* Page faults and the kernel's requests for memory. */
#pragma once

#include <skerry/kernel_message.h>

/* A thread waits in RTS_PAGEFAULT: map what it wants, or signal it. True: VM answers now, and it
 * goes on. */
bool fault_handle(endpoint_t thread, const struct page_fault_message *fault);

/* A kernel copy for `thread` waits for another's memory. True: the answer is in the message page.
 */
bool fault_request(endpoint_t thread, const struct memory_request_message *request);

/* What a thread waited for has come to its end: 0: it tries again; -errno: it does not get it. */
struct page_wait;
void fault_resume(const struct page_wait *wait, int result);
