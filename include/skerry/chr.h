/* VFS and character drivers: requests of chr.def and the two messages that go back. What programs
 * see of a device (ioctl numbers, structures, poll events, open flags) has Linux's generic values.
 */
#pragma once

#include <skerry/grant.h>
#include <skerry/message.h>
#include <skerry/services.h>

struct chr_empty_reply {
};

/* Device numbers as programs see them, in one word: 12 bits of major, 20 of minor. */
#define CHR_DEVICE(major, minor) ((u32)(major) << 20 | (minor))
#define CHR_MAJOR(device) ((device) >> 20)
#define CHR_MINOR(device) ((device)&0xFFFFFu)

/* chr_io_req.flags, chr_open_req.flags has open()'s instead */
#define CHR_NONBLOCK 0x1u

/* All requests begin with tag and device. */
struct chr_open_req {
	u32 tag;
	u32 device;
	u32 flags;     /* O_RDONLY .. O_RDWR, O_NOCTTY, O_NONBLOCK: Linux's generic values */
	pid32 session; /* of the opener; 0: none, it gets no controlling terminal */
	pid32 group;
	pid32 process; /* leads the session iff equal to it */
};

struct chr_device_req {
	u32 tag;
	u32 device;
};

struct chr_io_req {
	u32 tag;
	u32 device;
	grant_t grant; /* the granter is who sends this message */
	u32 flags;     /* CHR_NONBLOCK */
	u64 position;  /* in the file; a stream ignores it */
	u64 bytes;     /* of the grant, from its offset 0 */
	pid32 session;
	pid32 group;
};

/* The grant is readable and writable at the argument taken as an address: as long as the number
 * says (_IOC_SIZE), CHR_IOCTL_BYTES for the old numbers 0x5400 to 0x54FF; GRANT_INVALID if the
 * number says that there is none. What the driver does not touch need not be mapped. */
#define CHR_IOCTL_BYTES 64u

struct chr_ioctl_req {
	u32 tag;
	u32 device;
	grant_t grant;
	u32 request;
	u64 argument;
	u32 flags; /* CHR_NONBLOCK */
	pid32 session;
	pid32 group;
	pid32 process;
};

#define CHR_POLL_WATCH 0x1u

struct chr_poll_req {
	u32 tag;
	u32 device;
	u32 events; /* POLLIN and so on; POLLERR and POLLHUP are always asked for */
	u32 flags;  /* CHR_POLL_WATCH */
};

struct chr_cancel_req {
	u32 tag; /* of the request that ends */
};

struct chr_session_req {
	pid32 session;
};

/* What a driver sends to VFS. */
#define CHR_ANSWER MESSAGE_TYPE(PROTOCOL_CHR, 0x100)
#define CHR_READY MESSAGE_TYPE(PROTOCOL_CHR, 0x101)

/* chr_answer.flags, of CHR_OPEN */
#define CHR_STREAM 0x1u	     /* no position: lseek answers ESPIPE */
#define CHR_CONTROLLING 0x2u /* it is the controlling terminal of the opener's session */

struct chr_answer {
	u32 tag;
	u32 flags;
	int64_t result;
};

struct chr_ready {
	u32 device;
	u32 events; /* what is there now of what was watched; these are watched no longer */
};

enum {
#define CALL(name, nr, request, reply, handler, right, what) name = MESSAGE_TYPE(PROTOCOL_CHR, nr),
#include <skerry/chr.def>
#undef CALL
};

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	_Static_assert(sizeof(struct request) <= MESSAGE_PAYLOAD_SIZE, #request " too large");     \
	_Static_assert(sizeof(struct reply) <= MESSAGE_PAYLOAD_SIZE, #reply " too large");
#include <skerry/chr.def>
#undef CALL

_Static_assert(offsetof(struct chr_answer, result) == 8, "the same on every architecture");
