/* The message: 64 bytes, the same layout on every architecture, and the page it lives in.
 *
 * Every thread owns a pinned message page, mapped in its space and permanently in the kernel. A
 * message is built and read at the start of that page, so a transfer is one copy between two kernel
 * addresses that cannot fault. This header knows no protocol: those are the .def tables beside it.
 */
#pragma once

#include <skerry/endpoint.h>

#define MESSAGE_PAYLOAD_SIZE 56
#define MESSAGE_PAGE_SIZE 4096

struct message {
	endpoint_t source; /* stamped by the kernel; what a sender writes here is ignored */
	uint32_t type;	   /* MESSAGE_TYPE(protocol, number) in requests; 0 or -errno in replies */
	union {
		uint8_t payload[MESSAGE_PAYLOAD_SIZE];
		uint32_t word[MESSAGE_PAYLOAD_SIZE / 4];
		u64 quad[MESSAGE_PAYLOAD_SIZE / 8];
	};
};

_Static_assert(sizeof(struct message) == 64, "a message is 64 bytes on every architecture");
_Static_assert(offsetof(struct message, payload) == 8, "the payload is 8-aligned");

/* The upper half of a type is its protocol, one number a server or interface. */
#define MESSAGE_TYPE(protocol, number) ((uint32_t)(protocol) << 16 | (number))
#define MESSAGE_PROTOCOL(type) ((type) >> 16)

#define PROTOCOL_KERNEL 0x4B00u /* messages the kernel makes: kernel_message.h */

/* Receive filter: elements are tried in order, the first that matches decides; a message that no
 * element matches is refused. It is read from the message page when IPC_FILTER is given. */
#define IPC_FILTER_ELEMENTS 8
#define IPC_FILTER_ALLOW 1u
#define IPC_FILTER_DENY 0u

struct ipc_filter_element {
	endpoint_t source; /* EP_ANY matches every source */
	uint32_t type_low;
	uint32_t type_high; /* inclusive */
	uint32_t action;    /* IPC_FILTER_ALLOW or IPC_FILTER_DENY */
};

struct ipc_filter {
	uint32_t count; /* 1 .. IPC_FILTER_ELEMENTS */
	uint32_t reserved;
	struct ipc_filter_element element[IPC_FILTER_ELEMENTS];
};

struct message_page {
	struct message message;
	uint8_t reserved[64];
	struct ipc_filter filter;
};

_Static_assert(offsetof(struct message_page, filter) == 128, "the filter follows at byte 128");
_Static_assert(sizeof(struct message_page) <= MESSAGE_PAGE_SIZE, "one page");
