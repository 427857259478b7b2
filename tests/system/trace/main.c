/* The trace's workload: a root service in VM's place, like the kernel test, whose framework it
 * uses. It says that the machine is ready, has threads do a little of everything on every CPU,
 * takes the records out of the kernel's rings, prints them (report.h) and powers off.
 *
 *   root=ktrace   time=MILLISECONDS
 */
#include "report.h"
#include "workload.h"

#include "tests/system/kernel/frames.h"
#include "tests/system/kernel/helper.h"
#include "tests/system/kernel/option.h"
#include "tests/system/kernel/tap.h"
#include <arch/layout.h>
#include <skerry/kernel_page.h>
#include <sys.h>

#define TIME_DEFAULT 200u

static void end_as_failure(void)
{
	power_off(false);
}

static void schedule_self(void)
{
	const struct sys_schedctl_req request = {
		.thread = EP_SELF,
		.scheduler = SCHEDULER_KERNEL,
		.priority = PRIORITY_SUPERVISOR,
		.quantum = QUANTUM_TEST,
	};

	REQUIRE(sys_schedctl(&request, NULL) == 0);
}

int sys_main(uintptr_t argument)
{
	const struct kernel_page *page = (const struct kernel_page *)ARCH_KERNEL_PAGE;

	sys_program_name = "ktrace";
	sys_panic_end = end_as_failure;
	frames_init((const struct boot_page *)argument);
	supervisor_init();
	threads_init();
	spaces_init();
	schedule_self();
	sys_print("%s: %u CPU%s, ready\n", page->board, page->cpu_count,
		  page->cpu_count == 1 ? "" : "s");
	workload_run(option_number("time", TIME_DEFAULT) * MILLISECOND);
	report_take();
	report_print();
	power_off(true);
}
