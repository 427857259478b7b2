/* Random messages to VM, PM and RS: from programs, four at a time, and from this service. After
 * each round VM, PM and RS must answer and everything be as before. TAP; its exit status ends the
 * machine.
 *
 *   root=vm fuzz=MESSAGES seed=N
 *
 * A round that fails prints the command that repeats it alone.
 */
#include "fuzz.h"

#include "tests/system/user/runner.h"
#include <option.h>
#include <pm_call.h>
#include <rs_call.h>
#include <sef.h>
#include <skerry/signal.h>
#include <string.h>
#include <sys.h>
#include <sys_call.h>
#include <vm_call.h>

#define PROGRAMS 4u
#define ROUND 100u /* messages of each, and of the service */
#define SLEEPS_MAX 3000u
#define ROUND_MESSAGES (ROUND * (PROGRAMS + 1))

static unsigned int answers, refusals, ends; /* what came of it */

/* --- Programs --------------------------------------------------------------------------------- */

static char *number_put(char *to, uint32_t number)
{
	char digits[10];
	unsigned int count = 0;

	do
		digits[count++] = (char)('0' + number % 10);
	while ((number /= 10) != 0);
	while (count > 0)
		*to++ = digits[--count];
	*to++ = '\0';
	return to;
}

static int fuzzer_start(uint32_t seed, pid32 *pid)
{
	char block[64] = "vmcase\0@fuzz";
	char *end = number_put(block + sizeof("vmcase\0@fuzz"), seed);

	end = number_put(end, ROUND);
	return program_start("vmcase", block, (size_t)(end - block), 4, pid);
}

/* All of this service's children have ended; false: one found an answer that nobody wrote down, or
 * never ends. */
static bool children_end(void)
{
	const struct pm_wait_req request = {.pid = -1, .flags = PM_WAIT_NOHANG | PM_WAIT_EXITED};
	struct pm_wait_reply reply;
	unsigned int sleeps = 0;

	while (pm_wait(&request, &reply) == 0) {
		if (reply.pid == 0) {
			if (sleeps++ == SLEEPS_MAX)
				return false;
			runner_sleep(RUNNER_SLEEP_TIME);
			continue;
		}
		ends += reply.status != 0;
		if (reply.status == 77 << 8)
			return false;
	}
	return true;
}

/* --- This service ----------------------------------------------------------------------------- */

static const struct {
	uint32_t protocol;
	endpoint_t server;
} servers[] = {{PROTOCOL_VM, VM_ENDPOINT}, {PROTOCOL_PM, PM_ENDPOINT}, {PROTOCOL_RS, RS_ENDPOINT}};

/* It must go on: not a word on its own memory, nothing that waits for a child that may not come,
 * and not to be ready twice is RS's to say. */
static bool is_harmful(const struct message *message)
{
	uint32_t words[MESSAGE_PAYLOAD_SIZE / 4];

	memcpy(words, message->payload, sizeof(words));
	if (message->type == PM_WAIT)
		return !(words[1] & PM_WAIT_NOHANG);
	return MESSAGE_PROTOCOL(message->type) == PROTOCOL_VM && words[0] == 0;
}

static bool message_send(struct fuzz *fuzz)
{
	const unsigned int which = fuzz_random(fuzz) % 3;
	struct message *message = &message_page()->message;
	uint32_t type;
	int error;

	do
		fuzz_message(fuzz, servers[which].protocol);
	while (is_harmful(message));
	type = message->type;
	if (type != PM_START && type != PM_WAIT && fuzz_random(fuzz) % 4 == 0) {
		error = ipc_send_async(servers[which].server, 0);
		return error == 0 || error == -EAGAIN;
	}
	if (fuzz_random(fuzz) % 16 == 0 && ipc_notify(servers[which].server) != 0)
		return false;
	error = ipc_call(servers[which].server);
	if (error != 0 || !fuzz_answer_valid(fuzz, type)) {
		sys_print("# type %#x: %d, answer %d\n", (unsigned int)type, error,
			  (int)message->type);
		return false;
	}
	answers++;
	refusals += message->type != 0;
	return true;
}

static bool services_answer(void)
{
	const struct pm_kill_req nobody = {.pid = 99999, .signal = 0};
	const struct rs_ready_req again = {.result = 0};

	return statistics_get().frames > 0 && pm_kill(&nobody, NULL) == -ESRCH &&
	       rs_ready(&again, NULL) == -EINVAL;
}

/* --- Rounds ----------------------------------------------------------------------------------- */

/* Programs that are killed by another's luck are none of its concern. */
static bool round_run(uint32_t seed, bool *balanced)
{
	struct fuzz fuzz = {.random = (seed ^ 0x5EED) * 2654435761u | 1};
	struct balance before;
	bool right = true;
	pid32 pid;

	balance_take(&before);
	for (unsigned int i = 0; i < PROGRAMS; i++)
		right &= fuzzer_start(seed * PROGRAMS + i, &pid) == 0;
	for (unsigned int i = 0; i < ROUND; i++)
		right &= message_send(&fuzz);
	right &= children_end();
	*balanced = balance_holds(&before);
	return services_answer() && right;
}

/* A service may have touched a page of its own for the first time: that happens once, a loss each
 * time. */
static bool round_holds(uint32_t seed)
{
	bool balanced;

	return round_run(seed, &balanced) && (balanced || (round_run(seed, &balanced) && balanced));
}

/* The first round pages in what stays, and is nobody's loss. */
int sys_main(uintptr_t argument)
{
	const struct service_start *given = (const struct service_start *)argument;
	const char *line = (const char *)(uintptr_t)given->command_line;
	uint32_t seed, messages, rounds, done = 0;
	bool right = true;

	sef_startup(given, "vmfuzz", NULL);
	seed = (uint32_t)option_integer(line, "seed", 1);
	messages = (uint32_t)option_integer(line, "fuzz", 10000);
	rounds = (messages + ROUND_MESSAGES - 1) / ROUND_MESSAGES;
	sys_print("TAP version 14\n1..1\n# seed %u\n", (unsigned int)seed);
	while (right && done < rounds)
		right = round_holds(seed + done++);
	if (!right)
		sys_print("# repeat: root=vm fuzz=%u seed=%u\n", ROUND_MESSAGES,
			  (unsigned int)(seed + done - 1));
	sys_print("# %u rounds; of this service's %u calls %u were refused; %u programs ended "
		  "before their time\n",
		  (unsigned int)done, answers, refusals, ends);
	sys_print("%sok 1 - fuzz: VM, PM and RS answer whatever they are asked\nVERDICT %s\n",
		  right ? "" : "not ", right ? "pass" : "fail");
	return right ? 0 : 1;
}
