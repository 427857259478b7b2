/* What the victim can be asked for: a service that fails as a case of the suite wants it to. */
#pragma once

#include <skerry/message.h>

#define PROTOCOL_VICTIM 0x7F01u

#define VICTIM_ECHO MESSAGE_TYPE(PROTOCOL_VICTIM, 0) /* struct victim_echo both ways */
#define VICTIM_HOLD MESSAGE_TYPE(PROTOCOL_VICTIM, 1) /* never answered */
#define VICTIM_LOOP MESSAGE_TYPE(PROTOCOL_VICTIM, 2) /* loops without an end */
#define VICTIM_CALL MESSAGE_TYPE(PROTOCOL_VICTIM, 3) /* calls word[0], which does not answer */
#define VICTIM_MAP MESSAGE_TYPE(PROTOCOL_VICTIM, 4)  /* maps and writes quad[0] bytes */
#define VICTIM_TRY MESSAGE_TYPE(PROTOCOL_VICTIM, 5)  /* struct victim_tries: what it may not do */
#define VICTIM_FAULT MESSAGE_TYPE(PROTOCOL_VICTIM, 6)
#define VICTIM_PUBLISH MESSAGE_TYPE(PROTOCOL_VICTIM, 7) /* a number with DS: VICTIM_NUMBER */

#define VICTIM_NUMBER "rsvictim.number"

struct victim_echo {
	u32 value;	     /* answered as it was */
	u32 echoes;	     /* of this instance */
	u32 init;	     /* SEF_INIT_* */
	u32 line_hash;	     /* of its command line */
	u32 index;	     /* of its boot table entry */
	endpoint_t endpoint; /* what it takes itself for */
};

/* Each is an answer: 0 or -errno. */
struct victim_tries {
	int32_t call_pm; /* not among its targets */
	int32_t notify_pm;
	int32_t kill; /* a kernel call that is not listed */
	int32_t update;
	int32_t space;	     /* a right with VM that is not listed */
	int32_t control;     /* RS's control calls */
	int32_t map_foreign; /* memory that is not listed */
	int32_t map_own;     /* memory that is */
	int32_t irq;	     /* an interrupt that is not listed */
};
