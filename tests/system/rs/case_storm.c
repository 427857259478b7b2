/* Cases of clients that call without a pause while the service fails again and again. */
#include "client.h"
#include "help.h"

#define RESTARTS 100u

struct storm_client {
	volatile bool stop;
	u32 answers, refusals, wrong;
};

/* An answer counts up within an instance; a refusal is EDEADSRCDST and nothing else. */
static int call_on(void *argument)
{
	struct storm_client *client = argument;
	const struct hello_empty_req request = {};

	while (!client->stop) {
		struct hello_greet_reply reply = {0};
		const int error = hello_greet(hello, &request, &reply);

		client->answers += error == 0;
		client->refusals += error == -EDEADSRCDST;
		client->wrong += error != 0 && error != -EDEADSRCDST;
		client->wrong += error == 0 && (reply.greetings == 0 || reply.init > 1);
	}
	return 0;
}

static bool clients_end(struct storm_client *clients)
{
	u32 answers = 0, refusals = 0;

	for (unsigned int i = 0; i < CLIENTS; i++)
		clients[i].stop = true;
	for (unsigned int i = 0; i < CLIENTS; i++) {
		EXPECT_EQ(client_end(i), 0);
		EXPECT_EQ(clients[i].wrong, 0);
		EXPECT(clients[i].answers > 0);
		answers += clients[i].answers;
		refusals += clients[i].refusals;
	}
	sys_print("# %u answers, %u refusals\n", (unsigned int)answers, (unsigned int)refusals);
	return true;
}

static int fail(u32 number)
{
	static const u32 kinds[] = {FAIL_EXCEPTION, FAIL_EXIT, FAIL_PANIC};
	const struct hello_empty_req request = {};

	if (number % 5 < 3)
		return inject(HELLO, kinds[number % 5]);
	if (number % 5 == 3)
		return signal_send(hello, SIGNAL_KILL);
	return hello_crash(hello, &request, NULL) == -EDEADSRCDST ? 0 : -EIO;
}

static int refresh(u32 number)
{
	(void)number;
	return control(rs_refresh, HELLO);
}

/* A crash needs no answer in between: the next one waits until the last is mended. */
static bool storm(int (*break_it)(u32 number))
{
	static struct storm_client clients[CLIENTS];
	u32 restarts;

	EXPECT(services_ready());
	restarts = status_of(HELLO).restarts;
	for (unsigned int i = 0; i < CLIENTS; i++) {
		clients[i] = (struct storm_client){.stop = false};
		client_begin(i, call_on, &clients[i]);
	}
	for (u32 i = 0; i < RESTARTS; i++) {
		const int error = break_it(i);
		const bool back = error == 0 && restarted(HELLO, restarts + i + 1);

		if (!back || status_of(HELLO).row.endpoint != hello) {
			sys_print("# restart %u: %d\n", (unsigned int)i, error);
			(void)clients_end(clients);
			return false;
		}
	}
	return clients_end(clients);
}

bool case_storm_crash(void)
{
	return storm(fail);
}

bool case_storm_refresh(void)
{
	return storm(refresh);
}
