/* lib/string on the build machine: word by word, as the empty port has it. */
#pragma once

#include "arch/none/include/arch/words.h"
