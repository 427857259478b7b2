/* A case is a function of libctest that comes back if all is well; a failed CHECK says where, and
 * ends the process with status 1.
 */
#pragma once

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition))                                                                  \
			case_fail(__FILE__, __LINE__, #condition, 0);                              \
	} while (0)
#define CHECK_EQ(found, wanted)                                                                    \
	do {                                                                                       \
		const long found_ = (long)(found);                                                 \
		if (found_ != (long)(wanted))                                                      \
			case_fail(__FILE__, __LINE__, #found " is not " #wanted, found_);          \
	} while (0)

void case_fail(const char *file, int line, const char *text, long found) __attribute__((noreturn));

#define LIBC_CASE(function, behaviour) void case_##function(void);
#include "cases.def"
#undef LIBC_CASE

/* What libctest does when it is run as `libctest @WHAT ...`. */
int target_run(int count, char **arguments);
