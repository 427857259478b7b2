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

int sys_main(uintptr_t argument)
{
	const struct kernel_page *page = (const struct kernel_page *)ARCH_KERNEL_PAGE;

	sys_program_name = "ktrace";
	sys_panic_end = power_off_failed;
	frames_init((const struct boot_page *)argument);
	supervisor_init();
	threads_init();
	spaces_init();
	supervisor_schedule(QUANTUM_TEST);
	sys_print("%s: %u CPU%s, ready\n", page->board, page->cpu_count,
		  page->cpu_count == 1 ? "" : "s");
	workload_run(option_number("time", TIME_DEFAULT) * MILLISECOND);
	report_take();
	report_print();
	power_off(true);
}
