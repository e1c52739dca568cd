/* ledger_work.h - for bench_ledger.c: what an officer does, done by Amparo (A). */
#ifndef BENCH_LEDGER_WORK_H
#define BENCH_LEDGER_WORK_H

#include "ledger_measure.h"

#include "base/node.h"
#include "base/who.h"
#include "ledger/ledger_impl.h"

#include <sys/stat.h>
#include <unistd.h>

/* ---- the work: an officer moves a case on and notes why --------------------------------------
 *
 * CASES cases in DOSSIERS dossiers are there before.  One change reads a random
 * case, sets two of its fields and adds a note of four fields.  Two desk tables
 * follow: case (with an index for "my work") and note.  The single file has the
 * same tables and rows of the same size, and its workers read the case too. */

enum { CASES = 20000, DOSSIERS = 1000, BODY = 900, CASE_ROW = 760, NOTE_ROW = 420 };
#define DESK_TABLES_CASE "CREATE TABLE work (id TEXT PRIMARY KEY, state TEXT NOT NULL, office TEXT NOT NULL," \
    " due_us BIGINT NOT NULL); CREATE INDEX work_due ON work (office, due_us);"
#define DESK_TABLES_NOTE "CREATE TABLE note (id TEXT PRIMARY KEY, kind TEXT NOT NULL, due_us BIGINT NOT NULL);" \
    "CREATE INDEX note_due ON note (due_us);"
static const char *const case_field[] = { "state", "office", "summary", "place", "found_by", "language" };
static const char *const note_field[] = { "kind", "summary", "by", "next" };
static const char *const offices[] = { "py-codeni-filadelfia", "py-mtess-boqueron", "py-mp-filadelfia", "py-codeni-loma-plata" };

static uint64_t pick(uint64_t *seed, uint64_t below)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (*seed >> 33) % below;
}

/* ---- A: Amparo ---------------------------------------------------------------------------------- */

static enum err project_work(struct ctx *c, const struct record *r)
{
    return db_exec(c, "INSERT INTO work (id, state, office, due_us) VALUES ($1, $2, $3, $4)"
                      " ON CONFLICT (id) DO UPDATE SET state = excluded.state, office = excluded.office,"
                      " due_us = excluded.due_us",
        ARGS(TEXT(r->id), TEXT(record_get(r, "state")), TEXT(record_get(r, "office")), INT(r->updated_us)));
}
static enum err project_note(struct ctx *c, const struct record *r)
{
    return db_exec(c, "INSERT INTO note (id, kind, due_us) VALUES ($1, $2, $3)"
                      " ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, due_us = excluded.due_us",
        ARGS(TEXT(r->id), TEXT(record_get(r, "kind")), INT(r->updated_us)));
}
static const struct projector projectors[] = { { "work", project_work }, { "note", project_note } };
static const struct table tables[] = { { "work", DESK_TABLES_CASE, NULL }, { "note", DESK_TABLES_NOTE, NULL } };

struct place { char dossier[ID_LEN], id[ID_LEN]; };
struct amparo { struct ledger_config cfg; struct ledger *l; struct node node; struct officer who; struct place *cases; };
struct a_writer { struct ctx c; uint64_t seed; };

static struct str span(const char *p)
{
    return (struct str){ p, ID_LEN };
}

static enum err a_change(struct ctx *c, struct amparo *a, uint64_t *seed)
{
    struct draft *d = NULL;
    struct place *p = &a->cases[pick(seed, CASES)];
    TRY(draft_begin(c, span(p->id), "case.note", &d));
    draft_in(d, span(p->dossier));
    draft_reason(d, STR("visita"));
    struct str id = record_new(d);
    draft_set_i64(d, "work", span(p->id), "state", (int64_t)pick(seed, 1 << 20));
    draft_set(d, "work", span(p->id), "office", str_c(offices[pick(seed, 4)]));
    for (size_t i = 0; i < COUNT_OF(note_field); i++)
        draft_set(d, "note", id, note_field[i], str_c(text));
    return draft_commit_durable(c, d);
}

static void *a_begin(struct run *r, int number)
{
    struct amparo *a = r->with;
    struct a_writer *w = calloc(1, sizeof *w);
    (void)pthread_setname_np(pthread_self(), "officer");
    ctx_init(&w->c, 4 << 20);
    w->seed = (uint64_t)clock_mono_us() + (uint64_t)number;
    w->c.node = &a->node;
    w->c.who = &a->who;
    must(&w->c, ledger_connect(&w->c, a->l, &w->c.db));
    return w;
}

static void a_one(struct run *r, int number, void *state)
{
    struct a_writer *w = state;
    (void)number;
    arena_reset(&w->c.mem);
    w->c.now_us = clock_now_us();
    must(&w->c, a_change(&w->c, r->with, &w->seed));
}

static void a_end(void *state)
{
    struct a_writer *w = state;
    db_close(w->c.db);
    ctx_done(&w->c);
    free(w);
}

static void a_fill(struct ctx *c, struct amparo *a)
{
    a->cases = calloc(CASES, sizeof *a->cases);
    for (size_t i = 0; i < CASES; ) {
        struct draft *d = NULL;
        arena_reset(&c->mem);
        c->now_us = clock_now_us();
        must(c, draft_begin(c, STR("fill"), "case.open", &d));
        struct str dossier = dossier_new(d, "protection", (struct str){ 0 });
        draft_in(d, dossier);
        for (size_t k = 0; k < CASES / DOSSIERS; k++, i++) {
            struct str id = record_new(d);
            memcpy(a->cases[i].dossier, dossier.p, ID_LEN);
            memcpy(a->cases[i].id, id.p, ID_LEN);
            for (size_t f = 0; f < COUNT_OF(case_field); f++)
                draft_set(d, "work", id, case_field[f], str_c(text));
        }
        must(c, draft_commit(c, d));
    }
}

static void a_open(struct ctx *c, struct amparo *a, const char *dir)
{
    static struct arena names;
    struct arena *m = &names;
    arena_init(m, 1 << 16);
    a->cfg = (struct ledger_config){ .url = str_join(m, STR("sqlite:"), str_c(dir), STR("/ledger.db")),
        .tables_url = str_join(m, STR("sqlite:"), str_c(dir), STR("/tables.db")),
        .key_file = str_join(m, str_c(dir), STR("/key")), .cost = { 1, 8192 },
        .projectors = projectors, .projectors_n = COUNT_OF(projectors),
        .tables = tables, .tables_n = COUNT_OF(tables) };
    a->who = (struct officer){ .id = STR("0000000000000000000officer"), .office = STR("py-codeni-filadelfia") };
    must(c, ledger_create(c, &a->cfg));
    must(c, ledger_open(c, &a->cfg, &a->l));
    a->node.ledger = a->l;
    c->node = &a->node;
    must(c, ledger_connect(c, a->l, &c->db));
    a_fill(c, a);
}

#endif
