/* What character drivers share: the loop, and the requests of chr.def that cannot be answered yet.
 *
 * A driver is a table of entry points; none of them waits. What cannot go on says char_later(); the
 * library keeps the request and tries again after every message, until there is a result or VFS
 * cancels it. Requests of one kind on one device go on in the order they came. Entry points may use
 * the message page.
 */
#pragma once

#include <skerry/chr.h>

struct char_request {
	endpoint_t from; /* whom to answer, and whose grant */
	u32 tag;
	u32 type; /* CHR_OPEN .. CHR_IOCTL */
	u32 device;
	u32 flags; /* CHR_NONBLOCK; of an open, open()'s flags */
	grant_t grant;
	u32 number; /* ioctl */
	pid32 session;
	pid32 group;
	pid32 process;
	u64 position;
	u64 bytes;
	u64 argument; /* ioctl */
	u32 state;    /* the driver's own, 0 at first */
	u64 done;     /* bytes of a write that were taken, counted by the library */
	ns64 since;   /* when it came */
	bool answered;
	u32 answer_flags; /* CHR_STREAM, CHR_CONTROLLING: set by open */
	int64_t result;
};

/* What an entry point says: a result (of a read: bytes moved; of a write: bytes taken from `done`
 * on; or -errno), or "not yet". */
struct char_result {
	bool later;
	int64_t value;
};

static inline struct char_result char_result(int64_t value)
{
	return (struct char_result){.value = value};
}

static inline struct char_result char_later(void)
{
	return (struct char_result){.later = true};
}

/* Minor numbers of one major number that a driver serves. */
struct char_range {
	u32 major;
	u32 minor;
	u32 count;
};

#define CHAR_RANGES_MAX 4u

/* An entry point that is NULL answers as the comment says. */
struct chardriver {
	const char *name;
	struct char_range ranges[CHAR_RANGES_MAX]; /* VFS is told of those that have a count */
	int (*init)(void);			   /* 0, or RS hears of it */
	struct char_result (*open)(struct char_request *request);  /* the device */
	struct char_result (*close)(struct char_request *request); /* 0 */
	struct char_result (*read)(struct char_request *request);  /* EIO */
	struct char_result (*write)(struct char_request *request); /* EIO */
	struct char_result (*ioctl)(struct char_request *request); /* ENOTTY */
	u32 (*poll)(u32 device);				   /* POLLIN | POLLOUT */
	void (*session_end)(pid32 session);			   /* nothing */
	void (*interrupt)(u64 interrupts); /* a bit a notify id; an alarm has none */
	/* Between requests: move what can be moved. Has anything? Then requests are tried again. */
	bool (*work)(void);
};

/* poll(2)'s events, Linux's values. */
#define CHAR_POLL_IN 0x001u
#define CHAR_POLL_PRIORITY 0x002u
#define CHAR_POLL_OUT 0x004u
#define CHAR_POLL_ERROR 0x008u
#define CHAR_POLL_HANGUP 0x010u
#define CHAR_POLL_READ_NORMAL 0x040u
#define CHAR_POLL_WRITE_NORMAL 0x100u

/* A driver's sys_main(): lib/sef and the loop. Does not come back. */
int chardriver_run(const struct chardriver *driver, uintptr_t argument);

/* Copy at an offset of the request's grant. 0; -EFAULT: nothing is to be consumed, VFS will ask
 * again; other errors of safecopy_from(). */
int char_fetch(const struct char_request *request, u64 offset, void *to, size_t bytes);
int char_store(const struct char_request *request, u64 offset, const void *from, size_t bytes);

/* Since boot. */
nanoseconds_t char_now(void);

/* Try all requests again at that time, or earlier; forgotten when it has come. */
void char_wake_at(nanoseconds_t time);
