/* SPDX-License-Identifier: MIT */
/* Opening ahead with POSIX threads: see ahead.h. One lock guards everything but the reports that a thread works on. */
#define _POSIX_C_SOURCE 200809L

#include "ahead.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

/* Reports that wait to be printed hold models: no more than this many for each thread. */
#define MOST_AHEAD 16

/* A thread costs more than a few files. */
#define LEAST_FILES 8

typedef enum stage {
    STAGE_IDLE, /* nobody has begun */
    STAGE_OPENING,
    STAGE_OPEN,
    STAGE_TAKEN
} stage;

typedef struct place_ahead {
    stage now;
    report *opened; /* of STAGE_OPEN; from malloc */
} place_ahead;

struct ahead {
    const scan *s;
    const options *o;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* anything below */
    place_ahead *places;    /* one for each file of the scan, by its number there */
    size_t next;            /* in the order in which files are judged: the first that no thread has looked at */
    size_t waiting, most;   /* reports that are open or being opened, and how many may be */
    bool ending;
    pthread_t *threads;
    size_t num_threads;
};

/* The next file to open; NO_HEAD where there is none. With the lock. */
static size_t next_file(ahead *a)
{
    while (a->next < a->s->count) {
        size_t number = a->s->order[a->next++];
        if (a->places[number].now == STAGE_IDLE && a->s->files[number].head == NO_HEAD)
            return number;
    }
    return NO_HEAD;
}

/* Opens one file. With the lock, which is let go meanwhile. */
static void open_ahead(ahead *a, size_t number)
{
    place_ahead *p = &a->places[number];
    p->now = STAGE_OPENING;
    a->waiting++;
    (void)pthread_mutex_unlock(&a->lock);
    report *r = (report *)malloc(sizeof *r);
    if (r != NULL)
        report_open(r, a->s->files[number].path, a->o);
    (void)pthread_mutex_lock(&a->lock);
    p->opened = r;
    p->now = r != NULL ? STAGE_OPEN : STAGE_IDLE;
    a->waiting -= r == NULL;
    (void)pthread_cond_broadcast(&a->changed);
}

static void *work(void *context)
{
    ahead *a = (ahead *)context;
    (void)pthread_mutex_lock(&a->lock);
    for (;;) {
        while (!a->ending && a->waiting >= a->most)
            (void)pthread_cond_wait(&a->changed, &a->lock);
        size_t number = a->ending ? NO_HEAD : next_file(a);
        if (number == NO_HEAD)
            break;
        open_ahead(a, number);
    }
    (void)pthread_mutex_unlock(&a->lock);
    return NULL;
}

/* How many threads are worth it for so many files. */
static size_t useful_jobs(size_t jobs, size_t files)
{
    size_t most = files / LEAST_FILES;
    if (jobs == 0 && most > 1) {
        long cores = sysconf(_SC_NPROCESSORS_ONLN);
        jobs = cores > 1 ? (size_t)cores : 1;
    }
    return jobs < most ? jobs : most;
}

ahead *ahead_start(const scan *s, const options *o)
{
    size_t jobs = useful_jobs(o->jobs, s->count);
    ahead *a = jobs > 1 ? (ahead *)calloc(1, sizeof *a) : NULL;
    if (a == NULL)
        return NULL;
    a->s = s;
    a->o = o;
    a->most = jobs * MOST_AHEAD;
    a->places = (place_ahead *)calloc(s->count, sizeof *a->places);
    a->threads = (pthread_t *)calloc(jobs, sizeof *a->threads);
    /* Without attributes, these two ask for nothing and do not fail. */
    (void)pthread_mutex_init(&a->lock, NULL);
    (void)pthread_cond_init(&a->changed, NULL);
    if (a->places != NULL && a->threads != NULL)
        while (a->num_threads < jobs && pthread_create(&a->threads[a->num_threads], NULL, work, a) == 0)
            a->num_threads++;
    if (a->num_threads > 0)
        return a;
    ahead_end(a);
    return NULL;
}

void ahead_take(ahead *a, const scanned *file, const options *o, report *out)
{
    report *ready = NULL;
    if (a != NULL) {
        place_ahead *p = &a->places[file - a->s->files];
        (void)pthread_mutex_lock(&a->lock);
        while (p->now == STAGE_OPENING)
            (void)pthread_cond_wait(&a->changed, &a->lock);
        if (p->now == STAGE_OPEN) {
            ready = p->opened;
            a->waiting--;
            (void)pthread_cond_broadcast(&a->changed);
        }
        p->now = STAGE_TAKEN;
        p->opened = NULL;
        (void)pthread_mutex_unlock(&a->lock);
    }
    if (ready != NULL)
        *out = *ready;
    else
        report_open(out, file->path, o);
    free(ready);
}

void ahead_end(ahead *a)
{
    if (a == NULL)
        return;
    (void)pthread_mutex_lock(&a->lock);
    a->ending = true;
    (void)pthread_cond_broadcast(&a->changed);
    (void)pthread_mutex_unlock(&a->lock);
    for (size_t i = 0; i < a->num_threads; i++)
        (void)pthread_join(a->threads[i], NULL);
    for (size_t i = 0; a->places != NULL && i < a->s->count; i++) {
        if (a->places[i].opened != NULL)
            report_close(a->places[i].opened);
        free(a->places[i].opened);
    }
    (void)pthread_mutex_destroy(&a->lock);
    (void)pthread_cond_destroy(&a->changed);
    free(a->places);
    free(a->threads);
    free(a);
}
