/* Where programs and threads start. A real port's are in assembly: they align the stack, end the
 * chain of frames and hand the first argument register on.
 */
#include <sys.h>
#include <sys_thread.h>

void _start(void)
{
	sys_begin(0);
}

void sys_thread_entry(void)
{
	sys_thread_begin(NULL);
}
