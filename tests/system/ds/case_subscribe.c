/* Cases of subscribers. */
#include "client.h"

#include "tests/system/vm/crew.h"
#include "tests/system/user/runner.h"
#include <string.h>
#include <sys_ipc.h>

#define ALL DS_KINDS_ALL

bool case_told(void)
{
	struct ds_entry_reply reply;

	EXPECT_EQ(subscribe(A, "drv.*", ALL, 0), 0);
	EXPECT(told_all(A));
	EXPECT_EQ(u32_publish(B, "drv.tty", 7, 0), 0);
	EXPECT_EQ(notified(A), 1);
	EXPECT_EQ(check(A, &reply), 0);
	EXPECT_EQ(strcmp(reply.name, "drv.tty"), 0);
	EXPECT_EQ(reply.kind, DS_U32);
	EXPECT_EQ(reply.what, DS_PUBLISHED);
	EXPECT_EQ(reply.value, 7);
	EXPECT_EQ(reply.owner, client_endpoint[B]);
	EXPECT(told_all(A));
	EXPECT_EQ(entry_remove(B, DS_U32, "drv.tty", 0), 0);
	EXPECT_EQ(notified(A), 1);
	EXPECT_EQ(check(A, &reply), 0);
	EXPECT_EQ(reply.what, DS_DELETED);
	EXPECT_EQ(reply.owner, client_endpoint[B]);
	EXPECT(told_all(A));
	EXPECT_EQ(unsubscribe(A, ""), 0);
	return true;
}

bool case_told_once(void)
{
	struct ds_entry_reply reply;

	EXPECT_EQ(subscribe(A, "*", ALL, 0), 0);
	for (unsigned int i = 0; i < 10; i++)
		EXPECT_EQ(u32_publish(B, "x", i, DS_OVERWRITE), 0);
	EXPECT_EQ(check(A, &reply), 0);
	EXPECT_EQ(reply.value, 9); /* as it is now */
	EXPECT(told_all(A));
	/* What was refused is no change. */
	EXPECT_EQ(u32_publish(B, "x", 1, 0), -EEXIST);
	EXPECT_EQ(u32_publish(SELF, "x", 1, DS_OVERWRITE), -EPERM);
	EXPECT_EQ(entry_remove(SELF, DS_U32, "x", 0), -EPERM);
	(void)notified(A);
	EXPECT_EQ(u32_publish(SELF, "x", 1, DS_OVERWRITE), -EPERM);
	EXPECT_EQ(notified(A), 0);
	EXPECT(told_all(A));
	EXPECT_EQ(unsubscribe(A, ""), 0);
	EXPECT_EQ(entry_remove(B, DS_U32, "x", 0), 0);
	return true;
}

bool case_told_and_back(void)
{
	struct ds_entry_reply reply;

	EXPECT_EQ(subscribe(A, "x", ALL, 0), 0);
	EXPECT_EQ(u32_publish(B, "x", 1, 0), 0);
	EXPECT_EQ(entry_remove(B, DS_U32, "x", 0), 0);
	EXPECT(told(A, "x", DS_DELETED));
	EXPECT(told_all(A));
	EXPECT_EQ(u32_publish(B, "x", 1, 0), 0);
	EXPECT_EQ(entry_remove(B, DS_U32, "x", 0), 0);
	EXPECT_EQ(u32_publish(SELF, "x", 2, 0), 0);
	EXPECT_EQ(check(A, &reply), 0);
	EXPECT_EQ(reply.what, DS_PUBLISHED);
	EXPECT_EQ(reply.value, 2);
	EXPECT_EQ(reply.owner, client_endpoint[SELF]);
	EXPECT(told_all(A));
	EXPECT_EQ(entry_remove(SELF, DS_U32, "x", 0), 0);
	EXPECT_EQ(unsubscribe(A, ""), 0);
	return true;
}

bool case_told_present(void)
{
	EXPECT_EQ(u32_publish(B, "before.1", 1, 0), 0);
	EXPECT_EQ(u32_publish(B, "before.2", 1, 0), 0);
	EXPECT_EQ(u32_publish(B, "other", 1, 0), 0);
	EXPECT_EQ(subscribe(A, "before.*", ALL, 0), 0);
	EXPECT_EQ(notified(A), 0);
	EXPECT(told_all(A));
	EXPECT_EQ(subscribe(A, "before.[2-9]", ALL, DS_SUBSCRIBE_PRESENT), 0);
	EXPECT_EQ(notified(A), 1);
	EXPECT(told(A, "before.2", DS_PUBLISHED));
	EXPECT(told_all(A));
	EXPECT_EQ(subscribe(A, "absent", ALL, DS_SUBSCRIBE_PRESENT), 0);
	EXPECT_EQ(notified(A), 0);
	EXPECT(told_all(A));
	EXPECT_EQ(unsubscribe(A, ""), 0);
	EXPECT_EQ(entry_remove(B, DS_U32, "before.1", 0), 0);
	EXPECT_EQ(entry_remove(B, DS_U32, "before.2", 0), 0);
	EXPECT_EQ(entry_remove(B, DS_U32, "other", 0), 0);
	return true;
}

bool case_told_kinds(void)
{
	struct ds_entry_reply reply;

	EXPECT_EQ(subscribe(A, "*", DS_KIND_BIT(DS_MEMORY), 0), 0);
	EXPECT_EQ(u32_publish(B, "x", 1, 0), 0);
	EXPECT_EQ(filled_publish(B, DS_MEMORY, "x", 77, 1, 0), 0);
	EXPECT_EQ(check(A, &reply), 0);
	EXPECT_EQ(reply.kind, DS_MEMORY);
	EXPECT_EQ(reply.value, 77);
	EXPECT(told_all(A));
	EXPECT_EQ(entry_remove(B, DS_U32, "x", 0), 0);
	EXPECT(told_all(A));
	EXPECT_EQ(entry_remove(B, DS_MEMORY, "x", 0), 0);
	EXPECT(told(A, "x", DS_DELETED));
	EXPECT_EQ(unsubscribe(A, ""), 0);
	return true;
}

bool case_told_patterns(void)
{
	static const struct {
		const char *pattern, *name;
		bool fits;
	} tries[] = {
		{"*", "any", true},
		{"a?c", "abc", true},
		{"a?c", "ac", false},
		{"tty[0-9]", "tty3", true},
		{"tty[^0-9]", "tty3", false},
		{"*.ata.*", "drv.ata.0", true},
		{"*.ata.*", "drv.atb.0", false},
		{"plain", "plain", true},
		{"plain", "plain2", false},
		{"*a*a*a*", "bananas", true},
		{"*[xyz]", "box", true},
		{"?????", "four", false},
	};

	for (unsigned int i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		EXPECT_EQ(subscribe(A, tries[i].pattern, ALL, 0), 0);
		EXPECT_EQ(u32_publish(B, tries[i].name, 1, 0), 0);
		EXPECT_EQ(notified(A), tries[i].fits);
		EXPECT(!tries[i].fits || told(A, tries[i].name, DS_PUBLISHED));
		EXPECT(told_all(A));
		EXPECT_EQ(unsubscribe(A, tries[i].pattern), 0);
		EXPECT_EQ(entry_remove(B, DS_U32, tries[i].name, 0), 0);
	}
	return true;
}

bool case_subscribe_refused(void)
{
	static const char *const bad[] = {
		"", "[", "[]", "a]", "a b", "[z-a]", "x[^]", "0123456789abcdef0123456789abcdef"};
	struct ds_entry_reply reply;

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		EXPECT_EQ(subscribe(A, bad[i], ALL, 0), -EINVAL);
	EXPECT_EQ(subscribe(A, "*", 0, 0), -EINVAL);
	EXPECT_EQ(subscribe(A, "*", 1, 0), -EINVAL);
	EXPECT_EQ(subscribe(A, "*", DS_KIND_BIT(DS_KIND_END) | DS_KIND_BIT(DS_U32), 0), -EINVAL);
	EXPECT_EQ(subscribe(A, "*", ALL, 2), -EINVAL);
	EXPECT_EQ(check(A, &reply), -EINVAL); /* no subscriber */
	EXPECT_EQ(unsubscribe(A, "*"), -ENOENT);
	EXPECT_EQ(unsubscribe(A, "["), -EINVAL);
	return true;
}

bool case_subscribe_full(void)
{
	for (unsigned int i = 0; i < DS_PATTERNS; i++)
		EXPECT_EQ(subscribe(A, name_number('p', i), ALL, 0), 0);
	EXPECT_EQ(subscribe(A, "more", ALL, 0), -ENOSPC);
	EXPECT_EQ(subscribe(B, "more", ALL, 0), 0);
	EXPECT_EQ(subscribe(A, "p1", DS_KIND_BIT(DS_STRING), 0), 0); /* again: other kinds */
	EXPECT_EQ(u32_publish(SELF, "p1", 1, 0), 0);
	EXPECT_EQ(u32_publish(SELF, "p2", 1, 0), 0);
	EXPECT(told(A, "p2", DS_PUBLISHED));
	EXPECT(told_all(A));
	EXPECT_EQ(unsubscribe(A, "p0"), 0);
	EXPECT_EQ(subscribe(A, "more", ALL, 0), 0);
	EXPECT_EQ(u32_publish(SELF, "more", 1, 0), 0);
	EXPECT(told(A, "more", DS_PUBLISHED));
	EXPECT(told(B, "more", DS_PUBLISHED));
	EXPECT_EQ(unsubscribe(A, "") + unsubscribe(B, ""), 0);
	EXPECT_EQ(entry_remove(SELF, DS_U32, "p1", 0), 0);
	EXPECT_EQ(entry_remove(SELF, DS_U32, "p2", 0), 0);
	EXPECT_EQ(entry_remove(SELF, DS_U32, "more", 0), 0);
	return true;
}

bool case_unsubscribe(void)
{
	EXPECT_EQ(subscribe(A, "x*", ALL, 0), 0);
	EXPECT_EQ(subscribe(A, "*y", ALL, 0), 0);
	EXPECT_EQ(u32_publish(B, "x", 1, 0), 0);
	EXPECT_EQ(u32_publish(B, "xy", 1, 0), 0);
	EXPECT_EQ(u32_publish(B, "y", 1, 0), 0);
	/* What no pattern is left for is not told any more. */
	EXPECT_EQ(unsubscribe(A, "x*"), 0);
	EXPECT(told(A, "xy", DS_PUBLISHED));
	EXPECT(told(A, "y", DS_PUBLISHED));
	EXPECT(told_all(A));
	(void)notified(A);
	EXPECT_EQ(entry_remove(B, DS_U32, "x", 0), 0);
	EXPECT_EQ(notified(A), 0);
	EXPECT_EQ(unsubscribe(A, "*y"), 0);
	EXPECT_EQ(entry_remove(B, DS_U32, "xy", 0), 0);
	EXPECT_EQ(entry_remove(B, DS_U32, "y", 0), 0);
	EXPECT_EQ(notified(A), 0);
	return true;
}

bool case_told_all_of_them(void)
{
	for (unsigned int who = 0; who < CLIENTS; who++)
		EXPECT_EQ(subscribe(who, "*", ALL, 0), 0);
	for (unsigned int who = 0; who < CLIENTS; who++) {
		EXPECT_EQ(u32_publish(who, "x", 1, 0), 0);
		/* Its owner, too. Each once, however late it asks. */
		for (unsigned int by = 0; by < CLIENTS; by++) {
			EXPECT(notified(by) > 0);
			EXPECT(told(by, "x", DS_PUBLISHED));
		}
		EXPECT_EQ(entry_remove(who, DS_U32, "x", 0), 0);
		for (unsigned int by = CLIENTS; by-- > 0;) {
			EXPECT(told(by, "x", DS_DELETED));
			EXPECT(told_all(by));
			EXPECT_EQ(notified(by), 1);
		}
	}
	for (unsigned int who = 0; who < CLIENTS; who++)
		EXPECT_EQ(unsubscribe(who, ""), 0);
	return true;
}

bool case_told_fairly(void)
{
	struct ds_entry_reply reply;
	unsigned int quiet = 0;

	EXPECT_EQ(subscribe(A, "*", ALL, 0), 0);
	EXPECT_EQ(u32_publish(B, "busy", 0, 0), 0);
	for (unsigned int i = 0; i < 5; i++)
		EXPECT_EQ(u32_publish(B, name_number('q', i), i, 0), 0);
	for (unsigned int i = 0; i < 7; i++) {
		EXPECT_EQ(check(A, &reply), 0);
		quiet += reply.name[0] == 'q';
		EXPECT_EQ(u32_publish(B, "busy", i, DS_OVERWRITE), 0);
	}
	EXPECT_EQ(quiet, 5);
	EXPECT_EQ(unsubscribe(A, ""), 0);
	EXPECT_EQ(entry_remove(B, DS_U32, "busy", 0), 0);
	for (unsigned int i = 0; i < 5; i++)
		EXPECT_EQ(entry_remove(B, DS_U32, name_number('q', i), 0), 0);
	return true;
}

/* More deletions than there are entries, and A never asks. */
bool case_deletions_lost(void)
{
	struct ds_entry_reply reply;
	unsigned int told_of = 0;
	int code;

	EXPECT_EQ(subscribe(A, "lose*", ALL, 0), 0);
	EXPECT_EQ(subscribe(SELF, "keep", ALL, 0), 0);
	EXPECT_EQ(u32_publish(B, "keep", 1, 0), 0);
	for (unsigned int i = 0; i < 2 * DS_ENTRIES; i++) {
		char name[16] = "lose.";

		strcat(name, name_number('n', i));
		EXPECT_EQ(u32_publish(B, name, i, 0), 0);
		EXPECT_EQ(entry_remove(B, DS_U32, name, 0), 0);
	}
	EXPECT_EQ(check(A, &reply), -EOVERFLOW);
	while ((code = check(A, &reply)) == 0) {
		EXPECT_EQ(reply.what, DS_DELETED);
		told_of++;
	}
	EXPECT_EQ(code, -ENOENT);
	EXPECT(told_of > 0 && told_of < DS_ENTRIES);
	/* Others lost nothing. */
	EXPECT(told(SELF, "keep", DS_PUBLISHED));
	EXPECT(told_all(SELF));
	EXPECT_EQ(unsubscribe(A, "") + unsubscribe(SELF, ""), 0);
	EXPECT_EQ(entry_remove(B, DS_U32, "keep", 0), 0);
	return true;
}

/* --- Dead subscribers ------------------------------------------------------------------------- */

static struct stage {
	volatile int result; /* 1: not yet */
} * stage;

static void subscribe_work(unsigned int number)
{
	struct ds_subscribe_req request = {.pattern = "*", .kinds = ALL};
	struct message *message = &message_page()->message;

	(void)number;
	message->type = DS_SUBSCRIBE;
	memcpy(message->payload, &request, sizeof(request));
	stage->result = ipc_call(DS_ENDPOINT) == 0 ? (int)message->type : -EINTR;
	for (;;)
		;
}

static bool subscriber_dies(void)
{
	struct crew crew;

	stage->result = 1;
	EXPECT(crew_start(&crew, 1, subscribe_work));
	for (unsigned int i = 0; stage->result == 1 && i < 6000; i++)
		runner_sleep(RUNNER_SLEEP_TIME);
	EXPECT_EQ(stage->result, 0);
	return crew_stop(&crew);
}

/* RS does not tell of these threads: DS finds out when it needs a place. */
bool case_subscribers_dead(void)
{
	const uint64_t at = map_shared();

	stage = (struct stage *)(uintptr_t)at;
	crew_may_send(DS_ENDPOINT);
	for (unsigned int i = 0; i < DS_SUBSCRIBERS + 8; i++)
		EXPECT(subscriber_dies());
	EXPECT_EQ(subscribe(A, "*", ALL, 0), 0);
	EXPECT_EQ(u32_publish(B, "x", 1, 0), 0);
	EXPECT(told(A, "x", DS_PUBLISHED));
	EXPECT_EQ(entry_remove(B, DS_U32, "x", 0), 0);
	EXPECT_EQ(unsubscribe(A, ""), 0);
	EXPECT_EQ(unmap(SELF, at, PAGE), 0);
	return true;
}
