/* Deliberate bugs, one at most in a VM: `make mutants` builds each with MUTANT=VM_NAME and shows
 * that tests/system/vmstress finds it. In every other build mutant() is false at compile time.
 */
#pragma once

enum mutant {
	MUTANT_NONE,
	MUTANT_BRACKET_FORGOTTEN, /* spaces are edited while their threads run; nobody flushes */
	MUTANT_BRACKET_EARLY,	  /* the bracket is closed, and all flushed, before the edit */
	MUTANT_COPY_UNBRACKETED,  /* a copy on write takes a page's place without a bracket */
	MUTANT_COUNT_STALE,	  /* a frame that another has, too, is written in place */
	MUTANT_FORK_UNPROTECTED,  /* the parent goes on writing what its child has */
	MUTANT_RELEASED_EARLY,	  /* frames are let go before their entries are */
	MUTANT_TABLES_EARLY,	  /* page tables go before the kernel has let go of the space */
};

#ifndef MUTANT
#define MUTANT MUTANT_NONE
#endif
#define mutant(name) (MUTANT == MUTANT_##name)
