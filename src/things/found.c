/* found.c - how what an index found is shown: how likely in words, the reasons
 * folded, and of other offices' records no more than the department. */
#include "things/found.h"

#include "base/node.h"
#include "pack/pack.h"
#include "page/names.h"

struct str bits_text(struct ctx *c, int32_t mbits)
{
    struct buf b;
    buf_init(&b, &c->mem, 32);
    buf_fmt(&b, "%+.1f", mbits / 1000.0);
    return buf_str(&b);
}

/* A firm has no surname: what stands there is its owner, or what it is called. */
static struct str what_words(struct ctx *c, const struct thing_use *u, struct str what)
{
    static const char *const others[] = { "given", "middle", "surname", "second", "order", "id", "extra", "household",
                                          "street", "house", "unit" };
    for (size_t i = 0; strcmp(u->words, "person") != 0 && i < COUNT_OF(others); i++)
        if (str_is(what, others[i]))
            return say_join(c, "thing.what", what);
    return say_join(c, "match.what", what);
}

/* "match.surname.nickname": what was compared, and how it agreed. */
static bool cut_key(struct str key, struct str *what, struct str *level)
{
    struct str head, rest;
    return str_cut(key, '.', &head, &rest) && str_cut(rest, '.', what, level);
}

static struct str reason_words(struct ctx *c, const struct thing_use *u, struct str key)
{
    struct str what, level;
    if (!cut_key(key, &what, &level))
        return key;
    if (str_is(what, "prior"))                  /* there is nothing to agree in */
        return say_join(c, "match.what", what);
    return str_join(&c->mem, what_words(c, u, what), STR(": "), say_join(c, "match.level", level));
}

/* The one bar that, if it were otherwise, would turn the answer round; the
 * strongest of them. */
static void what_would_change(struct ctx *c, struct out *o, const struct thing_use *u, const struct match_candidate *m)
{
    const struct match_row *best = NULL;
    int32_t best_to = 0;
    bool likely = m->mbits >= 0;
    struct str what, level;
    for (size_t i = 0; i < m->n_rows; i++) {
        const struct match_row *r = &m->rows[i];
        int32_t to = m->mbits - r->mbits + (likely ? r->if_other : r->if_same);
        if (r->what >= MATCH_HOUSEHOLD || (likely ? to >= 0 : to < 0))
            continue;
        if (!best || (likely ? to < best_to : to > best_to)) {
            best = r;
            best_to = to;
        }
    }
    if (!best || !cut_key(best->text, &what, &level))
        return;
    html(o, "<li>");
    what = what_words(c, u, what);
    if (likely)
        text(o, SAYF(c, "person.if-other", W_TEXT("what", what), W_TEXT("bits", bits_text(c, best_to))));
    else
        text(o, SAYF(c, "person.if-same", W_TEXT("what", what), W_TEXT("bits", bits_text(c, best_to))));
    html(o, "</li>");
}

static void reason_row(struct ctx *c, struct out *o, const struct thing_use *u, const struct match_row *r, bool open)
{
    html(o, "<li>");
    text(o, reason_words(c, u, r->text));
    if (open && r->a.n) {
        html(o, ": ");
        text(o, r->a);
        if (r->b.n && !str_eq(r->a, r->b)) {
            html(o, " / ");
            text(o, r->b);
        }
    }
    if (r->one_in > 1) {
        html(o, ", ");
        TF(o, "person.one-in", W_INT("n", r->one_in));
    }
    html(o, " <b class=\"num\">");
    text(o, bits_text(c, r->mbits));
    html(o, "</b></li>");
}

void reason_rows(struct ctx *c, struct out *o, const struct thing_use *u, const struct match_candidate *m, bool open)
{
    html(o, "<details><summary>");
    T(o, "person.why");
    html(o, "</summary><ul>");
    for (size_t i = 0; i < m->n_rows; i++)
        if (m->rows[i].mbits <= -300 || m->rows[i].mbits >= 300)
            reason_row(c, o, u, &m->rows[i], open);
    html(o, "<li><b>");
    text(o, SAYF(c, "person.sum", W_TEXT("bits", bits_text(c, m->mbits))));
    html(o, "</b></li>");
    what_would_change(c, o, u, m);
    html(o, "</ul><p class=\"small muted\">");
    text(o, str_join(&c->mem, SAY(c, "person.found-by"), STR(" "), say_join(c, "match.pass", str_c(m->pass))));
    html(o, "</p></details>\n");
}

/* Nobody's whereabouts are given away: the department, never the district. */
struct str department_of_place(struct ctx *c, struct str territory)
{
    const struct territory *t = pack_territory(c->node->pack, territory);
    while (t && t->level > 1)
        t = pack_territory(c->node->pack, t->parent);
    return t ? t->id : territory;
}

const char *likely_key(int32_t mbits)
{
    return mbits >= FOUND_VERY_LIKELY ? "person.very-likely" : mbits >= 0 ? "person.likely" : "person.possible";
}

enum err found_hers(struct ctx *c, const struct thing_use *u, struct str id, struct str dossier, bool *yes)
{
    struct verdict may;
    struct record unused;
    *yes = false;
    TRY(access_check(c, u->view, dossier, &may));
    if (!may.allowed)
        return ERR_OK;
    enum err e = access_record(c, id, &unused);
    if (e == ERR_NOT_FOUND)
        c->fault = (struct fault){ 0 };
    *yes = !e;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err found_load(struct ctx *c, const struct match_candidate *m, struct found *out)
{
    struct found f = { .m = m, .key = likely_key(m->mbits) };
    int64_t until;
    TRY(record_load(c, m->id, &f.record));
    f.u = thing_find(f.record.kind);
    if (!f.u)
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "record " STR_F, STR_A(m->id));
    TRY(work_case(c, record_get(&f.record, "case"), &f.k));
    TRY(found_hers(c, f.u, m->id, f.record.dossier, &f.hers));   /* not found out is not "another office's" */
    f.open = f.hers && access_opened(c, f.record.dossier, &until);
    *out = f;
    return ERR_OK;
}

void found_begin(struct ctx *c, struct out *o, const struct found *f)
{
    step_begin(o, f->m->mbits >= 0 ? TONE_SOON : TONE_PLAIN);
    key_out(o, f->key);
    if (f->hers) {
        html(o, ": ");
        link_text(o, f->k.code, "/case/%s/%s/%s", f->k.id, str_c(f->u->kind), f->m->id);
    }
    step_note(o, f->hers ? str_join(&c->mem, office_text(c, f->k.owner), STR(", "), place_text(c, f->k.territory))
                         : place_text(c, department_of_place(c, f->k.territory)));
}

/* ---- the question ---------------------------------------------------------------------------- */

/* What is asked of the index, as nobody can read it back: the same words, the
 * same question. */
struct str look_question(struct ctx *c, struct str id, const struct match_record *m)
{
    const struct str part[] = { m->full, m->given, m->surname, m->second, m->alias, m->birth, m->sex, m->nationality,
        m->address, m->extra, m->ids[0].value, m->ids[1].value, m->ids[2].value, m->phones[0], m->phones[1], m->place };
    struct buf b;
    buf_init(&b, &c->mem, 64 << 10);
    for (size_t i = 0; i < COUNT_OF(part); i++) {       /* with its length: no other question reads the same, */
        struct str looked_at = str_sub(part[i], 0, MATCH_FIELD_MAX);    /* however long its fields are */
        buf_i64(&b, (int64_t)looked_at.n);
        buf_char(&b, ' ');
        buf_put(&b, looked_at);
    }
    if (m->has_age)
        buf_i64(&b, m->age);
    return str_join(&c->mem, id, STR(" "), str_sub(blind_index(c, "look", buf_str(&b)), 0, 16));
}

/* An invented record with a guessed name would tell how likely someone is known
 * somewhere: so many different questions a day, no more. */
enum err look_asked(struct ctx *c, struct str dossier, struct str about, const struct match_record *m, bool *yes)
{
    const struct pack *p = c->node->pack;
    return access_look(c, dossier, look_question(c, about, m), pack_day_start_us(p, pack_local_day(p, c->now_us)),
                       p->looks_per_day, yes);
}

enum err found_asks(struct ctx *c, struct str dossier, bool *yes)
{
    const struct pack *p = c->node->pack;
    return access_events_add(c, &dossier, 1, "asks", (struct str){ 0 },
                             pack_day_start_us(p, pack_local_day(p, c->now_us)), yes);
}
