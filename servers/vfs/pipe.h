/* Pipes, with and without a name: their bytes lie in VFS. */
#pragma once

#include "open_file.h"

#define PIPE_BYTES 16384u
#define PIPE_ATOMIC 4096u /* PIPE_BUF: so much is written in one piece, or not at all yet */

struct pipe;

/* A named pipe was opened: waits, unless FILE_NONBLOCK, until its other end is open, too. -ENXIO:
 * to write, without waiting, and nobody reads; -ENOMEM, -ENFILE. */
struct answer pipe_open_named(struct call *call, struct open_file *file);
