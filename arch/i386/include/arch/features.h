/* i386 bits of boot_page.features and kernel_page.features. */
#pragma once

#define ARCH_FEATURE_SYSENTER 0x1u /* SYSENTER/SYSEXIT are set up on every CPU */
#define ARCH_FEATURE_SYSCALL 0x2u  /* AMD SYSCALL/SYSRET are set up on every CPU */
#define ARCH_FEATURE_PSE 0x4u	   /* 4 MB pages */
#define ARCH_FEATURE_PGE 0x8u	   /* global pages */
#define ARCH_FEATURE_TSC 0x10u
#define ARCH_FEATURE_FXSR 0x20u
#define ARCH_FEATURE_APIC 0x40u
#define ARCH_FEATURE_FPU 0x80u
#define ARCH_FEATURE_SSE 0x100u
