# tests/system/user has a program `hello`.
programs-y += hello_driver
hello_driver-y += drivers/hello/hello.c
