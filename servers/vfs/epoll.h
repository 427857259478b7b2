/* Sets of open files. */
#pragma once

struct open_file;

/* The open file ends: it leaves all sets. */
void epoll_forget(const struct open_file *file);
