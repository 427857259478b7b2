/* What the cases of the service share. A case answers whether all was well. */
#pragma once

#include "memory.h"
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

#define SERVICE_CASE(function, behaviour) bool service_##function(void);
#include "service_cases.def"
#undef SERVICE_CASE
#define EXHAUST_CASE(function, behaviour) bool exhaust_##function(void);
#include "exhaust_cases.def"
#undef EXHAUST_CASE
