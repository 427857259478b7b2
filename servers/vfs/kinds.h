/* The kinds of open files; each has a file of its own. */
#pragma once

#include "open_file.h"

extern const struct file_kind kind_regular;
extern const struct file_kind kind_directory;
extern const struct file_kind kind_pipe;
extern const struct file_kind kind_device;
extern const struct file_kind kind_event;
extern const struct file_kind kind_epoll;
