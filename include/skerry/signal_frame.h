/* What SYS_SIGNAL_SEND pushes on a stack, a handler's second argument, and SYS_SIGNAL_RETURN pops:
 * a handler may change the context and the message that its thread goes on with.
 */
#pragma once

#include <arch/context.h>
#include <skerry/message.h>

#define SIGNAL_FRAME_MAGIC 0x5346726Du
#define SIGNAL_INFO_BYTES 64u

struct signal_frame {
	struct arch_user_context context;
	struct message message;
	u64 mask; /* the manager's */
	u32 signal;
	u32 magic;
	uint8_t info[SIGNAL_INFO_BYTES]; /* the manager's */
};
