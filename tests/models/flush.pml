/* Edits of a live space: inhibit, owed flushes, the epoch, kernel copies; and the reuse of frames
 * that held page tables: smp_flush_space(), smp_flush_owed(), epoch_publish() in kernel/smp.c,
 * space_inhibit() and space_uninhibit() in kernel/space.c, resolve() in kernel/copy.c.
 * docs/models.md says what stands for what; the way in and out is park.pml's, as far as it matters.
 *
 * Thread t runs in space t, but all from 1 to NEDITED in space 1, which thread 0, VM, edits. Each
 * edit makes a new version of the tables; the frames of the old one are reused when the epoch says
 * so. M_...: mutants; each takes one rule away.
 */
#ifndef NCPU
#define NCPU 2
#endif
#ifndef NTHREAD
#define NTHREAD 3
#endif
#ifndef NEDITED
#define NEDITED 1
#endif
#ifndef EDITS
#define EDITS 2
#endif
#define VM 0
#define COPIER (NTHREAD - 1)
#define EDITED 1 /* the space */
#define KERNEL_ROOT 6
#define NONE 7
#define SPACE(t) (((t) >= 1 && (t) <= NEDITED) -> EDITED : (t))

/* struct cpu, published */
bool in_user[NCPU], settled[NCPU];
byte root[NCPU];
/* guarded by bkl */
bool bkl;
byte current[NCPU];
bool flush[NCPU];	     /* EVENT_FLUSH */
byte cpu_flush_epoch[NCPU];  /* cpu->flush_epoch */
byte flush_epoch = 1;
bool inhibited;		     /* of the space, and RTS_VMINHIBIT of its threads */
bool copy_wait;		     /* RTS_COPY_WAIT of the copier */
/* the kernel page */
byte epoch_passed;
/* the machine */
bool ipi[NCPU];
byte loaded[NCPU];
byte cached[NCPU];	     /* version of the space's tables that this CPU's walker and TLB know */
/* VM */
bool editing, edited;
byte version;		     /* of the tables */
byte epoch_of[EDITS];	     /* that must have passed before the frames of this version are reused */
byte reused;		     /* versions below this one are */
/* ghost */
byte executing[NCPU];

#define READY(t) (SPACE(t) == EDITED -> !inhibited : (t != COPIER || !copy_wait))

inline root_load(c, r)
{
	if
	:: root[c] != r ->
		atomic { loaded[c] = r; cached[c] = NONE };
		root[c] = r
	:: else
	fi
}

inline epoch_publish()
{
	epoch_passed = flush_epoch;
	o = 0;
	do
	:: o < NCPU ->
		if
		:: flush[o] && cpu_flush_epoch[o] - 1 < epoch_passed ->
			epoch_passed = cpu_flush_epoch[o] - 1
		:: else
		fi;
		o++
	:: else -> break
	od;
	o = 0
}

/* kernel_lock_inline(), then kernel_enter_events() */
inline kernel_enter(c)
{
	in_user[c] = false;
	if
	:: atomic { !bkl -> bkl = true }
	:: bkl -> root_load(c, KERNEL_ROOT);
		settled[c] = true;
		atomic { !bkl -> bkl = true };
		settled[c] = false
	fi;
	atomic {
		if
		:: flush[c] -> cached[c] = NONE; flush[c] = false; epoch_publish()
		:: else
		fi
	}
}

/* space_inhibit(): thread_block(), which parks, for each thread of the space */
inline space_inhibit(c)
{
	inhibited = true;
	o = 0;
	do
	:: o < NCPU ->
#ifndef M_NO_PARK
		if
		:: o != c && SPACE(current[o]) == EDITED && in_user[o] -> ipi[o] = true; !in_user[o]
		:: else
		fi;
#endif
		o++
	:: else -> break
	od;
	o = 0
}

/* space_uninhibit(): smp_flush_space(), then whoever waited is ready. The executing CPU has VM's
 * root loaded, or the kernel's. */
inline space_uninhibit(c)
{
	flush_epoch++;
	o = 0;
	do
	:: o < NCPU ->
		if
		:: o == c
		:: o != c && SPACE(current[o]) != EDITED ->
#ifndef M_NO_WAIT_FOR_LATE_ROOT
			root[o] != EDITED
#else
			skip
#endif
		:: o != c && SPACE(current[o]) == EDITED ->
#ifndef M_NO_OWED_FLUSH
			d_step {
				if
#ifndef M_NEWEST_EPOCH
				:: flush[o]
#endif
				:: else -> cpu_flush_epoch[o] = flush_epoch
				fi;
				flush[o] = true
			}
#else
			skip
#endif
		fi;
		o++
	:: else -> break
	od;
	atomic {
		epoch_publish();
		epoch_of[version - 1] = flush_epoch;
		edited = false;
		inhibited = false;
		copy_wait = false
	}
}

inline frames_reuse()
{
	o = 0;
	do
	:: o < NCPU -> assert(cached[o] != reused); o++
	:: else -> break
	od;
	o = 0;
	reused++
}

#ifdef M_NO_EPOCH
#define MAY_REUSE (reused < version && !edited)
#else
#define MAY_REUSE (reused < version && !edited && epoch_passed >= epoch_of[reused])
#endif

/* The walker reads tables whenever it likes, if only for a speculation. */
active proctype walkers()
{
end:	do
	:: atomic { loaded[0] == EDITED && cached[0] == NONE -> cached[0] = version }
	:: atomic { loaded[1] == EDITED && cached[1] == NONE -> cached[1] = version }
#if NCPU > 2
	:: atomic { loaded[2] == EDITED && cached[2] == NONE -> cached[2] = version }
#endif
	od
}

proctype cpu(byte c)
{
	byte t, o;

	goto asleep;
user:	root_load(c, SPACE(current[c]));
	executing[c] = current[c];
	do /* user mode */
	:: atomic { SPACE(executing[c]) == EDITED ->
		if
		:: cached[c] == NONE -> cached[c] = version
		:: else
		fi;
		assert(cached[c] == version && !editing) }
		break
	:: atomic { executing[c] == VM && inhibited && !edited && !editing -> editing = true }
	:: atomic { executing[c] == VM && editing -> editing = false; version++; edited = true }
	:: atomic { executing[c] == VM && MAY_REUSE -> frames_reuse() }
	:: break
	od;
	if
	:: true ->
		executing[c] = NONE;
		kernel_enter(c);
		if
		:: current[c] == VM && !inhibited && version < EDITS -> space_inhibit(c)
		:: current[c] == VM && edited -> space_uninhibit(c)
		:: atomic { current[c] == COPIER -> /* resolve() */
			if
#ifndef M_COPY_IGNORES_INHIBIT
			:: inhibited -> copy_wait = true
#endif
			:: else -> assert(!editing)
			fi }
		:: true
		fi;
		o = 0
	:: true ->
end_user:	ipi[c] -> d_step { ipi[c] = false; executing[c] = NONE };
		kernel_enter(c)
	fi;
leave:	atomic { /* pick(), as in park.pml */
		if
		:: current[c] != NONE && READY(current[c])
		:: true -> current[c] = NONE
		:: true ->
			current[c] = NONE;
			t = 0;
			do
			:: t < NTHREAD - 1 -> t++
			:: break
			od;
			o = 0;
			do
			:: o < NCPU && current[o] != t -> o++
			:: else -> break
			od;
			if
			:: o == NCPU && READY(t) -> current[c] = t
			:: else
			fi
		fi;
		t = 0;
		o = 0
	};
	if
	:: current[c] == NONE ->
		bkl = false;
		root_load(c, KERNEL_ROOT);
		settled[c] = true;
asleep:		if
		:: true
		:: true ->
end_idle:		ipi[c] -> ipi[c] = false
		fi;
		atomic { !bkl -> bkl = true }; /* kernel_enter_idle() */
		settled[c] = false;
		goto leave
	:: else ->
		in_user[c] = true;
		bkl = false;
		goto user
	fi
}

init {
	byte i;

	atomic {
		do
		:: i < NCPU ->
			current[i] = NONE; executing[i] = NONE; cached[i] = NONE;
			root[i] = KERNEL_ROOT; loaded[i] = KERNEL_ROOT; settled[i] = true;
			i++
		:: else -> break
		od;
		i = 0;
		do
		:: i < NCPU -> run cpu(i); i++
		:: else -> break
		od
	}
}
