/* I/O ports: by kernel call in every width, as strings and vectors, and directly. Which ports a
 * test may touch is the port's to say (<arch/provoke.h>).
 */
#include "granter.h"
#include "helper.h"

#include <arch/layout.h>
#include <arch/provoke.h>

#define HERE PRIVATE_BASE
#define PLAY ARCH_PORT_PLAY

static int port_io(uint32_t port, uint32_t width, uint32_t direction, uint32_t *value)
{
	const struct sys_io_port_req request = {port, width, direction, *value};
	struct sys_io_port_reply reply;
	const int error = sys_io_port(&request, &reply);

	if (error == 0)
		*value = reply.value;
	return error;
}

static uint32_t port_access(uint32_t port, uint32_t width, bool write, uint32_t value)
{
	(void)port_io(port, width, write ? IO_WRITE : IO_READ, &value);
	return value;
}

static void need_ports(void)
{
	uint32_t value = 0;

	if (port_io(PLAY, 1, IO_READ, &value) == -ENODEV || !arch_port_play_select(port_access))
		case_skip("no I/O ports to play with");
}

static uint32_t play_read(uint32_t offset, uint32_t width)
{
	uint32_t value = 0;

	CHECK_EQUAL(port_io(PLAY + offset, width, IO_READ, &value), 0);
	return value;
}

static void play_write(uint32_t value)
{
	CHECK_EQUAL(port_io(PLAY, 1, IO_WRITE, &value), 0);
}

/* --- Single accesses ----------------------------------------------------------------------------
 */

static void every_width(void)
{
	uint32_t all;

	need_ports();
	play_write(0xA7);
	all = play_read(0, 4);
	CHECK_EQUAL(all & 0xFF, 0xA7);
	for (unsigned int i = 0; i < 4; i++)
		CHECK_EQUAL(play_read(i, 1), all >> i * 8 & 0xFF);
	CHECK_EQUAL(play_read(0, 2), all & 0xFFFF);
	CHECK_EQUAL(play_read(2, 2), all >> 16);
	all = 0x11223344;
	CHECK_EQUAL(port_io(PLAY, 4, IO_WRITE, &all), 0);
	CHECK_EQUAL(play_read(0, 1), 0x44);
	all = 0x5566;
	CHECK_EQUAL(port_io(PLAY, 2, IO_WRITE, &all), 0);
	CHECK_EQUAL(play_read(0, 1), 0x66);
}

static void accesses_refused(void)
{
	static const struct {
		uint32_t port, width, direction;
	} bad[] = {
		{PLAY, 0, IO_READ},
		{PLAY, 3, IO_READ},
		{PLAY, 8, IO_READ},
		{PLAY, ~0u, IO_WRITE},
		{PLAY + 1, 2, IO_READ},
		{PLAY + 1, 4, IO_WRITE},
		{PLAY + 2, 4, IO_READ},
		{PLAY, 1, 2},
		{PLAY, 1, ~0u},
		{ARCH_PORTS, 1, IO_READ},
		{ARCH_PORTS | PLAY, 1, IO_READ},
		{~0u, 1, IO_READ},
	};

	need_ports();
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint32_t value = 0;

		CHECK_EQUAL(port_io(bad[i].port, bad[i].width, bad[i].direction, &value), -EINVAL);
	}
}

/* --- Who may ------------------------------------------------------------------------------------
 */

static int string_io(uint32_t port, uint32_t width, uint32_t direction, u64 address, u64 bytes)
{
	const struct sys_io_string_req request = {
		.port = port,
		.width = width,
		.direction = direction,
		.grant = GRANT_INVALID,
		.offset = address,
		.bytes = bytes,
	};

	return sys_io_string(&request, NULL);
}

static int vector_io(u64 address, uint32_t count, uint32_t width, uint32_t direction)
{
	return sys_io_vector(&(struct sys_io_vector_req){address, count, width, direction}, NULL);
}

/* May the calling thread touch a port, in each of the three ways? They agree: 0 or -EPERM. */
static int port_probe(uint32_t port, uint32_t width)
{
	struct io_vector_element element = {.port = port};
	uint32_t value = 0;
	const int error = port_io(port, width, IO_READ, &value);

	CHECK_EQUAL(string_io(port, width, IO_READ, (vaddr_t)&value, width), error);
	CHECK_EQUAL(vector_io((vaddr_t)&element, 1, width, IO_READ), error);
	return error;
}

static int listed_ports(void *unused)
{
	(void)unused;
	CHECK_EQUAL(port_probe(PLAY, 1), 0);
	CHECK_EQUAL(port_probe(PLAY + 1, 1), 0);
	CHECK_EQUAL(port_probe(PLAY, 2), 0);
	CHECK_EQUAL(port_probe(PLAY + 2, 1), -EPERM);
	CHECK_EQUAL(port_probe(PLAY - 1, 1), -EPERM);
	CHECK_EQUAL(port_probe(PLAY, 4), -EPERM);
	CHECK_EQUAL(port_probe(PLAY - 4, 4), -EPERM);
	return 0;
}

static int no_ports(void *unused)
{
	(void)unused;
	CHECK_EQUAL(port_probe(PLAY, 1), -EPERM);
	CHECK_EQUAL(port_probe(0, 1), -EPERM);
	return 0;
}

/* A service with two listed ports, held. */
static struct test_thread *driver_make(int (*function)(void *), void *argument, uint32_t flags,
				       u64 affinity)
{
	struct role role = role_full;
	const struct thread_plan plan = {
		.space = space_make(),
		.role = &role,
		.function = function,
		.argument = argument,
		.affinity = affinity,
		.flags = THREAD_HELD,
	};
	struct test_thread *thread;

	role.flags = PRIV_SYSTEM | flags;
	thread = thread_make(&plan);
	CHECK_EQUAL(sys_priv_add(
			    &(struct sys_priv_resource_req){thread->endpoint, RESOURCE_IO, PLAY, 2},
			    NULL),
		    0);
	return thread;
}

static void driver_allow(const struct test_thread *thread)
{
	CHECK_EQUAL(
		sys_priv_allow(&(struct sys_priv_allow_req){thread->endpoint, PRIV_ALLOW}, NULL),
		0);
}

static void only_listed_ports(void)
{
	struct test_thread *thread;

	need_ports();
	thread = driver_make(listed_ports, NULL, PRIV_CHECK_IO, 0);
	driver_allow(thread);
	CHECK_EQUAL(thread_join(thread), 0);
	/* Without the flag a list is nothing. */
	thread = driver_make(no_ports, NULL, 0, 0);
	driver_allow(thread);
	CHECK_EQUAL(thread_join(thread), 0);
	CHECK_EQUAL(port_probe(PLAY, 4), 0); /* the case may touch all */
}

/* --- Strings ------------------------------------------------------------------------------------
 */

static void string_of_writes(void)
{
	uint8_t bytes[300];

	need_ports();
	for (unsigned int i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i + 1);
	CHECK_EQUAL(string_io(PLAY, 1, IO_WRITE, (vaddr_t)bytes, 200), 0);
	CHECK_EQUAL(play_read(0, 1), 200);
	CHECK_EQUAL(string_io(PLAY, 1, IO_WRITE, (vaddr_t)bytes, 0), 0);
	CHECK_EQUAL(play_read(0, 1), 200);
}

static void string_of_reads(void)
{
	uint32_t words[16] = {};
	uint16_t halves[16] = {};

	need_ports();
	play_write(0x5C);
	CHECK_EQUAL(string_io(PLAY, 4, IO_READ, (vaddr_t)words, 15 * 4), 0);
	CHECK_EQUAL(string_io(PLAY, 2, IO_READ, (vaddr_t)halves, 15 * 2), 0);
	for (unsigned int i = 0; i < 15; i++) {
		CHECK_EQUAL(words[i], play_read(0, 4));
		CHECK_EQUAL(halves[i], play_read(0, 2));
	}
	CHECK(words[15] == 0 && halves[15] == 0);
}

static void string_in_order(void)
{
	static const char text[] = ARCH_PORT_STREAM_TEXT;
	const vaddr_t end = HERE + ARCH_PAGE_SIZE;
	struct test_space *space = &root_space;

	need_ports();
	arch_port_stream_rewind(port_access);
	for (unsigned int i = 0; i < sizeof(text) - 1; i++) {
		if (port_access(ARCH_PORT_STREAM, 1, false, 0) != (uint8_t)text[i])
			case_skip("no port whose bytes are known");
	}
	/* Two pages that are not neighbours in memory. */
	space_add(space, HERE, 1, PAGE_WRITE);
	space_add(space, HERE + 8 * ARCH_PAGE_SIZE, 1, PAGE_WRITE);
	space_add(space, end, 1, PAGE_WRITE);
	arch_port_stream_rewind(port_access);
	CHECK_EQUAL(string_io(ARCH_PORT_STREAM, 1, IO_READ, end - 2, sizeof(text) - 1), 0);
	CHECK_EQUAL(memcmp((void *)(end - 2), text, sizeof(text) - 1), 0);
	CHECK_EQUAL(((char *)(end - 2))[sizeof(text) - 1], 0);
}

static void strings_refused(void)
{
	static const u64 addresses[] = {0x10, ARCH_USER_LIMIT, ARCH_USER_LIMIT - 4, ~0ull - 7,
					HERE + 2 * ARCH_PAGE_SIZE - 4};
	uint32_t words[4];

	need_ports();
	play_write(0x12);
	space_add(NULL, HERE, 1, PAGE_WRITE);
	space_add(NULL, HERE + ARCH_PAGE_SIZE, 1, 0);
	CHECK_EQUAL(string_io(PLAY, 4, IO_READ, (vaddr_t)words, 7), -EINVAL);
	CHECK_EQUAL(string_io(PLAY, 4, IO_READ, (vaddr_t)words + 1, 4), -EINVAL);
	CHECK_EQUAL(string_io(PLAY, 1, IO_READ, (vaddr_t)words, 65537), -EINVAL);
	CHECK_EQUAL(string_io(PLAY, 1, IO_READ, (vaddr_t)words, ~0ull), -EINVAL);
	CHECK_EQUAL(string_io(PLAY, 3, IO_READ, (vaddr_t)words, 3), -EINVAL);
	CHECK_EQUAL(string_io(PLAY, 1, 2, (vaddr_t)words, 4), -EINVAL);
	for (unsigned int i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		CHECK_EQUAL(string_io(PLAY, 1, IO_WRITE, addresses[i], 8), -EFAULT);
		CHECK_EQUAL(string_io(PLAY, 1, IO_READ, addresses[i], 8), -EFAULT);
	}
	CHECK_EQUAL(string_io(PLAY, 1, IO_WRITE, HERE + (1ull << 32), 8), -EFAULT);
	/* Into memory that cannot be written; out of it is well. */
	CHECK_EQUAL(string_io(PLAY, 1, IO_READ, HERE + ARCH_PAGE_SIZE, 8), -EFAULT);
	CHECK_EQUAL(string_io(PLAY, 1, IO_READ, HERE + ARCH_PAGE_SIZE - 4, 8), -EFAULT);
	CHECK_EQUAL(play_read(0, 1), 0x12);
	CHECK_EQUAL(*(uint32_t *)(HERE + ARCH_PAGE_SIZE - 4), 0);
	CHECK_EQUAL(string_io(PLAY, 1, IO_WRITE, HERE + ARCH_PAGE_SIZE - 4, 8), 0);
	CHECK_EQUAL(play_read(0, 1), 0);
}

static int string_by_grant(const struct granter *granter, grant_t grant, uint32_t direction,
			   u64 offset, u64 bytes)
{
	const struct sys_io_string_req request = {
		.port = PLAY,
		.width = 1,
		.direction = direction,
		.grant = grant,
		.granter = granter->name,
		.offset = offset,
		.bytes = bytes,
	};

	return sys_io_string(&request, NULL);
}

static void string_under_grant(void)
{
	struct grant_entry entry = {
		.flags = GRANT_DIRECT | GRANT_READ | GRANT_WRITE,
		.grantee = thread_self(),
		.address = HERE + 100,
		.bytes = 50,
	};
	struct granter granter;
	uint8_t *memory;
	grant_t grant;

	need_ports();
	granter_start(&granter, space_make(), NULL);
	space_add(granter.space, HERE, 1, PAGE_WRITE);
	memory = space_see(granter.space, HERE);
	grant = granter_grant(&granter, 0, entry);
	memory[149] = 0x3D;
	CHECK_EQUAL(string_by_grant(&granter, grant, IO_WRITE, 0, 50), 0);
	CHECK_EQUAL(play_read(0, 1), 0x3D);
	CHECK_EQUAL(string_by_grant(&granter, grant, IO_READ, 10, 5), 0);
	CHECK(memory[109] == 0 && memory[110] == 0x3D && memory[114] == 0x3D && memory[115] == 0);
	CHECK_EQUAL(string_by_grant(&granter, grant, IO_READ, 0, 51), -EPERM);
	CHECK_EQUAL(string_by_grant(&granter, grant, IO_READ, ~0ull, 1), -EPERM);
	CHECK_EQUAL(string_by_grant(&granter, grant + 1, IO_READ, 0, 1), -EBADGRANT);
	entry.flags = GRANT_DIRECT | GRANT_READ;
	grant = granter_grant(&granter, 0, entry);
	CHECK_EQUAL(string_by_grant(&granter, grant, IO_READ, 0, 1), -EPERM);
	CHECK_EQUAL(string_by_grant(&granter, grant, IO_WRITE, 0, 1), 0);
	entry.address = HERE + ARCH_PAGE_SIZE;
	grant = granter_grant(&granter, 0, entry);
	CHECK_EQUAL(string_by_grant(&granter, grant, IO_WRITE, 0, 1), -EFAULT);
	thread_free(granter.thread);
	CHECK_EQUAL(string_by_grant(&granter, grant, IO_WRITE, 0, 1), -EDEADSRCDST);
}

/* --- Vectors ------------------------------------------------------------------------------------
 */

static void vector_both_ways(void)
{
	struct io_vector_element elements[IO_VECTOR_MAX + 1] = {};

	need_ports();
	for (unsigned int i = 0; i < IO_VECTOR_MAX; i++)
		elements[i] = (struct io_vector_element){PLAY, i + 1};
	CHECK_EQUAL(vector_io((vaddr_t)elements, IO_VECTOR_MAX, 1, IO_WRITE), 0);
	CHECK_EQUAL(play_read(0, 1), IO_VECTOR_MAX);
	for (unsigned int i = 0; i < 4; i++)
		elements[i] = (struct io_vector_element){PLAY + i, 0x777};
	CHECK_EQUAL(vector_io((vaddr_t)elements, 4, 1, IO_READ), 0);
	for (unsigned int i = 0; i < 4; i++)
		CHECK_EQUAL(elements[i].value, play_read(i, 1));
	CHECK_EQUAL(elements[4].value, 5);
	CHECK_EQUAL(elements[4].port, PLAY);
}

static int vector_with_forbidden(void *argument)
{
	struct io_vector_element elements[3] = {{PLAY, 0x21}, {PLAY, 0x22}, {PLAY + 2, 0x23}};

	(void)argument;
	return vector_io((vaddr_t)elements, 3, 1, IO_WRITE);
}

static void vectors_refused(void)
{
	static const u64 addresses[] = {0x10, ARCH_USER_LIMIT, ~0ull - 7,
					HERE + 2 * ARCH_PAGE_SIZE};
	struct io_vector_element element = {PLAY, 1};
	struct test_thread *thread;

	need_ports();
	play_write(0x44);
	thread = driver_make(vector_with_forbidden, NULL, PRIV_CHECK_IO, 0);
	driver_allow(thread);
	CHECK_EQUAL(thread_join(thread), -EPERM);
	CHECK_EQUAL(play_read(0, 1), 0x44); /* nothing was touched */
	CHECK_EQUAL(vector_io((vaddr_t)&element, 0, 1, IO_READ), -EINVAL);
	CHECK_EQUAL(vector_io((vaddr_t)&element, IO_VECTOR_MAX + 1, 1, IO_READ), -EINVAL);
	CHECK_EQUAL(vector_io((vaddr_t)&element, ~0u, 1, IO_READ), -EINVAL);
	CHECK_EQUAL(vector_io((vaddr_t)&element, 1, 3, IO_READ), -EINVAL);
	CHECK_EQUAL(vector_io((vaddr_t)&element, 1, 1, 2), -EINVAL);
	for (unsigned int i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		CHECK_EQUAL(vector_io(addresses[i], 1, 1, IO_READ), -EFAULT);
	CHECK_EQUAL(vector_io((vaddr_t)&element + (1ull << 32), 1, 1, IO_READ), -EFAULT);
	element.port = ARCH_PORTS;
	CHECK_EQUAL(vector_io((vaddr_t)&element, 1, 1, IO_READ), -EINVAL);
}

static const struct test_case cases[] = {
	CASE("a port is read and written in every width", every_width, CASE_SHORT),
	CASE("bad ports and widths are refused", accesses_refused, 0),
	CASE("only listed ports may be touched", only_listed_ports, 0),
	CASE("a string of writes ends with the last", string_of_writes, 0),
	CASE("a string of reads fills memory", string_of_reads, 0),
	CASE("a string of reads comes in order", string_in_order, 0),
	CASE("bad strings touch nothing", strings_refused, 0),
	CASE("a string goes to and from a grant", string_under_grant, 0),
	CASE("a vector of ports goes both ways", vector_both_ways, 0),
	CASE("bad vectors touch nothing", vectors_refused, 0),
};

const struct test_suite suite_io = SUITE("io", cases);
