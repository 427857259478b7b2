/* How musl makes a system call on Skerry, the same on every port: a plain call of lib/posix. A
 * 64-bit argument takes two places without padding between, whatever the port's C ABI.
 */
#define __SYSCALL_LL_E(x)                                                                          \
	((union {                                                                                  \
		long long whole;                                                                   \
		long part[2];                                                                      \
	}){.whole = (x)})                                                                          \
		.part[0],                                                                          \
		((union {                                                                          \
			long long whole;                                                           \
			long part[2];                                                              \
		}){.whole = (x)})                                                                  \
			.part[1]
#define __SYSCALL_LL_O(x) __SYSCALL_LL_E((x))

__attribute__((__visibility__("hidden"))) long __skerry_syscall(long, long, long, long, long, long,
								long);

static inline long __syscall0(long n)
{
	return __skerry_syscall(n, 0, 0, 0, 0, 0, 0);
}

static inline long __syscall1(long n, long a)
{
	return __skerry_syscall(n, a, 0, 0, 0, 0, 0);
}

static inline long __syscall2(long n, long a, long b)
{
	return __skerry_syscall(n, a, b, 0, 0, 0, 0);
}

static inline long __syscall3(long n, long a, long b, long c)
{
	return __skerry_syscall(n, a, b, c, 0, 0, 0);
}

static inline long __syscall4(long n, long a, long b, long c, long d)
{
	return __skerry_syscall(n, a, b, c, d, 0, 0);
}

static inline long __syscall5(long n, long a, long b, long c, long d, long e)
{
	return __skerry_syscall(n, a, b, c, d, e, 0);
}

static inline long __syscall6(long n, long a, long b, long c, long d, long e, long f)
{
	return __skerry_syscall(n, a, b, c, d, e, f);
}
