/* What PM puts on a program's stack; its entry point gets the address. From the stack pointer
 * upwards lies the block of the System V ABI, each item a word, then this structure:
 *
 *   argc | argv ... 0 | environment ... 0 | auxiliary pairs ... AUX_NULL 0 | start | random |
 * strings
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
#define AUX_INTERPRETER 7u /* where the dynamic linker lies */
#define AUX_ENTRY 9u
#define AUX_USER 11u
#define AUX_EFFECTIVE_USER 12u
#define AUX_GROUP 13u
#define AUX_EFFECTIVE_GROUP 14u
#define AUX_CLOCK_TICKS 17u
#define AUX_SECURE 23u
#define AUX_RANDOM 25u		  /* address of 16 bytes */
#define AUX_PROGRAM_NAME 31u	  /* address: the first argument */
#define AUX_PROGRAM_START 0x534Bu /* address of struct program_start */
