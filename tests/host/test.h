/* Host tests: TEST("behaviour") { ... } registers a behaviour, the CHECKs inside decide it. A file
 * of TESTs and test_main.c make a program that runs them in order; tests/host/run turns what all
 * programs print into one TAP stream. A failed CHECK does not end its test.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct test {
	const char *behaviour;
	void (*run)(void);
	struct test *next;
};

void test_register(struct test *test);
void test_check(bool passed, const char *file, int line, const char *text);
void test_check_equal(long long found, long long wanted, const char *file, int line,
		      const char *text);
void test_check_text(const char *found, const char *wanted, const char *file, int line,
		     const char *text);

#define CHECK(condition) test_check((condition), __FILE__, __LINE__, #condition)
#define CHECK_EQ(found, wanted)                                                                    \
	test_check_equal((long long)(found), (long long)(wanted), __FILE__, __LINE__, #found)
#define CHECK_TEXT(found, wanted) test_check_text((found), (wanted), __FILE__, __LINE__, #found)

#define TEST(behaviour) TEST_ON_LINE(behaviour, __LINE__)
#define TEST_ON_LINE(behaviour, line) TEST_NAMED(behaviour, line)
#define TEST_NAMED(text, line)                                                                     \
	static void test_run_##line(void);                                                         \
	__attribute__((constructor)) static void test_register_##line(void)                        \
	{                                                                                          \
		static struct test test = {.behaviour = text, .run = test_run_##line};             \
		test_register(&test);                                                              \
	}                                                                                          \
	static void test_run_##line(void)
