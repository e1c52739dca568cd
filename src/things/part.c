/* part.c - what a record's page and a form not yet saved show of earlier records. */
#include "things/inside.h"

#include "base/node.h"
#include "pack/pack.h"
#include "page/names.h"

struct page_of { struct ctx *c; struct out *o; const struct thing_use *u; const struct record *mine; };

/* Where it is: the office and the place for whoever may see it, the department for others. */
static void whereabouts(struct ctx *c, struct out *o, const struct work_case *k, bool hers)
{
    step_note(o, hers ? str_join(&c->mem, office_text(c, k->owner), STR(", "), place_text(c, k->territory))
                      : place_text(c, department_of_place(c, k->territory)));
}

/* ---- one candidate of a record ----------------------------------------------------------------------- */

/* What was decided, and what may still be: the second officer's word, or undoing. */
static enum err link_part(const struct page_of *p, const struct thing_link *link)
{
    struct ctx *c = p->c;
    struct out *o = p->o;
    struct record l;
    TRY(record_load(c, link->id, &l));
    enum tone tone = link->state == LINK_SAME ? TONE_DONE : link->state == LINK_PROPOSED ? TONE_SOON : TONE_PLAIN;
    tag_text(o, tone, say_(c, str_c(like_key(c, p->u, link->state == LINK_SAME ? "same"
                                           : link->state == LINK_PROPOSED ? "proposed" : "not-same"))));
    bool second = link->state == LINK_PROPOSED && !str_eq(link->officer, c->who->id);
    if (second && access_may(c, p->u->link, p->mine->dossier) && access_may(c, p->u->view, l.dossier))
        act_button(o, BTN_QUIET, "person.second", "/%s/%s/link/%s/confirm", str_c(p->u->path), p->mine->id, link->id);
    if (access_may(c, p->u->link, l.dossier))
        act_button(o, BTN_QUIET, "person.undo", "/%s/%s/link/%s/undo", str_c(p->u->path), p->mine->id, link->id);
    return ERR_OK;
}

static enum err decide_part(const struct page_of *p, struct str other, bool hers)
{
    struct ctx *c = p->c;
    struct out *o = p->o;
    struct thing_link link;
    struct str path = str_c(p->u->path);
    TRY(link_between(c, p->mine->id, other, &link));
    if (link.state != LINK_NONE)
        return link_part(p, &link);
    if (!access_may(c, p->u->link, p->mine->dossier))
        return ERR_OK;
    if (!hers) {
        act_button(o, BTN_QUIET, "person.ask", "/%s/%s/ask/%s", path, p->mine->id, other);
        return ERR_OK;
    }
    act_button_(o, BTN_QUIET, like_key(c, p->u, "is-same"), path_of(c, "/%s/%s/same/%s", path, p->mine->id, other));
    act_button_(o, BTN_QUIET, like_key(c, p->u, "is-not"), path_of(c, "/%s/%s/different/%s", path, p->mine->id, other));
    return ERR_OK;
}

/* Outside her scope the officer sees that there is one, how likely, and in which
 * department; never who, nor which office. */
static enum err candidate(const struct page_of *p, const struct match_candidate *m, bool may_look, size_t *shown)
{
    struct ctx *c = p->c;
    struct out *o = p->o;
    struct found f;
    int64_t until;
    bool gone;
    TRY(like_load(c, p->u, m, &f, &gone));
    if (gone || (!f.hers && !may_look))
        return ERR_OK;
    ++*shown;
    found_begin(c, o, &f);
    reason_rows(c, o, p->u, m, f.open && access_opened(c, p->mine->dossier, &until));   /* both names stand there */
    TRY(decide_part(p, m->id, f.hers));
    step_end(o);
    return ERR_OK;
}

/* ---- equal numbers ------------------------------------------------------------------------------------- */

static enum err own_line(struct ctx *c, struct out *o, const struct number_hit *h)
{
    struct work_case k;
    TRY(work_case(c, h->case_id, &k));
    step_begin(o, TONE_PLAIN);
    text(o, say_join(c, "thing.number", str_c(h->what)));
    html(o, ": ");
    link_text(o, str_join(&c->mem, say_join(c, "thing.one", str_c(h->u->kind)), STR(", "), k.code),
              "/case/%s/%s/%s", k.id, str_c(h->u->kind), h->id);
    whereabouts(c, o, &k, true);
    step_end(o);
    return ERR_OK;
}

/* Those of one department together: she asks there once. */
static enum err others_line(struct ctx *c, struct out *o, const struct number_hit *h, size_t n, const struct page_of *p)
{
    step_begin(o, TONE_PLAIN);
    text(o, say_join(c, "thing.number", str_c(h->what)));
    step_note(o, SAYF(c, "thing.numbers-there", W_TEXT("where", place_text(c, h->department)), W_INT("n", (int64_t)n)));
    if (p && access_may(c, p->u->link, p->mine->dossier))
        act_button(o, BTN_QUIET, "person.ask", "/%s/%s/ask/%s", str_c(p->u->path), p->mine->id, h->id);
    step_end(o);
    return ERR_OK;
}

static bool listed(const struct match_candidate *m, size_t n, struct str id)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(m[i].id, id))
            return true;
    return false;
}

static bool same_far(const struct number_hit *a, const struct number_hit *b)
{
    return !a->hers && !b->hers && str_eq(a->department, b->department);
}

/* Hers one by one, others by department, each said where the first of them stands. */
static enum err number_lines(struct ctx *c, struct out *o, const struct page_of *p, const struct number_hit *h, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t there = 0, first = i;
        for (size_t k = 0; k < n; k++)
            if (same_far(&h[i], &h[k])) {
                first = k < first ? k : first;
                there++;
            }
        if (h[i].hers)
            TRY(own_line(c, o, &h[i]));
        else if (first == i)
            TRY(others_line(c, o, &h[i], there, p));
    }
    return ERR_OK;
}

/* "This number is also in N other records"; those that stand above already are not
 * said twice.  p NULL: nothing is saved yet. */
static enum err numbers_part(struct ctx *c, struct out *o, const struct page_of *p, struct number_hit *h, size_t n,
                             size_t total, const struct match_candidate *m, size_t n_m)
{
    size_t more = 0;
    for (size_t i = 0; i < n; i++)
        if (!listed(m, n_m, h[i].id))
            h[more++] = h[i];
    if (!more)
        return ERR_OK;
    para_text(o, SAYF(c, "thing.numbers", W_INT("n", (int64_t)total)));
    steps_begin(o, true);
    TRY(number_lines(c, o, p, h, more));
    steps_end(o);
    return ERR_OK;
}

/* ---- under a record ---------------------------------------------------------------------------------------- */

/* How many records are one by now; what verdicts did to the scores. */
static enum err group_part(const struct page_of *p)
{
    struct ctx *c = p->c;
    struct str *all;
    size_t n;
    struct match_calibration cal;
    TRY(link_group(c, p->mine->id, &all, &n));
    if (n > 1) {
        const struct word_arg args[] = { W_INT("n", (int64_t)n) };
        para_text(p->o, say_fmt_(c, str_c(like_key(c, p->u, "records")), args, 1));
    }
    match_index_calibration(things_index(c, p->u), &cal);
    if (cal.used) {
        para_text(p->o, SAYF(c, "person.calibrated", W_INT("n", (int64_t)cal.verdicts),
                             W_TEXT("bits", bits_text(c, cal.moved_mbits))));
    }
    return ERR_OK;
}

static void check_digit(struct ctx *c, struct out *o, const struct thing_use *u, const struct answers *a)
{
    if (u->tax && match_tax_check(answers_get(a, str_c(u->tax)), c->node->pack->country) == MATCH_CHECK_WRONG)
        notice(o, TONE_SOON, "thing.tax-wrong");
}

static void look_limit(struct ctx *c, struct out *o)
{
    notice_begin(o, TONE_SOON);
    para_text(o, SAYF(c, "person.look-limit", W_INT("n", c->node->pack->looks_per_day)));
    notice_end(o);
}

enum err things_page_part(struct ctx *c, struct out *o, const struct work_case *k, const struct record *r)
{
    struct page_of p = { c, o, thing_find(r->kind), r };
    struct match_candidate *m;
    struct number_hit hit[NUMBER_HITS];
    struct record full;
    size_t n, hits, total, shown = 0;
    bool may_look;
    (void)k;
    TRY(record_load(c, r->id, &full));
    struct answers a = kind_answers(c, &full);
    struct match_record me = thing_record(c, p.u, &a, record_i64(&full, "at"));
    TRY(look_asked(c, r->dossier, r->id, &me, &may_look));
    TRY(like_of(c, p.u, &me, r->id, &m, &n));
    TRY(numbers_elsewhere(c, p.u, r->id, &a, may_look, hit, &hits, &total));
    part_begin(o, like_key(c, p.u, "earlier"));
    check_digit(c, o, p.u, &a);
    steps_begin(o, true);
    for (size_t i = 0; i < n; i++)
        TRY(candidate(&p, &m[i], may_look, &shown));
    steps_end(o);
    TRY(numbers_part(c, o, &p, hit, hits, total, m, n));
    TRY(group_part(&p));
    if (!may_look)
        look_limit(c, o);
    if (!things_ready(c))
        small(o, "person.still-loading");
    else if (!shown && !total && may_look)
        empty(o, like_key(c, p.u, "nobody-like"));
    small(o, "person.never-merged");
    section_end(o);
    return ERR_OK;
}

/* ---- before anything is saved ------------------------------------------------------------------------------- */

/* One candidate: which it is where she may see that, else how likely and in which
 * department. */
static enum err seen_before(struct ctx *c, struct out *o, const struct thing_use *u, const struct match_candidate *m,
                            bool asked, size_t *shown)
{
    struct found f;
    bool gone;
    TRY(like_load(c, u, m, &f, &gone));
    if (gone || (!f.hers && !asked))
        return ERR_OK;
    ++*shown;
    found_begin(c, o, &f);
    reason_rows(c, o, u, m, f.open);
    step_end(o);
    return ERR_OK;
}

static bool says_enough(const struct thing_use *u, const struct match_record *m)
{
    size_t given = str_trim(m->given).n, surname = str_trim(m->surname).n;
    bool name = given > 1 || surname > 1 || str_trim(m->alias).n > 1;
    bool more = (given > 1 && surname > 1) || m->birth.n || m->has_age;
    bool number = m->phones[0].n || m->phones[1].n;
    for (size_t i = 0; i < MATCH_IDS; i++)
        number = number || m->ids[i].value.n;
    return number || (name && more) || (u->by_name && given + surname > 3);
}

/* While she types she sees what is in her own files.  The button asks about
 * everything, and is a question put: it counts, whatever comes of it. */
enum err things_look(struct ctx *c, struct out *o, const char *kind, const struct work_case *k,
                     const struct answers *a, bool typing)
{
    const struct thing_use *u = thing_find(str_c(kind));
    struct match_record me = thing_record(c, u, a, c->now_us);
    struct match_candidate *m;
    struct number_hit hit[NUMBER_HITS];
    size_t n, hits, total, shown = 0;
    bool asked = false;
    if (!says_enough(u, &me)) {
        if (!typing)
            notice(o, TONE_PLAIN, like_key(c, u, "say-more"));
        return ERR_OK;
    }
    if (!typing)
        TRY(look_asked(c, kind_dossier(c, kind_find(str_c(kind)), k), k->id, &me, &asked));
    TRY(like_of(c, u, &me, (struct str){ 0 }, &m, &n));
    TRY(numbers_elsewhere(c, u, (struct str){ 0 }, a, asked, hit, &hits, &total));
    part_begin(o, like_key(c, u, "earlier"));
    steps_begin(o, true);
    for (size_t i = 0; i < n; i++)
        TRY(seen_before(c, o, u, &m[i], asked, &shown));
    steps_end(o);
    TRY(numbers_part(c, o, NULL, hit, hits, total, m, n));
    if (!typing && !asked)
        para_text(o, SAYF(c, "person.look-limit", W_INT("n", c->node->pack->looks_per_day)));
    else if (!shown && !total)
        empty(o, like_key(c, u, typing ? "nobody-here" : "nobody-like"));
    section_end(o);
    return ERR_OK;
}

enum err workplace_look(struct ctx *c, struct out *o, const struct work_case *k, const struct answers *a, bool typing)
{
    return things_look(c, o, "workplace", k, a, typing);
}

enum err employer_look(struct ctx *c, struct out *o, const struct work_case *k, const struct answers *a, bool typing)
{
    return things_look(c, o, "employer", k, a, typing);
}

enum err vehicle_look(struct ctx *c, struct out *o, const struct work_case *k, const struct answers *a, bool typing)
{
    return things_look(c, o, "vehicle", k, a, typing);
}
