/* For cases that services run themselves: false ends the case, and says where. */
#pragma once

#include <sys.h>

#define EXPECT(condition)                                                                          \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			sys_print("# %s:%d: %s\n", __FILE__, __LINE__, #condition);                \
			return false;                                                              \
		}                                                                                  \
	} while (0)
#define EXPECT_EQ(found, wanted)                                                                   \
	do {                                                                                       \
		const long found_ = (long)(found);                                                 \
		if (found_ != (long)(wanted)) {                                                    \
			sys_print("# %s:%d: %s is not %s but %ld\n", __FILE__, __LINE__, #found,   \
				  #wanted, found_);                                                \
			return false;                                                              \
		}                                                                                  \
	} while (0)
