/* What bombs (case_bomb.c) and who sets them off (service_bomb.c) agree on. */
#pragma once

#define BOMB_ABSENT 0x30000000u /* pages that every bomb has, and never touches */
#define BOMB_ABSENT_PAGES 64u
