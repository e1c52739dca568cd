/* meter.c - one row per paired node, behind a lock. */
#include "inquiry/meter.h"

#include <pthread.h>
#include <stdlib.h>

enum { ROWS = 256,                          /* more than the nodes that can be paired */
       SEEN_BITS = 1 << 18 };               /* for METER_LETTERS_DAY letters: some 7 of 100 new ones look seen */
struct row {
    char node[ID_LEN];
    int64_t minute_us, day_us;              /* when the present ones began */
    int64_t letters, polls, repeats;        /* this minute */
    uint64_t seen[SEEN_BITS / 64];          /* letters counted today, by their bytes */
    struct meter_count today;
};
struct inquiry_meter { pthread_mutex_t lock; struct row row[ROWS]; size_t n; };

struct inquiry_meter *inquiry_meter_new(void)
{
    struct inquiry_meter *m = calloc(1, sizeof *m);
    if (m && pthread_mutex_init(&m->lock, NULL)) {
        free(m);
        return NULL;
    }
    return m;
}

void inquiry_meter_free(struct inquiry_meter *m)
{
    if (m)
        (void)pthread_mutex_destroy(&m->lock);
    free(m);
}

static struct row *row_of(struct inquiry_meter *m, struct str node)
{
    if (node.n != ID_LEN)
        return NULL;
    for (size_t i = 0; i < m->n; i++)
        if (!memcmp(m->row[i].node, node.p, ID_LEN))
            return &m->row[i];
    if (m->n == ROWS)
        return NULL;
    memcpy(m->row[m->n].node, node.p, ID_LEN);
    return &m->row[m->n++];
}

/* A clock that was set back begins anew too. */
static bool over(int64_t now_us, int64_t began_us, int64_t length_us)
{
    return now_us < began_us || now_us - began_us >= length_us;
}

static void turn(struct row *r, int64_t now_us)
{
    if (over(now_us, r->minute_us, 60 * US_PER_S)) {
        r->minute_us = now_us;
        r->letters = r->polls = r->repeats = 0;
    }
    if (over(now_us, r->day_us, US_PER_DAY)) {
        r->day_us = now_us;
        r->today = (struct meter_count){ 0 };
        memset(r->seen, 0, sizeof r->seen);
    }
}

static bool count_one(struct row *r, bool poll, size_t bytes, bool *first)
{
    bool good = poll ? r->polls < METER_POLLS_MINUTE
              : r->letters < METER_LETTERS_MINUTE && r->today.letters < METER_LETTERS_DAY &&
                r->today.bytes + (int64_t)bytes <= METER_BYTES_DAY;
    *first = !good && r->today.refused++ == 0;
    if (!good)
        return false;
    if (poll) {
        r->polls++;
        r->today.polls++;
    } else {
        r->letters++;
        r->today.letters++;
        r->today.bytes += (int64_t)bytes;
    }
    return true;
}

bool meter_admit(struct inquiry_meter *m, int64_t now_us, struct str node, bool poll, size_t bytes, bool *first)
{
    bool good = true;
    *first = false;
    if (!m)
        return true;
    (void)pthread_mutex_lock(&m->lock);
    struct row *r = row_of(m, node);
    if (r) {
        turn(r, now_us);
        good = count_one(r, poll, bytes, first);
    }
    (void)pthread_mutex_unlock(&m->lock);
    return good;
}

/* One bit per letter: its word and its place in it. */
static uint64_t *seen_at(struct row *r, struct str letter, uint64_t *bit)
{
    uint64_t h = str_hash(letter);
    h ^= h >> 32;
    *bit = UINT64_C(1) << (h & 63);
    return &r->seen[h >> 6 & (SEEN_BITS / 64 - 1)];
}

bool meter_repeated(struct inquiry_meter *m, int64_t now_us, struct str node, struct str letter, bool *good)
{
    bool yes = false;
    uint64_t bit;
    *good = true;
    if (!m)
        return false;
    (void)pthread_mutex_lock(&m->lock);
    struct row *r = row_of(m, node);
    if (r) {
        turn(r, now_us);
        yes = (*seen_at(r, letter, &bit) & bit) != 0;
        *good = !yes || ++r->repeats <= METER_POLLS_MINUTE;
    }
    (void)pthread_mutex_unlock(&m->lock);
    return yes;
}

void meter_counted(struct inquiry_meter *m, struct str node, struct str letter)
{
    uint64_t bit;
    if (!m)
        return;
    (void)pthread_mutex_lock(&m->lock);
    struct row *r = row_of(m, node);
    if (r) {
        uint64_t *at = seen_at(r, letter, &bit);
        *at |= bit;
    }
    (void)pthread_mutex_unlock(&m->lock);
}

struct meter_count meter_today(struct inquiry_meter *m, int64_t now_us, struct str node)
{
    struct meter_count out = { 0 };
    if (!m)
        return out;
    (void)pthread_mutex_lock(&m->lock);
    struct row *r = row_of(m, node);
    if (r) {
        turn(r, now_us);
        out = r->today;
    }
    (void)pthread_mutex_unlock(&m->lock);
    return out;
}
