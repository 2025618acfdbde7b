/* SPDX-License-Identifier: MIT */
/* The guard on POSIX systems (see guard.h). A signal handler has no context but globals, so this is the one file of
 * tensorgate that has some. The handler is installed when the first range is added, and then stays: another may
 * have been put on top of it that passes faults on to it. It takes no lock and calls nothing but system calls. */
#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif

#include "guard.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>

#define NUM_SLOTS 1024

/* A range. Its fields may be written while a handler reads them in another thread: `version` is odd meanwhile, and
 * different afterwards. A handler that sees either looks at the next slot, for the range that it wants cannot be
 * the one that is being changed: nobody may read from that. */
typedef struct guard_slot {
    atomic_bool taken;
    atomic_uint version;
    atomic_uintptr_t start, end; /* whole pages; both 0 where there is no range */
    _Atomic(atomic_bool *) latch;
} guard_slot;

static guard_slot slots[NUM_SLOTS];
static atomic_size_t used_slots;         /* no slot from this one on was ever taken */
static atomic_uintptr_t page_bytes;      /* sysconf is not for handlers */
static atomic_int installed;             /* 0: no; 1: a thread is at it; 2: yes */
static struct sigaction previous_action; /* what was there before; written before `installed` is 2 */

static void write_slot(guard_slot *slot, uintptr_t start, uintptr_t end, atomic_bool *latch)
{
    unsigned version = atomic_load(&slot->version);
    atomic_store(&slot->version, version + 1);
    atomic_store(&slot->start, start);
    atomic_store(&slot->end, end);
    atomic_store(&slot->latch, latch);
    atomic_store(&slot->version, version + 2);
}

/* The latch of the range that holds `address`, or NULL. */
static atomic_bool *find_latch(uintptr_t address)
{
    size_t count = atomic_load(&used_slots);
    for (size_t i = 0; i < count; i++) {
        guard_slot *slot = &slots[i];
        unsigned version = atomic_load(&slot->version);
        uintptr_t start = atomic_load(&slot->start), end = atomic_load(&slot->end);
        atomic_bool *latch = atomic_load(&slot->latch);
        if (version % 2 == 0 && atomic_load(&slot->version) == version && address >= start && address < end)
            return latch;
    }
    return NULL;
}

/* Puts a page of zeros where the file has none any more. */
static bool mend(const siginfo_t *info)
{
    uintptr_t page = (uintptr_t)info->si_addr / page_bytes * page_bytes;
    atomic_bool *latch = info->si_code == BUS_ADRERR ? find_latch(page) : NULL;
    if (latch == NULL)
        return false;
    int flags = MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS;
    if (mmap((void *)page, page_bytes, PROT_READ, flags, -1, 0) == MAP_FAILED) // NOLINT(performance-no-int-to-ptr)
        return false;
    atomic_store(latch, true);
    return true;
}

/* Does with a signal that is not ours what would have been done without us. */
static void pass_on(int number, siginfo_t *info, void *context)
{
    const struct sigaction *previous = &previous_action;
    if ((previous->sa_flags & SA_SIGINFO) == 0 && previous->sa_handler == SIG_IGN && info->si_code <= 0)
        return; /* sent by a process, and ignored; a fault cannot be */
    if ((previous->sa_flags & SA_SIGINFO) == 0 &&
        (previous->sa_handler == SIG_DFL || previous->sa_handler == SIG_IGN)) {
        struct sigaction fatal = *previous;
        fatal.sa_handler = SIG_DFL;
        (void)sigaction(number, &fatal, NULL);
        if (info->si_code <= 0)
            (void)raise(number); /* a fault comes back by itself when we return */
        return;
    }
    sigset_t mask;
    (void)pthread_sigmask(SIG_BLOCK, &previous->sa_mask, &mask);
    if ((previous->sa_flags & SA_SIGINFO) != 0)
        previous->sa_sigaction(number, info, context);
    else
        previous->sa_handler(number);
    (void)pthread_sigmask(SIG_SETMASK, &mask, NULL);
}

static void on_bus_error(int number, siginfo_t *info, void *context)
{
    int saved = errno;
    if (!mend(info))
        pass_on(number, info, context);
    errno = saved;
}

static bool install(void)
{
    struct sigaction action;
    page_bytes = tgi_page_size();
    action.sa_sigaction = on_bus_error;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
    (void)sigemptyset(&action.sa_mask);
    /* What was there is known before we are, for a fault can come at once. */
    return sigaction(SIGBUS, NULL, &previous_action) == 0 && sigaction(SIGBUS, &action, NULL) == 0;
}

static bool install_once(void)
{
    for (;;) {
        int state = 0;
        if (atomic_compare_exchange_strong(&installed, &state, 1)) {
            bool fine = install();
            atomic_store(&installed, fine ? 2 : 0);
            return fine;
        }
        if (state == 2)
            return true;
        (void)sched_yield();
    }
}

static guard_slot *take_slot(void)
{
    for (size_t i = 0; i < NUM_SLOTS; i++) {
        bool taken = false;
        if (!atomic_compare_exchange_strong(&slots[i].taken, &taken, true))
            continue;
        size_t count = atomic_load(&used_slots);
        while (count <= i && !atomic_compare_exchange_weak(&used_slots, &count, i + 1)) {
        }
        return &slots[i];
    }
    return NULL;
}

tgi_fault tgi_guard_add(const uint8_t *data, size_t len, atomic_bool *latch)
{
    tgi_fault fault = {TG_OK, 0};
    if (!install_once()) {
        fault.status = TG_E_GUARD;
        fault.os_code = errno;
        return fault;
    }
    guard_slot *slot = take_slot();
    if (slot == NULL) {
        fault.status = TG_E_GUARD;
        return fault;
    }
    /* Whole pages: some processors tell no more of an address than its page. */
    uintptr_t start = (uintptr_t)data / page_bytes * page_bytes;
    write_slot(slot, start, (uintptr_t)data + len, latch);
    return fault;
}

void tgi_guard_remove(const uint8_t *data)
{
    uintptr_t start = page_bytes != 0 ? (uintptr_t)data / page_bytes * page_bytes : 0;
    size_t count = atomic_load(&used_slots);
    for (size_t i = 0; i < count; i++) {
        if (start == 0 || !atomic_load(&slots[i].taken) || atomic_load(&slots[i].start) != start)
            continue;
        write_slot(&slots[i], 0, 0, NULL);
        atomic_store(&slots[i].taken, false);
        return;
    }
}
