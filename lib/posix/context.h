/* A thread's context as programs see it, and as the kernel has it in frames: the port's
 * (arch/X/user/posix/context.c). Only general registers; the frame keeps the rest.
 */
#pragma once

#include <arch/context.h>
#include <posix_libc.h>
#include <ucontext.h>

POSIX_PRIVATE void posix_context_out(ucontext_t *to, const struct arch_user_context *from);
POSIX_PRIVATE void posix_context_in(const ucontext_t *from, struct arch_user_context *to);
