/* Cancellation points: the trap that may wait lies between __cp_begin and __cp_end, which the port
 * defines beside it, and lib/posix is told to use it.
 */
#include "pthread_impl.h"
#include <posix_libc.h>

hidden long __syscall_cp_asm(volatile void *, syscall_arg_t, syscall_arg_t, syscall_arg_t,
			     syscall_arg_t, syscall_arg_t, syscall_arg_t, syscall_arg_t);

long __syscall_cp_asm(volatile void *cancel, syscall_arg_t number, syscall_arg_t a, syscall_arg_t b,
		      syscall_arg_t c, syscall_arg_t d, syscall_arg_t e, syscall_arg_t f)
{
	return __skerry_syscall_cancel(__skerry_trap_cancel, (volatile int *)cancel, number,
				       (const long[6]){a, b, c, d, e, f});
}
