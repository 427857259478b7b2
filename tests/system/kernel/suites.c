/* The list of suites. */
#include "test_case.h"

#define X(name) extern const struct test_suite suite_##name;
#include "suites.def"
#undef X

const struct test_suite *const test_suites[] = {
#define X(name) &suite_##name,
#include "suites.def"
#undef X
	NULL,
};
