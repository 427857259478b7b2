/* Making the boot services of the boot table. */
#pragma once

/* All of them, held until RS releases them; RS runs. Whatever is wrong is a panic that says so. */
void boot_services_make(void);

struct sanity;

/* Debug: say which frames are held here. */
void boot_see(struct sanity *sanity);
