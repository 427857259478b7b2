/* Error numbers: POSIX names with Linux's values, so that libc passes them on unchanged.
 * Functions return 0 or the negative. The last group is Skerry's own and never reaches a program.
 */
#pragma once

#define EPERM 1
#define ENOENT 2
#define ESRCH 3
#define EINTR 4
#define EIO 5
#define ENXIO 6
#define E2BIG 7
#define ENOEXEC 8
#define ECHILD 10
#define EAGAIN 11
#define ENOMEM 12
#define EACCES 13
#define EFAULT 14
#define EBUSY 16
#define EEXIST 17
#define ENODEV 19
#define EINVAL 22
#define ENOTTY 25
#define ENOSPC 28
#define ERANGE 34
#define ENAMETOOLONG 36
#define ENOSYS 38
#define EOVERFLOW 75
#define ETIMEDOUT 110
#define EALREADY 114
#define ECANCELED 125

#define EDEADSRCDST 200 /* the endpoint is stale: its thread is gone */
#define ELOCKED 201	/* blocking would close a cycle of blocked senders */
#define ENOTREADY 202	/* non-blocking: the other side is not waiting */
#define EBADGRANT 203	/* the grant is stale, revoked or malformed */
#define EBADCALL 204	/* no such kernel call or trap */
#define ENOTALLOWED 205 /* the caller's privilege does not list this target, trap or call */
#define ERESTART 206	/* a signal ended a call that shall be made again: pm.def */
