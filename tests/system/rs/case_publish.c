/* Cases of what DS hears from RS. RS tells it a little later than it answers. */
#include "help.h"

#include <ds_call.h>
#include <string.h>

#define POLL_TIME 2000000ull /* 2 ms */
#define POLLS 5000u

static int label_of(const char *name, endpoint_t *endpoint)
{
	struct ds_name_req request = {.name = ""};
	struct ds_value_reply reply = {0};
	int error;

	strncpy(request.name, name, sizeof(request.name) - 1);
	error = ds_retrieve_label(&request, &reply);
	*endpoint = reply.value;
	return error;
}

/* Wait until DS answers so. */
static bool label_becomes(const char *name, int error, endpoint_t endpoint)
{
	endpoint_t found;

	for (unsigned int i = 0; i < POLLS; i++) {
		if (label_of(name, &found) == error && (error != 0 || found == endpoint))
			return true;
		runner_sleep(POLL_TIME);
	}
	return false;
}

bool case_labels(void)
{
	EXPECT(services_ready());
	EXPECT(label_becomes("vm", 0, VM_ENDPOINT));
	EXPECT(label_becomes("rs", 0, RS_ENDPOINT));
	EXPECT(label_becomes("pm", 0, PM_ENDPOINT));
	EXPECT(label_becomes("ds", 0, DS_ENDPOINT));
	EXPECT(label_becomes(HELLO, 0, hello));
	EXPECT(label_becomes(VICTIM, 0, victim));
	EXPECT(label_becomes("vmsuite", -ENOENT, 0));
	EXPECT_EQ(control(rs_down, VICTIM), 0);
	EXPECT(label_becomes(VICTIM, -ENOENT, 0));
	EXPECT_EQ(control(rs_up, VICTIM), 0);
	EXPECT(label_becomes(VICTIM, 0, victim));
	return true;
}

/* The next news of hello: false: there was none. */
static bool news_come(struct ds_entry_reply *entry)
{
	const struct ds_empty_req request = {};

	for (unsigned int i = 0; i < POLLS; i++) {
		if (ds_check(&request, entry) == 0)
			return strcmp(entry->name, HELLO) == 0;
		runner_sleep(POLL_TIME);
	}
	return false;
}

bool case_subscribers(void)
{
	struct ds_subscribe_req subscribe = {
		.pattern = HELLO,
		.kinds = DS_KIND_BIT(DS_LABEL),
	};
	struct ds_subscribe_req all = {.pattern = ""};
	struct ds_entry_reply entry;

	EXPECT(services_ready());
	EXPECT(label_becomes(HELLO, 0, hello));
	runner_sleep(100000000); /* the news of services_ready() are over */
	EXPECT_EQ(ds_subscribe(&subscribe, NULL), 0);
	for (unsigned int i = 0; i < 5; i++) {
		const u32 restarts = status_of(HELLO).restarts;

		EXPECT_EQ(signal_send(hello, SIGNAL_KILL), 0);
		EXPECT(restarted(HELLO, restarts + 1));
		EXPECT(news_come(&entry));
		EXPECT_EQ(entry.what, DS_PUBLISHED);
		EXPECT_EQ(entry.value, hello);
	}
	EXPECT_EQ(control(rs_down, HELLO), 0);
	EXPECT(news_come(&entry));
	EXPECT_EQ(entry.what, DS_DELETED);
	EXPECT_EQ(control(rs_up, HELLO), 0);
	EXPECT(news_come(&entry));
	EXPECT_EQ(entry.what, DS_PUBLISHED);
	EXPECT_EQ(ds_unsubscribe(&all, NULL), 0);
	return true;
}

static int number_get(void)
{
	const struct ds_name_req request = {.name = VICTIM_NUMBER};
	struct ds_value_reply reply;

	return ds_retrieve_u32(&request, &reply);
}

static bool number_goes(void)
{
	for (unsigned int i = 0; i < POLLS; i++) {
		if (number_get() == -ENOENT)
			return true;
		runner_sleep(POLL_TIME);
	}
	return false;
}

bool case_published(void)
{
	EXPECT(services_ready());
	EXPECT_EQ(victim_ask(VICTIM_PUBLISH), 0);
	EXPECT_EQ(number_get(), 0);
	EXPECT_EQ(victim_ask(VICTIM_FAULT), -EDEADSRCDST);
	EXPECT(number_goes());
	EXPECT_EQ(victim_ask(VICTIM_PUBLISH), 0);
	EXPECT_EQ(control(rs_down, VICTIM), 0);
	EXPECT(number_goes());
	EXPECT_EQ(control(rs_up, VICTIM), 0);
	return true;
}
