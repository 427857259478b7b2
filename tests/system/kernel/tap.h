/* What the host reads: TAP version 14, then the verdict, then the machine's end. */
#pragma once

#include <stdbool.h>

void tap_plan(unsigned int count);
void tap_result(const char *suite, const char *name, bool passed, const char *skip_reason);

/* Print the verdict of all results and power off; the exit code says the same. */
void tap_end(void) __attribute__((noreturn));

/* Power off at once, as a failure or a success, without a verdict. */
void power_off(bool success) __attribute__((noreturn));
void power_off_failed(void); /* for sys_panic_end */
