/* The kernel's console output: integer printf (lib/format) to the port's console. */
#pragma once

#include <stdarg.h>

void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
void print_list(const char *format, va_list args) __attribute__((format(printf, 1, 0)));
