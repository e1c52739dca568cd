/* search.c - what this officer's own files hold of some words, and what stands in
 * several cases. */
#include "things/inside.h"

#include "base/node.h"
#include "db/db.h"
#include "pack/pack.h"
#include "page/names.h"
#include "words/words.h"

/* ---- by name ---------------------------------------------------------------------------------- */

/* Names are sealed, so the newest of her own files are opened one by one. */
enum { OPENED = 400, SHOWN = 10, WORDS_MAX = 8, LEAST = 3 };
struct row { struct str id, kind, case_id, dossier; };

static enum err own_rows(struct ctx *c, struct row *out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    *n = 0;
    TRY(db_query(c, &r,
        "SELECT t.id, t.kind, t.case_id, t.dossier, t.at_us FROM thing_row t WHERE t.dossier IN"
        " (SELECT g.dossier FROM access_grant g WHERE g.office = $1 AND (g.officer = '' OR g.officer = $2)"
        "  AND (g.until_us = 0 OR g.until_us > $3)) ORDER BY t.at_us DESC, t.id LIMIT 400",
        ARGS(TEXT(c->who->office), TEXT(c->who->id), INT(c->now_us))));
    while (*n < OPENED && rows_next(&r))
        out[(*n)++] = (struct row){ row_str(&r, 0), row_str(&r, 1), row_str(&r, 2), row_str(&r, 3) };
    return rows_end(&r);
}

static struct str plain(struct ctx *c, struct str s)
{
    struct str folded = words_fold(&c->mem, s);
    struct buf b;
    buf_init(&b, &c->mem, folded.n + 8);
    for (size_t i = 0; i < folded.n; i++)
        if (folded.p[i] != '-' && folded.p[i] != '.')
            buf_char(&b, folded.p[i]);
    return buf_str(&b);
}

/* Every word of the question stands in one of the fields that are searched. */
static bool says(struct ctx *c, const struct thing_use *u, const struct answers *a, const struct str *word, size_t n)
{
    struct str rest = str_c(u->find ? u->find : ""), name, all = { 0 };
    while (str_next(&rest, ' ', &name))
        all = str_join(&c->mem, all, STR(" "), answers_get(a, name));
    all = plain(c, all);
    struct str closed = { 0 };
    size_t at;
    for (size_t i = 0; i < n; i++) {
        if (str_find(all, word[i], &at))
            continue;
        if (!closed.n) {                        /* "ABC 123" asked as ABC123 */
            struct buf b;
            buf_init(&b, &c->mem, all.n + 8);
            for (size_t k = 0; k < all.n; k++)
                if (all.p[k] != ' ')
                    buf_char(&b, all.p[k]);
            closed = buf_str(&b);
        }
        if (word[i].n < 5 || !str_find(closed, word[i], &at))
            return false;
    }
    return n > 0;
}

static size_t words_of(struct ctx *c, struct str q, struct str word[WORDS_MAX])
{
    struct str rest = plain(c, q), w;
    size_t n = 0, letters = 0;
    while (n < WORDS_MAX && str_next(&rest, ' ', &w))
        if (w.n) {
            word[n++] = w;
            letters += w.n;
        }
    return letters >= LEAST ? n : 0;
}

static enum err by_words(struct ctx *c, struct str q, struct number_hit *out, size_t *n)
{
    struct str word[WORDS_MAX];
    struct row *row = NEW_N(&c->mem, struct row, OPENED);
    size_t rows, words = words_of(c, q, word);
    TRY(ctx_check(c));
    if (!words)
        return ERR_OK;
    TRY(own_rows(c, row, &rows));
    for (size_t i = 0; i < rows && *n < SHOWN; i++) {
        const struct thing_use *u = thing_find(row[i].kind);
        struct record r;
        bool listed = false;
        for (size_t k = 0; k < *n; k++)
            listed = listed || str_eq(out[k].id, row[i].id);
        if (!u || listed)
            continue;
        bool hers;
        TRY(found_hers(c, u, row[i].id, row[i].dossier, &hers));
        if (!hers)
            continue;
        TRY(record_load(c, row[i].id, &r));
        struct answers a = kind_answers(c, &r);
        if (says(c, u, &a, word, words))
            out[(*n)++] = (struct number_hit){ .u = u, .id = row[i].id, .case_id = row[i].case_id, .dossier = row[i].dossier, .hers = true };
    }
    return ERR_OK;
}

/* ---- the part of the page "find" ------------------------------------------------------------------ */

static enum err hit_line(struct ctx *c, struct out *o, const struct number_hit *h)
{
    struct work_case k;
    struct record r;
    TRY(work_case(c, h->case_id, &k));
    enum err e = access_record(c, h->id, &r);
    if (e == ERR_NOT_FOUND) {                       /* her grant is of other kinds of this dossier */
        c->fault = (struct fault){ 0 };
        return ERR_OK;
    }
    TRY(e);
    step_begin(o, TONE_PLAIN);
    text(o, say_join(c, "thing.one", str_c(h->u->kind)));
    html(o, ": ");
    link_text(o, kind_summary(c, &r), "/case/%s/%s/%s", k.id, str_c(h->u->kind), h->id);
    step_note(o, str_join(&c->mem, k.code, STR(", "), place_text(c, k.territory)));
    step_end(o);
    return ERR_OK;
}

/* Each file that shows up keeps who looked, once a day. */
static enum err write_down(struct ctx *c, const struct number_hit *hit, size_t n)
{
    const struct pack *p = c->node->pack;
    struct str dossier[NUMBER_HITS];
    for (size_t i = 0; i < n; i++)
        dossier[i] = hit[i].dossier;
    return access_events_add(c, dossier, n, "find", (struct str){ 0 },
                             pack_day_start_us(p, pack_local_day(p, c->now_us)), NULL);
}

enum err things_search_part(struct ctx *c, struct out *o, struct str q)
{
    struct number_hit hit[NUMBER_HITS];
    size_t n = 0;
    if (str_trim(q).n >= LEAST) {
        TRY(numbers_holding(c, q, hit, &n));
        TRY(by_words(c, q, hit, &n));
        TRY(write_down(c, hit, n));
    }
    sheet_begin(o, "thing.search");
    if (!n)
        empty(o, "thing.search-none");
    else
        steps_begin(o, true);
    for (size_t i = 0; i < n; i++)
        TRY(hit_line(c, o, &hit[i]));
    if (n)
        steps_end(o);
    section_end(o);
    return ERR_OK;
}

/* ---- seen in several cases -------------------------------------------------------------------------- */

enum { LINKS = 400, GROUP = 20 };

/* The records of a group with their cases, if every one of them is hers to see. */
static enum err group_of(struct ctx *c, struct str id, struct record out[GROUP], size_t *n, struct str *lead)
{
    struct str *all;
    size_t got;
    *n = 0;
    TRY(link_group(c, id, &all, &got));
    *lead = all[0];
    for (size_t i = 0; i < got; i++)
        if (str_cmp(all[i], *lead) < 0)
            *lead = all[i];
    for (size_t i = 0; i < got && i < GROUP; i++) {
        struct record r;
        enum err e = access_record(c, all[i], &r);
        const struct thing_use *u = e ? NULL : thing_find(r.kind);
        if (e == ERR_NOT_FOUND || (u && !access_may(c, u->view, r.dossier))) {
            c->fault = (struct fault){ 0 };
            *n = 0;
            return ERR_OK;
        }
        TRY(e);
        out[(*n)++] = r;
    }
    return ERR_OK;
}

static bool several_cases(const struct record *r, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (!str_eq(record_get(&r[i], "case"), record_get(&r[0], "case")))
            return true;
    return false;
}

static enum err group_row(struct ctx *c, struct out *o, const struct record *r, size_t n)
{
    row_begin(o, TONE_PLAIN);
    cell_text(o, say_join(c, "thing.one", r[0].kind));
    cell_text(o, kind_summary(c, &r[0]));
    cell(o);
    html(o, "<ul class=\"plain\">");
    for (size_t i = 0; i < n; i++) {
        struct work_case k;
        TRY(work_case(c, record_get(&r[i], "case"), &k));
        html(o, "<li>");
        link_text(o, k.code, "/case/%s/%s/%s", k.id, r[i].kind, r[i].id);
        html(o, " ");
        text(o, place_text(c, k.territory));
        html(o, "</li>");
    }
    html(o, "</ul>");
    row_end(o);
    return ERR_OK;
}

static enum err linked(struct ctx *c, struct str *id, size_t *n)
{
    AUTO_ROWS r = { 0 };
    *n = 0;
    TRY(db_query(c, &r, 
        "SELECT l.a, l.at_us, l.id FROM thing_link l JOIN thing_row t ON t.id = l.a WHERE " LINK_STATE " = 1 AND t.dossier IN"
        " (SELECT g.dossier FROM access_grant g WHERE g.office = $1 AND (g.officer = '' OR g.officer = $2)"
        "  AND (g.until_us = 0 OR g.until_us > $3)) ORDER BY l.at_us DESC, l.id LIMIT 400",
        ARGS(TEXT(c->who->office), TEXT(c->who->id), INT(c->now_us))));
    while (*n < LINKS && rows_next(&r))
        id[(*n)++] = row_str(&r, 0);
    return rows_end(&r);
}

static enum err groups_table(struct ctx *c, struct out *o, const struct str *id, size_t n)
{
    struct str *done = NEW_N(&c->mem, struct str, n + 1);
    struct record *r = NEW_N(&c->mem, struct record, GROUP);
    size_t shown = 0;
    TRY(ctx_check(c));
    for (size_t i = 0; i < n; i++) {
        struct str lead;
        size_t k;
        bool again = false;
        TRY(group_of(c, id[i], r, &k, &lead));
        for (size_t d = 0; d < shown; d++)
            again = again || str_eq(done[d], lead);
        if (again || k < 2 || !several_cases(r, k))
            continue;
        if (!shown)
            grid_begin(o, &(struct grid){ "thing.several", COLS("thing.kind", "thing.which", "thing.cases") });
        done[shown++] = lead;
        TRY(group_row(c, o, r, k));
    }
    if (shown)
        grid_end(o);
    else
        empty(o, "thing.none-several");
    return ERR_OK;
}

/* What somebody confirmed as one and that stands in several cases, all of them hers
 * to see. */
enum err things_several(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct str id[LINKS];
    size_t n;
    (void)rq;
    TRY(linked(c, id, &n));
    page_begin(o, &(struct page){ .title_key = "thing.several", .tab = "cases", .crumbs = { { "case.list", STR("/cases") } } });
    head_begin(o);
    T(o, "thing.several");
    head_end(o);
    lede(o, "thing.several-lede");
    TRY(groups_table(c, o, id, n));
    page_end(o);
    return ERR_OK;
}
