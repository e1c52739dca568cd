/* found.c - how somebody the index found is shown: how likely in words, the
 * reasons folded, and of other offices' people no more than the department. */
#include "person/found.h"

#include "base/node.h"
#include "pack/pack.h"
#include "page/names.h"

/* "match.surname.nickname": what was compared, and how it agreed. */
static struct str reason_words(struct ctx *c, struct str key)
{
    struct str what = { 0 }, level = { 0 }, head;
    if (!str_cut(key, '.', &head, &what) || !str_cut(what, '.', &what, &level))
        return key;
    if (str_is(what, "prior"))                  /* there is nothing to agree in */
        return say_join(c, "match.what", what);
    return str_join(&c->mem, say_join(c, "match.what", what), STR(": "), say_join(c, "match.level", level));
}

struct str bits_text(struct ctx *c, int32_t mbits)
{
    struct buf b;
    buf_init(&b, &c->mem, 32);
    buf_fmt(&b, "%+.1f", mbits / 1000.0);
    return buf_str(&b);
}

static struct str what_of(struct ctx *c, const struct match_row *r)
{
    struct str head, rest, what, level;
    if (!str_cut(r->text, '.', &head, &rest) || !str_cut(rest, '.', &what, &level))
        return r->text;
    return say_join(c, "match.what", what);
}

/* The one bar that, if it were otherwise, would turn the answer round; the
 * strongest of them. */
static void what_would_change(struct ctx *c, struct out *o, const struct match_candidate *m)
{
    const struct match_row *best = NULL;
    int32_t best_to = 0;
    bool likely = m->mbits >= 0;
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
    if (!best)
        return;
    html(o, "<li>");
    if (likely)
        text(o, SAYF(c, "person.if-other", W_TEXT("what", what_of(c, best)), W_TEXT("bits", bits_text(c, best_to))));
    else
        text(o, SAYF(c, "person.if-same", W_TEXT("what", what_of(c, best)), W_TEXT("bits", bits_text(c, best_to))));
    html(o, "</li>");
}

void reason_rows(struct ctx *c, struct out *o, const struct match_candidate *m, bool open)
{
    html(o, "<details><summary>");
    T(o, "person.why");
    html(o, "</summary><ul>");
    for (size_t i = 0; i < m->n_rows; i++) {
        const struct match_row *r = &m->rows[i];
        if (r->mbits > -300 && r->mbits < 300)
            continue;
        html(o, "<li>");
        text(o, reason_words(c, r->text));
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
    html(o, "<li><b>");
    text(o, SAYF(c, "person.sum", W_TEXT("bits", bits_text(c, m->mbits))));
    html(o, "</b></li>");
    what_would_change(c, o, m);
    html(o, "</ul><p class=\"small muted\">");
    text(o, str_join(&c->mem, SAY(c, "person.found-by"), STR(" "), say_join(c, "match.pass", str_c(m->pass))));
    html(o, "</p></details>\n");
}

/* A person's whereabouts are not given away: the department, never the district. */
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

enum err found_load(struct ctx *c, const struct match_candidate *m, struct found *out)
{
    struct found f = { .m = m, .key = likely_key(m->mbits) };
    struct verdict may;
    int64_t until;
    TRY(record_load(c, m->id, &f.record));
    TRY(work_case(c, record_get(&f.record, "case"), &f.k));
    TRY(access_check(c, "person.view", f.record.dossier, &may));     /* not found out is not "another office's" */
    f.hers = may.allowed;
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
        link_text(o, f->k.code, "/case/%s/person/%s", f->k.id, f->m->id);
    }
    step_note(o, f->hers ? str_join(&c->mem, office_text(c, f->k.owner), STR(", "), place_text(c, f->k.territory))
                         : place_text(c, department_of_place(c, f->k.territory)));
}

/* ---- the question ---------------------------------------------------------------------------- */

/* What is asked of the index, as nobody can read it back: the same words, the
 * same question. */
struct str look_question(struct ctx *c, struct str id, const struct match_record *m)
{
    const struct str part[] = { m->full, m->given, m->surname, m->alias, m->birth, m->sex, m->nationality, m->address,
        m->ids[0].value, m->phones[0], m->place };
    struct buf b;
    buf_init(&b, &c->mem, 64 << 10);
    for (size_t i = 0; i < COUNT_OF(part); i++) {
        buf_put(&b, part[i]);
        buf_char(&b, '\n');
    }
    if (m->has_age)
        buf_i64(&b, m->age);
    return str_join(&c->mem, id, STR(" "), str_sub(blind_index(c, "look", buf_str(&b)), 0, 16));
}
