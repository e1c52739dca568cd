/* batch.c - whole files: read, learn, score, group, write. */
#include "match/inside.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static const size_t FILE_CAP = (size_t)2 << 30, INDEX_CAP = (size_t)4 << 30;

struct batch {
    struct ctx *c;
    const struct match_job *job;
    struct match_report *rep;
    struct match_index *ix;
    struct area ids;                /* id texts, each with its length before it */
    struct area id_at;              /* uint32_t offsets */
    struct purse purse;
    struct links links;
};

static struct str id_text(const struct batch *b, uint32_t rec)
{
    const unsigned char *p = b->ids.p + ((const uint32_t *)(const void *)b->id_at.p)[rec];
    return (struct str){ (const char *)p + 1, p[0] };
}

static enum err keep_id(struct batch *b, struct str id, const char *path, size_t line)
{
    if (id.n == 0 || id.n > 200) {
        b->rep->bad_line = line;
        return FAIL(b->c, ERR_INPUT, "match.bad-id", "%s: line %zu: %s", path, line,
                    id.n ? "id longer than 200 bytes" : "row without id");
    }
    if (!area_need(&b->purse, &b->ids, id.n + 1) || !area_need(&b->purse, &b->id_at, 4))
        return FAIL(b->c, ERR_NOMEM, "error.memory", "match: ids");
    *(uint32_t *)(void *)(b->id_at.p + b->id_at.n) = (uint32_t)b->ids.n;
    b->id_at.n += 4;
    b->ids.p[b->ids.n] = (unsigned char)id.n;
    memcpy(b->ids.p + b->ids.n + 1, id.p, id.n);
    b->ids.n += id.n + 1;
    return ERR_OK;
}

/* ---- two threads: one reads rows and their words, the other makes keys -------------- */

enum { PUBLISH_EVERY = 512 };
struct posting {
    struct match_index *ix;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t more;
    uint32_t from, ready;       /* records whose keys are made; whose words are there */
    bool started, over, failed;
};

/* Make the keys of what is ready; false when there is no memory. */
static bool post_ready(struct posting *p, uint32_t ready)
{
    for (; p->from < ready; p->from++)
        if (!index_put_keys(p->ix, p->from))
            return false;
    return true;
}

static void *post_thread(void *arg)
{
    struct posting *p = arg;
    bool over = false, ok = true;
    while (!over && ok) {
        (void)pthread_mutex_lock(&p->lock);
        while (p->ready == p->from && !p->over)
            (void)pthread_cond_wait(&p->more, &p->lock);
        uint32_t ready = p->ready;
        over = p->over;
        (void)pthread_mutex_unlock(&p->lock);
        ok = post_ready(p, ready);
    }
    if (!ok)
        __atomic_store_n(&p->failed, true, __ATOMIC_RELAXED);
    return NULL;
}

static void posting_begin(struct posting *p, struct match_index *ix, int threads)
{
    *p = (struct posting){ .ix = ix, .lock = PTHREAD_MUTEX_INITIALIZER, .more = PTHREAD_COND_INITIALIZER,
                           .from = ix->n, .ready = ix->n };
    if (threads > 1)            /* a thread that does not start is not needed */
        p->started = pthread_create(&p->thread, NULL, post_thread, p) == 0;
}

static bool posting_tell(struct posting *p, bool over)
{
    if (!p->started)
        return post_ready(p, p->ix->n);
    (void)pthread_mutex_lock(&p->lock);
    p->ready = p->ix->n;
    p->over = over;
    (void)pthread_cond_signal(&p->more);
    (void)pthread_mutex_unlock(&p->lock);
    return !__atomic_load_n(&p->failed, __ATOMIC_RELAXED);
}

static bool posting_end(struct posting *p)
{
    bool ok = posting_tell(p, true);
    if (p->started)
        (void)pthread_join(p->thread, NULL);
    return ok && !p->failed;
}

static int cores(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > 16 ? 16 : (int)n;
}

static enum err put_row(struct batch *b, struct posting *p, const struct match_record *r, uint8_t flags)
{
    TRY(index_put_words(b->c, b->ix, r, flags));
    if (b->ix->n % PUBLISH_EVERY == 0 && !posting_tell(p, false))
        return FAIL(b->c, ERR_NOMEM, "match.index-full", "match index at %u records", b->ix->n);
    return ERR_OK;
}

static enum err read_rows(struct batch *b, struct ctx *in, struct csv *v, const char *path,
                          uint8_t flags, struct posting *p, size_t *records)
{
    struct str field[CSV_COLUMNS];
    struct buf spare;
    struct columns col;
    struct match_record r;
    struct columns_room room;
    size_t n = 0, rows = 0;

    buf_init(&spare, &in->mem, CSV_COLUMNS * CSV_FIELD);
    if (!csv_row(v, &spare, field, CSV_COLUMNS, &n)) {
        b->rep->bad_line = v->line ? v->line : 1;
        return FAIL(b->c, ERR_INPUT, "match.bad-csv", "%s: line %zu: %s", path, b->rep->bad_line,
                    v->bad ? v->bad : "empty file");
    }
    TRY(columns_find(b->c, b->job, path, field, n, &col));
    while (csv_row(v, &spare, field, CSV_COLUMNS, &n)) {
        if (n > col.n) {
            b->rep->bad_line = v->line;
            return FAIL(b->c, ERR_INPUT, "match.bad-csv", "%s: line %zu: %zu fields, heading has %zu",
                        path, v->line, n, col.n);
        }
        TRY(keep_id(b, column_of(&col, field, n, COL_ID), path, v->line));
        columns_read(&col, b->job, field, n, &room, &r);
        TRY(put_row(b, p, &r, flags));
        if (r.birth.n && rec_at(b->ix, b->ix->n - 1)->born.kind == DATE_NONE && !b->rep->bad_dates++)
            b->rep->bad_date_line = v->line;
        rows++;
    }
    if (v->bad) {
        b->rep->bad_line = v->line;
        return FAIL(b->c, ERR_INPUT, "match.bad-csv", "%s: line %zu: %s", path, v->line, v->bad);
    }
    *records = rows;
    return ERR_OK;
}

static enum err read_file(struct batch *b, int which)
{
    struct ctx in;
    struct str text;
    struct csv v;
    const char *path = b->job->path[which];
    ctx_init(&in, FILE_CAP + FILE_CAP);
    int64_t t0 = clock_mono_us();
    enum err e = file_read(&in, path, FILE_CAP, &text);
    if (!e)
        e = csv_open(&in, text, &v);
    if (e && b->c->fault.code == ERR_OK)
        b->c->fault = in.fault;
    b->rep->us_read += clock_mono_us() - t0;
    t0 = clock_mono_us();
    struct posting p;
    posting_begin(&p, b->ix, b->job->threads ? b->job->threads : cores());
    if (!e)
        e = read_rows(b, &in, &v, path, which ? REC_SOURCE_B : 0, &p, &b->rep->records[which]);
    if (!posting_end(&p) && !e)
        e = FAIL(b->c, ERR_NOMEM, "match.index-full", "match index at %u records", b->ix->n);
    b->rep->us_index += clock_mono_us() - t0;
    ctx_done(&in);
    return e;
}

/* ---- duplicate ids ----------------------------------------------------------------- */

static uint32_t clash(const struct batch *b, uint32_t *slot, uint32_t n_slots, uint32_t rec)
{
    struct str id = id_text(b, rec);
    uint32_t i = (uint32_t)hash_bytes(id, 9) & (n_slots - 1);
    for (; slot[i]; i = (i + 1) & (n_slots - 1))
        if (str_eq(id_text(b, slot[i] - 1), id))
            return slot[i];
    slot[i] = rec + 1;
    return 0;
}

static enum err ids_differ(struct batch *b)
{
    uint32_t n_slots = 1024;
    while (n_slots < b->ix->n * 2)
        n_slots *= 2;
    uint32_t *slot = calloc(n_slots, sizeof *slot);
    if (!slot)
        return FAIL(b->c, ERR_NOMEM, "error.memory", "match: ids");
    enum err e = ERR_OK;
    for (uint32_t i = 0; i < b->ix->n && !e; i++)
        if (clash(b, slot, n_slots, i))
            e = FAIL(b->c, ERR_INPUT, "match.bad-id", "record %u: its id was there before: %.40s",
                     i + 1, (int)id_text(b, i).n ? "see the file" : "");
    free(slot);
    return e;
}

/* ---- writing ------------------------------------------------------------------------- */

struct out { FILE *f; char temp[4096]; const char *path; };

static enum err out_open(struct ctx *c, struct out *o, const char *path)
{
    o->path = path;
    int n = snprintf(o->temp, sizeof o->temp, "%s.part", path);
    o->f = n > 0 && (size_t)n < sizeof o->temp ? fopen(o->temp, "we") : NULL;
    return o->f ? ERR_OK : FAIL(c, ERR_IO, "error.file", "cannot create %.200s", path);
}

static enum err out_close(struct ctx *c, struct out *o, bool keep)
{
    bool ok = o->f && !ferror(o->f) && fflush(o->f) == 0 && fsync(fileno(o->f)) == 0;
    if (o->f && fclose(o->f) != 0)
        ok = false;
    if (keep && ok && rename(o->temp, o->path) == 0)
        return ERR_OK;
    (void)unlink(o->temp);
    return keep ? FAIL(c, ERR_IO, "error.file", "cannot write %.200s", o->path) : ERR_OK;
}

static void put_field(FILE *f, struct str s)
{
    bool plain = true;
    for (size_t i = 0; i < s.n; i++)
        plain &= s.p[i] != '"' && s.p[i] != ',' && s.p[i] != '\n' && s.p[i] != '\r';
    if (plain) {
        (void)fwrite(s.p, 1, s.n, f);
        return;
    }
    (void)fputc('"', f);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            (void)fputc('"', f);
        (void)fputc(s.p[i], f);
    }
    (void)fputc('"', f);
}

static void put_mbits(FILE *f, int32_t v)
{
    int32_t a = v < 0 ? -v : v;
    (void)fprintf(f, "%s%d.%03d", v < 0 ? "-" : "", a / 1000, a % 1000);
}

static void write_pairs(struct batch *b, FILE *f)
{
    (void)fputs("id_a,id_b,score\n", f);
    for (size_t i = 0; i < b->links.n; i++) {
        const struct match_link *l = &b->links.p[i];
        put_field(f, id_text(b, l->a));
        (void)fputc(',', f);
        put_field(f, id_text(b, l->b));
        (void)fputc(',', f);
        put_mbits(f, l->mbits);
        (void)fputc('\n', f);
        b->rep->above += l->mbits >= 0;
    }
    b->rep->pairs_written = b->links.n;
}

static void write_clusters(struct batch *b, FILE *f, const struct match_clusters *cl)
{
    (void)fputs("id,cluster\n", f);
    for (uint32_t i = 0; i < b->ix->n; i++) {
        put_field(f, id_text(b, i));
        (void)fprintf(f, ",%u\n", cl->of[i]);
    }
}

static enum err write_both(struct batch *b, const struct match_clusters *cl)
{
    struct out pairs, groups;
    struct str name = b->job->clusters ? str_c(b->job->clusters)
                    : str_join(&b->c->mem, str_c(b->job->out), STR(".clusters.csv"));
    const char *z = arena_z(&b->c->mem, name);
    if (!z)
        return ctx_check(b->c);
    TRY(out_open(b->c, &pairs, b->job->out));
    enum err e = out_open(b->c, &groups, z);
    if (e) {
        (void)out_close(b->c, &pairs, false);
        return e;
    }
    write_pairs(b, pairs.f);
    write_clusters(b, groups.f, cl);
    bool ok = !ferror(pairs.f) && !ferror(groups.f);
    e = out_close(b->c, &groups, ok);
    enum err e2 = out_close(b->c, &pairs, ok && !e);
    if (!ok && !e)
        e = FAIL(b->c, ERR_IO, "error.file", "cannot write the pairs");
    return e ? e : e2;
}

/* ---- the whole ----------------------------------------------------------------------- */

static enum err learn_and_score(struct batch *b, bool link)
{
    struct match_report *rep = b->rep;
    int64_t t0 = clock_mono_us();
    struct model mo;
    TRY(train(b->c, b->ix, link, &mo));
    b->ix->model = mo;
    rep->kept_priors = mo.kept_priors;
    rep->us_train = clock_mono_us() - t0;
    t0 = clock_mono_us();
    int32_t floor = b->job->floor_mbits ? b->job->floor_mbits : MATCH_FLOOR_MBITS;
    int threads = b->job->threads ? b->job->threads : cores();
    TRY(score_all(b->c, b->ix, link, threads, (float)floor / 1000, &b->links,
                  &rep->pairs_compared, &rep->dropped));
    rep->us_score = clock_mono_us() - t0;
    return ERR_OK;
}

static enum err run(struct batch *b)
{
    struct match_report *rep = b->rep;
    struct match_clusters cl;
    bool link = b->job->path[1] != NULL;
    if (!area_open(&b->ids, UINT32_MAX) || !area_open(&b->id_at, UINT32_MAX))
        return FAIL(b->c, ERR_NOMEM, "error.memory", "match: ids");
    TRY(index_open(b->c, INDEX_CAP, 0, false, &b->ix));
    TRY(read_file(b, 0));
    if (link)
        TRY(read_file(b, 1));
    TRY(ids_differ(b));
    TRY(learn_and_score(b, link));
    rep->keys_split = b->ix->post.splits;
    rep->dropped += b->ix->post.dropped;
    int64_t t0 = clock_mono_us();
    TRY(settle(b->c, b->ix, link, b->job->floor_mbits ? b->job->floor_mbits : MATCH_FLOOR_MBITS,
               &b->links, &cl));
    rep->us_cluster = clock_mono_us() - t0;
    rep->clusters = cl.count;
    rep->largest = cl.largest;
    rep->bridges = cl.n_bridges;
    rep->bytes = b->ix->purse.used + b->purse.used + b->links.room * sizeof *b->links.p;
    t0 = clock_mono_us();
    TRY(write_both(b, &cl));
    rep->us_write = clock_mono_us() - t0;
    return ERR_OK;
}

enum err match_csv(struct ctx *c, const struct match_job *job, struct match_report *rep)
{
    struct batch b = { .c = c, .job = job, .rep = rep, .purse.cap = INDEX_CAP };
    *rep = (struct match_report){ 0 };
    if (!job->path[0] || !job->out)
        return FAIL(c, ERR_INPUT, "match.usage", "a file and an output are needed");
    enum err e = run(&b);
    match_index_free(b.ix);
    area_close(&b.purse, &b.ids);
    area_close(&b.purse, &b.id_at);
    free(b.links.p);
    return e;
}
