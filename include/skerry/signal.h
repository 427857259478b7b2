/* Signals as the kernel, the services and programs know them: Linux's numbers. */
#pragma once

#define SIGNAL_HANGUP 1
#define SIGNAL_INTERRUPT 2
#define SIGNAL_QUIT 3
#define SIGNAL_ILLEGAL 4
#define SIGNAL_TRAP 5
#define SIGNAL_ABORT 6
#define SIGNAL_BUS 7
#define SIGNAL_FPE 8
#define SIGNAL_KILL 9
#define SIGNAL_USER1 10
#define SIGNAL_SEGV 11
#define SIGNAL_USER2 12
#define SIGNAL_PIPE 13
#define SIGNAL_ALARM 14
#define SIGNAL_TERMINATE 15
#define SIGNAL_CHILD 17
#define SIGNAL_CONTINUE 18
#define SIGNAL_STOP 19
#define SIGNAL_TERMINAL_STOP 20
#define SIGNAL_TERMINAL_INPUT 21  /* who reads in the background */
#define SIGNAL_TERMINAL_OUTPUT 22 /* who writes there, with TOSTOP */
#define SIGNAL_URGENT 23
#define SIGNAL_CPU_LIMIT 24
#define SIGNAL_FILE_LIMIT 25
#define SIGNAL_VIRTUAL_ALARM 26
#define SIGNAL_PROFILE 27
#define SIGNAL_WINDOW 28
#define SIGNAL_REALTIME_FIRST 32 /* from here on signals queue */
