/* procedures.c - the procedures that cases run on: the pack's BPMN files, read
 * once, and every older version that a case began with, kept in the ledger by its
 * hash and read when a case first asks for it.  Shared by all threads; what is
 * read stays until the program ends. */
#include "work/version.h"

#include "base/node.h"
#include "crypto/crypto.h"
#include "db/db.h"
#include "pack/pack.h"

#include <pthread.h>
#include <stdlib.h>

enum { VERSION_LEN = 32, CHUNK = 60000, CHUNKS = 15 };
struct version {
    struct version *next;
    struct str id;                       /* of the procedure; lives with its model or the pack */
    char hash[VERSION_LEN];
    struct flow_model *model;
    int kept;                            /* atomic: its text is in the ledger */
};
struct procedures { const struct pack *pack; struct version *present; struct older *older; };
struct older { pthread_mutex_t lock; struct version *first; };

static struct str hash_of(const struct version *v)
{
    return (struct str){ v->hash, VERSION_LEN };
}

/* What pins a case to the text of its procedure. */
static void hash_text(struct str text, char out[VERSION_LEN])
{
    static const char hex[] = "0123456789abcdef";
    unsigned char h[HASH_LEN];
    HASH(h, NULL, text);
    for (size_t i = 0; i < VERSION_LEN / 2; i++) {
        out[2 * i] = hex[h[i] >> 4];
        out[2 * i + 1] = hex[h[i] & 15];
    }
}

enum err procedures_load(struct ctx *c, const struct pack *p, struct procedures **out)
{
    struct procedures *all = calloc(1, sizeof *all);
    struct version *v = calloc(p->procedures_n + 1, sizeof *v);
    struct older *o = calloc(1, sizeof *o);
    if (!all || !v || !o) {
        free(all);
        free(v);
        free(o);
        return FAIL(c, ERR_NOMEM, "error.too-big", "procedures");
    }
    (void)pthread_mutex_init(&o->lock, NULL);
    *all = (struct procedures){ p, v, o };
    for (size_t i = 0; i < p->procedures_n; i++) {
        v[i].id = p->procedures[i].id;
        hash_text(p->procedures[i].text, v[i].hash);
        if (flow_load(c, p->procedures[i].text, &flow_feel, &v[i].model) != ERR_OK) {
            procedures_free(all);
            return c->fault.code;
        }
    }
    *out = all;
    return ERR_OK;
}

void procedures_free(struct procedures *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->pack->procedures_n; i++)
        flow_free(p->present[i].model);
    while (p->older->first) {
        struct version *v = p->older->first;
        p->older->first = v->next;
        flow_free(v->model);
        free(v);
    }
    (void)pthread_mutex_destroy(&p->older->lock);
    free(p->older);
    free(p->present);
    free(p);
}

static struct version *present(const struct procedures *p, struct str id)
{
    for (size_t i = 0; p && i < p->pack->procedures_n; i++)
        if (str_eq(p->present[i].id, id))
            return &p->present[i];
    return NULL;
}

const struct flow_model *procedures_find(const struct procedures *p, struct str id)
{
    const struct version *v = present(p, id);
    return v ? v->model : NULL;
}

struct str procedures_version(const struct procedures *p, struct str id)
{
    const struct version *v = present(p, id);
    return v ? hash_of(v) : (struct str){ 0 };
}

/* ---- kept texts --------------------------------------------------------------------------- */

static struct str chunk_name(struct ctx *c, int i)
{
    struct buf b;
    buf_init(&b, &c->mem, 16);
    buf_fmt(&b, "text/%02d", i);
    return buf_str(&b);
}

static enum err kept_record(struct ctx *c, struct str version, struct str *record)
{
    AUTO_ROWS r = { 0 };
    *record = (struct str){ 0 };
    TRY(db_query(c, &r, "SELECT id FROM procedure_version WHERE version = $1 ORDER BY id LIMIT 1", ARGS(TEXT(version))));
    if (rows_next(&r))
        *record = row_str(&r, 0);
    return rows_end(&r);
}

static enum err shelf(struct ctx *c, struct draft *d)
{
    AUTO_ROWS r = { 0 };
    struct str id = { 0 };
    TRY(db_query(c, &r, "SELECT id FROM dossier WHERE kind = 'procedures' ORDER BY id LIMIT 1", NO_ARGS));
    if (rows_next(&r))
        id = row_str(&r, 0);
    TRY(rows_end(&r));
    draft_in(d, id.n ? id : dossier_new(d, "procedures", (struct str){ 0 }));
    return ctx_check(c);
}

/* A value ends between two characters. */
static size_t chunk_end(struct str text, size_t from)
{
    size_t to = from + CHUNK < text.n ? from + CHUNK : text.n;
    while (to < text.n && ((unsigned char)text.p[to] & 0xc0) == 0x80)
        to--;
    return to;
}

static enum err text_sets(struct ctx *c, struct draft *d, struct str id, struct str version, struct str text)
{
    struct str record = blind_index(c, "procedure", version);
    if (text.n > CHUNK * (CHUNKS - 1) || !utf8_valid(text))
        return FAIL(c, ERR_INPUT, "work.procedure-too-big", "%zu bytes", text.n);
    TRY(shelf(c, d));
    draft_set(d, "procedure_version", record, "procedure", id);
    draft_set(d, "procedure_version", record, "version", version);
    int i = 0;
    for (size_t from = 0, to; from < text.n; from = to, i++) {
        to = chunk_end(text, from);
        draft_set_field(d, STR("procedure_version"), record, chunk_name(c, i), str_sub(text, from, to - from));
    }
    return ctx_check(c);
}

enum err procedures_keep(struct ctx *c, struct draft *d, struct str id, struct str version)
{
    struct version *v = present(c->node->procedures, id);
    const struct pack_file *f = pack_procedure(c->node->pack, id);
    struct str record;
    if (!v || !f || !str_eq(hash_of(v), version) || __atomic_load_n(&v->kept, __ATOMIC_RELAXED))
        return ERR_OK;
    TRY(kept_record(c, version, &record));
    if (!record.n)
        return text_sets(c, d, id, version, f->text);
    __atomic_store_n(&v->kept, 1, __ATOMIC_RELAXED);
    return ERR_OK;
}

/* The whole text, and no other. */
static enum err kept_text(struct ctx *c, struct str record, struct str version, struct str *out)
{
    struct record r;
    struct buf b;
    char hash[VERSION_LEN];
    buf_init(&b, &c->mem, CHUNK * CHUNKS);
    TRY(record_load(c, record, &r));
    for (int i = 0; i < CHUNKS; i++)
        buf_put(&b, record_get(&r, chunk_name(c, i).p));
    TRY(ctx_check(c));
    hash_text(buf_str(&b), hash);
    if (b.failed || !str_eq((struct str){ hash, sizeof hash }, version))
        return FAIL(c, ERR_CORRUPT, "work.procedure-lost", "record " STR_F, STR_A(record));
    *out = buf_str(&b);
    return ERR_OK;
}

static struct version *in_memory(struct older *o, struct str version)
{
    for (struct version *v = o->first; v; v = v->next)
        if (str_eq(hash_of(v), version))
            return v;
    return NULL;
}

static enum err read_kept(struct ctx *c, struct older *o, struct str record, struct str version,
                          const struct flow_model **out)
{
    struct str text;
    struct version *v = calloc(1, sizeof *v);
    if (!v)
        return FAIL(c, ERR_NOMEM, "error.too-big", "procedure");
    enum err e = kept_text(c, record, version, &text);
    if (!e)
        e = flow_load(c, text, &flow_feel, &v->model);
    if (e) {
        free(v);
        return e;
    }
    memcpy(v->hash, version.p, VERSION_LEN);
    v->next = o->first;
    o->first = v;
    *out = v->model;
    return ERR_OK;
}

/* Under the lock from looking to keeping, so that a text is read once. */
static enum err older_at(struct ctx *c, struct older *o, struct str version, const struct flow_model **out)
{
    struct str record;
    struct version *v = in_memory(o, version);
    *out = v ? v->model : NULL;
    if (v)
        return ERR_OK;
    TRY(kept_record(c, version, &record));
    return record.n ? read_kept(c, o, record, version, out) : ERR_OK;
}

enum err procedures_at(struct ctx *c, struct str id, struct str version, const struct flow_model **out)
{
    const struct procedures *p = c->node->procedures;
    const struct version *now = present(p, id);
    const struct flow_model *m = now ? now->model : NULL;
    if (p && version.n == VERSION_LEN && !(now && str_eq(hash_of(now), version))) {
        const struct flow_model *kept = NULL;
        (void)pthread_mutex_lock(&p->older->lock);
        enum err e = older_at(c, p->older, version, &kept);
        (void)pthread_mutex_unlock(&p->older->lock);
        TRY(e);
        m = kept ? kept : m;
    }
    *out = m;
    return m ? ERR_OK : FAIL(c, ERR_NOT_FOUND, "work.no-procedure", STR_F, STR_A(id));
}
