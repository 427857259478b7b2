/* Test cases and what they check with.
 *
 * A case is a function that runs in a thread of its own, in the root's space, with every right; the
 * supervisor waits for it, then takes back every thread, space and frame it left and compares the
 * kernel's counts with those before. CHECK goes on after a failure, REQUIRE ends the calling
 * thread.
 */
#pragma once

#include <skerry/errno.h>
#include <skerry/types.h>

#define CASE_SHORT 1u /* part of test=short */
#define CASE_STORM 2u /* part of test=stress, not of test=all: see storm.h */

struct test_case {
	const char *name; /* the behaviour, as a sentence */
	void (*run)(void);
	uint32_t flags;
	uint32_t budget;  /* of a storm: operations, before stress= multiplies them */
	uint32_t entries; /* of a storm: with fewer kernel entries it cannot have happened */
};

#define CASE(case_name, function, case_flags)                                                      \
	{                                                                                          \
		.name = case_name, .run = function, .flags = case_flags                            \
	}

struct test_suite {
	const char *name; /* one word: test=NAME runs it */
	const struct test_case *cases;
	unsigned int count;
};

#define SUITE(suite_name, case_list)                                                               \
	{                                                                                          \
		.name = suite_name, .cases = case_list,                                            \
		.count = sizeof(case_list) / sizeof((case_list)[0])                                \
	}

/* Every suite, NULL at the end. */
extern const struct test_suite *const test_suites[];

/* Run the suites a command line's test= names: "all", "short", "stress" or a list. */
void cases_run(const char *selection) __attribute__((noreturn));

/* The case that runs. */
const struct test_case *case_running(void);

/* Results of the running case; any thread may report. */
void check_failed(const char *file, int line, const char *text);
void check_failed_equal(const char *file, int line, const char *text, long long actual,
			long long expected);
void case_skip(const char *reason) __attribute__((noreturn));
void check_stop(void) __attribute__((noreturn));

#define CHECK(condition) ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, #condition))

#define REQUIRE(condition)                                                                         \
	((condition) ? (void)0 : (check_failed(__FILE__, __LINE__, #condition), check_stop()))

#define CHECK_EQUAL(actual, expected)                                                              \
	do {                                                                                       \
		const long long check_actual = (long long)(actual);                                \
		const long long check_expected = (long long)(expected);                            \
		if (check_actual != check_expected)                                                \
			check_failed_equal(__FILE__, __LINE__, #actual, check_actual,              \
					   check_expected);                                        \
	} while (0)
