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
#define EBADF 9
#define ECHILD 10
#define EAGAIN 11
#define ENOMEM 12
#define EACCES 13
#define EFAULT 14
#define ENOTBLK 15
#define EBUSY 16
#define EEXIST 17
#define EXDEV 18
#define ENODEV 19
#define ENOTDIR 20
#define EISDIR 21
#define EINVAL 22
#define ENFILE 23
#define EMFILE 24
#define ENOTTY 25
#define ETXTBSY 26
#define EFBIG 27
#define ENOSPC 28
#define ESPIPE 29
#define EROFS 30
#define EMLINK 31
#define EPIPE 32
#define ERANGE 34
#define EDEADLK 35
#define ENAMETOOLONG 36
#define ENOLCK 37
#define ENOSYS 38
#define ENOTEMPTY 39
#define ELOOP 40
#define EOVERFLOW 75
#define EOPNOTSUPP 95
#define ETIMEDOUT 110
#define EALREADY 114
#define ESTALE 116
#define ECANCELED 125

#define EDEADSRCDST 200 /* the endpoint is stale: its thread is gone */
#define ELOCKED 201	/* blocking would close a cycle of blocked senders */
#define ENOTREADY 202	/* non-blocking: the other side is not waiting */
#define EBADGRANT 203	/* the grant is stale, revoked or malformed */
#define EBADCALL 204	/* no such kernel call or trap */
#define ENOTALLOWED 205 /* the caller's privilege does not list this target, trap or call */
#define ERESTART 206	/* a signal ended a call that shall be made again: pm.def */
