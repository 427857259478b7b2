/* How user mode traps, and which registers carry a trap's word, two arguments and three results
 * (<skerry/ipc.h>). A real port draws the table for each of its ways in; this one has none.
 */
#pragma once
