/* Small tools of the language; and the names clang's thread-safety analysis checks. */
#pragma once

#include <skerry/types.h>

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define must_check __attribute__((warn_unused_result))
#define array_size(a) (sizeof(a) / sizeof(*(a)))
/* Fields that other CPUs read without the lock: what was written before is seen with them. */
#define publish(field, value) __atomic_store_n(&(field), value, __ATOMIC_RELEASE)
#define published(field) __atomic_load_n(&(field), __ATOMIC_ACQUIRE)
#define container_of(p, type, member) ((type *)((char *)(p)-offsetof(type, member)))

#ifdef __clang__
#define CAPABILITY(x) __attribute__((capability(x)))
#define REQUIRES(x) __attribute__((requires_capability(x)))
#define ACQUIRES(x) __attribute__((acquire_capability(x)))
#define RELEASES(x) __attribute__((release_capability(x)))
#define GUARDED_BY(x) __attribute__((guarded_by(x)))
#define NO_ANALYSIS __attribute__((no_thread_safety_analysis))
#else
#define CAPABILITY(x)
#define REQUIRES(x)
#define ACQUIRES(x)
#define RELEASES(x)
#define GUARDED_BY(x)
#define NO_ANALYSIS
#endif
