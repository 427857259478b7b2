/* What passes between the service and the threads it runs in other spaces. A thread calls the
 * service with the result of its last command; the answer is the next one.
 */
#pragma once

#include <skerry/message.h>

#define WORK_LOOK_PAGES 6u /* at once */
#define WORK_CALL_BYTES 40u

enum work_kind {
	WORK_LOOK,  /* the first and last word of pages */
	WORK_WRITE, /* a word */
	WORK_CALL,  /* a call to VM of its own */
	WORK_STORM, /* storm.h */
};

struct work_command {
	uint32_t kind;
	uint32_t count; /* pages; the type of a call; the part in a storm */
	union {
		struct {
			uint32_t address, value;
		};
		uint32_t word[2 * WORK_LOOK_PAGES];
		uint8_t call[WORK_CALL_BYTES];
	};
};

/* A thread that was made to start afresh has no result. */
#define WORK_FRESH 0xFFFFu

struct work_result {
	uint32_t kind;
	int32_t code;
	union {
		uint32_t word[2 * WORK_LOOK_PAGES];
		uint64_t address;
	};
};

_Static_assert(sizeof(struct work_command) <= MESSAGE_PAYLOAD_SIZE, "a command is too large");
_Static_assert(sizeof(struct work_result) <= MESSAGE_PAYLOAD_SIZE, "a result is too large");

/* A thread's whole life. It never ends by itself. */
int work_for_ever(void *unused);

/* A call to VM: its code; *address is what it answered first. */
int work_call(uint32_t type, const void *request, uint64_t *address);
