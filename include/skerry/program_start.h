/* What PM puts on a program's stack; its entry point gets the address. From the stack pointer
 * upwards lies the block of the System V ABI, each item a word, then this structure:
 *
 *   argc | argv ... 0 | environment ... 0 | auxiliary pairs ... AUX_NULL 0 | start | strings
 */
#pragma once

#include <skerry/endpoint.h>

struct program_start {
	endpoint_t endpoint; /* its own */
	int32_t pid;
	u64 message_page;
	u64 stack_top;
	u64 arguments; /* where argc lies */
};

/* The auxiliary vector: the ABI's numbers, and Skerry's own. */
#define AUX_NULL 0u
#define AUX_PROGRAM_HEADERS 3u
#define AUX_PROGRAM_HEADER_SIZE 4u
#define AUX_PROGRAM_HEADER_COUNT 5u
#define AUX_PAGE_SIZE 6u
#define AUX_ENTRY 9u
#define AUX_PROGRAM_START 0x534Bu /* address of struct program_start */
