/* Between the portable part of lib/ucontext and the ports' (arch/X/user/posix). */
#pragma once

#include <posix_libc.h>
#include <ucontext.h>

/* The signal mask; either may be NULL. */
POSIX_PRIVATE int __skerry_context_mask(const sigset_t *set, sigset_t *old);

/* A function of makecontext() has returned: go on with uc_link's context, or end as exit(0) does.
 */
POSIX_PRIVATE void __skerry_context_end(const ucontext_t *next) __attribute__((noreturn));

/* Where such a function returns to, in assembly: it calls __skerry_context_end(). */
POSIX_PRIVATE void __skerry_context_return(void);
