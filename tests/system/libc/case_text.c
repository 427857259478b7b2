/* Formatting, numbers, the environment, errors. */
#include "libc_case.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static void expect(const char *found, const char *wanted)
{
	if (strcmp(found, wanted) == 0)
		return;
	fprintf(stderr, "# '%s', not '%s'\n", found, wanted);
	case_fail(__FILE__, __LINE__, "text", 0);
}

void case_print(void)
{
	char text[200];
	FILE *memory;

	snprintf(text, sizeof(text), "%d %5u|%-5s|%05d %x %c %lld", -12, 34u, "ab", -42, 0xBEEFu,
		 'z', -1234567890123ll);
	expect(text, "-12    34|ab   |-0042 beef z -1234567890123");
	snprintf(text, sizeof(text), "%.3f %g %e %.0f", 3.14159, 1e-5, 12345.678, 2.5);
	expect(text, "3.142 1e-05 1.234568e+04 2");
	snprintf(text, sizeof(text), "%Lf %.20f", 1.0L / 3, 0.1);
	expect(text, "0.333333 0.10000000000000000555");
	memory = fmemopen(text, sizeof(text), "w");
	CHECK(memory != NULL);
	CHECK_EQ(fprintf(memory, "%s says %c%s\n", "libc", 'h', "ello"), 16);
	CHECK_EQ(fclose(memory), 0);
	expect(text, "libc says hello\n");
}

void case_scan(void)
{
	char text[64];
	double number;
	int first, second;

	for (double wanted = 1e-300; wanted < 1e300; wanted *= 12345.678) {
		snprintf(text, sizeof(text), "%.17g", wanted);
		CHECK(strtod(text, NULL) == wanted);
	}
	CHECK_EQ(sscanf("12 x 2.5 -7", "%d x %lf %d", &first, &number, &second), 3);
	CHECK(first == 12 && number == 2.5 && second == -7);
}

void case_math(void)
{
	volatile double two = 2;
	double sum = 0;

	CHECK(sqrt(two) * sqrt(two) > 1.9999999 && sqrt(two) * sqrt(two) < 2.0000001);
	CHECK(fabs(sin(1.0) * sin(1.0) + cos(1.0) * cos(1.0) - 1) < 1e-12);
	CHECK(pow(two, 10) == 1024 && floor(-1.5) == -2 && fmod(7.5, 2) == 1.5);
	for (int i = 1; i <= 1000; i++) {
		sum += 1.0 / i;
		if (i % 100 == 0)
			CHECK(getpid() > 0);
	}
	CHECK(sum > 7.4854708 && sum < 7.4854709);
}

void case_environment(void)
{
	CHECK(getenv("SKERRY") == NULL);
	CHECK_EQ(setenv("SKERRY", "rock", 1), 0);
	expect(getenv("SKERRY"), "rock");
	CHECK_EQ(setenv("SKERRY", "reef", 0), 0);
	expect(getenv("SKERRY"), "rock");
	CHECK_EQ(unsetenv("SKERRY"), 0);
	CHECK(getenv("SKERRY") == NULL);
}

void case_error_number(void)
{
	errno = 0;
	CHECK_EQ(close(-1), -1);
	CHECK(errno == EBADF || errno == ENOSYS);
	CHECK_EQ(syscall(SYS_keyctl, 0), -1);
	CHECK_EQ(errno, ENOSYS);
	CHECK_EQ(syscall(100000), -1);
	CHECK_EQ(errno, ENOSYS);
	CHECK_EQ(syscall(-1), -1);
	CHECK_EQ(errno, ENOSYS);
	expect(strerror(ENOENT), "No such file or directory");
}

void case_names(void)
{
	struct utsname name;
	struct sysinfo info;

	CHECK_EQ(uname(&name), 0);
	expect(name.sysname, "Skerry");
	CHECK(name.nodename[0] != '\0' && name.release[0] != '\0' && name.machine[0] != '\0');
	CHECK_EQ(sysconf(_SC_PAGESIZE), 4096);
	CHECK(sysconf(_SC_NPROCESSORS_ONLN) >= 1);
	CHECK_EQ(sysinfo(&info), 0);
	CHECK(info.totalram > 1000 && info.freeram < info.totalram && info.mem_unit == 4096);
}

static jmp_buf there;

static int deep(int depth)
{
	volatile int pad[16] = {depth};

	if (depth < 0)
		return 0;
	if (depth == 0)
		longjmp(there, 5);
	return deep(depth - 1) + pad[0];
}

void case_jumps(void)
{
	volatile int kept = 3;
	register int in_register = 4;
	const int came = setjmp(there);

	if (came == 0) {
		kept = 30;
		(void)deep(100);
	}
	CHECK_EQ(came, 5);
	CHECK_EQ(kept, 30);
	CHECK_EQ(in_register, 4);
}
