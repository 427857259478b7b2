/* What this machine's CPUs can do, as ARCH_FEATURE_* bits (<arch/features.h>). All CPUs are taken
 * to be alike.
 */
#pragma once

#include <skerry/types.h>

uint32_t cpu_features(void);
