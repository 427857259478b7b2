/* The records, on the console, for scripts/trace-to-json:
 *
 *   TRACE BEGIN 1                           the format's version
 *   board NAME
 *   cycles CYCLES-PER-SECOND                decimal
 *   pager ENDPOINT
 *   thread ENDPOINT NAME                    one a thread
 *   cpu NUMBER RECORDS FIRST-TIME           then as many lines of one record each:
 *   TIME KIND THREAD A B                    time since the record before; trailing zeros left out
 *   TRACE END LINES CRC                     lines in between, and the CRC-32 of them, newlines
 *                                           included
 *
 * Numbers but cycles, NUMBER, RECORDS and LINES are hexadecimal.
 */
#pragma once

/* Drop what was recorded so far: how the workload was made. In any thread but the root. */
void report_forget(void);
/* Take every CPU's records out of the kernel. Later ones are those of the taking. */
void report_take(void);
void report_print(void);
