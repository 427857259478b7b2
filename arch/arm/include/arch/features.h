/* ARM bits of boot_page.features and kernel_page.features. */
#pragma once

#define ARCH_FEATURE_FPU 0x1u	 /* VFPv3 */
#define ARCH_FEATURE_FPU_32 0x2u /* with 32 double registers */
