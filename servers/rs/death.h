/* What the kernel has to say of services. */
#pragma once

/* Deal with every service that exited or got signals. */
void signals_collect(void);
