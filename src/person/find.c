/* find.c - a name is said: which file is it, and does anybody else know her? */
#include "person/find.h"

#include "base/node.h"
#include "db/db.h"
#include "pack/pack.h"
#include "page/names.h"

/* ---- what was told ----------------------------------------------------------------------------- */

static bool is_said(struct str s)
{
    return str_trim(s).n > 1;
}

static bool two_words(struct str s)
{
    struct str t = str_trim(s);
    return t.n > 3 && memchr(t.p, ' ', t.n) != NULL;
}

static bool age_of(struct str s, int *age)
{
    int64_t n;
    if (!str_to_i64(str_trim(s), &n) || n < 0 || n >= 120)
        return false;
    *age = (int)n;
    return true;
}

static bool has_name(const struct find_question *q)
{
    return is_said(q->name) || is_said(q->surname) || is_said(q->known_as);
}

bool find_says_enough(const struct find_question *q, bool everyone)
{
    bool full = two_words(q->name) || (is_said(q->name) && is_said(q->surname));
    bool number = is_said(q->number) || is_said(q->phone), more = number || str_trim(q->born).n;
    if (everyone)
        return has_name(q) && more;
    return full || number || (has_name(q) && (more || is_said(q->place)));
}

static struct match_record asked(struct ctx *c, const struct find_question *q, bool everyone)
{
    struct match_record m = { .alias = str_trim(q->known_as), .country = c->node->pack->country };
    struct str name = str_trim(q->name), surname = str_trim(q->surname);
    if (surname.n) {
        m.given = name;
        m.surname = surname;
    } else {
        m.full = name;
    }
    m.has_age = age_of(q->born, &m.age);
    if (m.has_age)
        m.age_on = c->now_us / US_PER_DAY;
    else
        m.birth = str_trim(q->born);
    m.ids[0] = (struct match_id){ STR("ci"), str_trim(q->number) };
    m.phones[0] = str_trim(q->phone);
    if (!everyone)
        m.place = str_trim(q->place);
    return m;
}

/* ---- looking ------------------------------------------------------------------------------------- */

/* So many are looked at until enough of hers are among them. */
enum { LOOK_AT = 200 };

/* A number without a name: what agrees in it is shown as that, not as a likeness. */
enum { NUMBER_FLOOR = -16000 };

static const char *number_key(const struct match_candidate *m)
{
    return !strcmp(m->pass, "id") ? "find.same-number" : !strcmp(m->pass, "phone") ? "find.same-phone" : NULL;
}

struct wanted { bool hers, by_number; int32_t floor; };

/* Her file, and the grant does not leave persons out. */
static enum err may_read(struct ctx *c, struct found *f)
{
    struct record r;
    enum err e = f->hers ? access_record(c, f->m->id, &r) : ERR_OK;
    if (e != ERR_NOT_FOUND)
        return e;
    c->fault = (struct fault){ 0 };
    f->hers = f->open = false;
    return ERR_OK;
}

static enum err look_at(struct ctx *c, const struct match_candidate *m, const struct wanted *w, struct found *out, bool *yes)
{
    enum err e = found_load(c, m, out);
    *yes = false;
    if (e == ERR_NOT_FOUND) {                   /* erased since the index heard of it */
        c->fault = (struct fault){ 0 };
        return ERR_OK;
    }
    TRY(e);
    TRY(may_read(c, out));
    if (w->by_number)
        out->key = number_key(m);
    *yes = out->hers == w->hers && out->key;
    return ERR_OK;
}

static enum err look(struct ctx *c, const struct match_record *me, const struct wanted *w, struct found **out, size_t *n)
{
    struct match_candidate *m;
    size_t got, k = 0;
    bool yes;
    struct found *f = NEW_N(&c->mem, struct found, FIND_SHOWN);
    TRY(ctx_check(c));
    TRY(things_catch_up(c));
    TRY(match_lookup_from(c, things_index(c, thing_find(STR("person"))), me, w->floor, LOOK_AT, &m, &got, NULL));
    for (size_t i = 0; i < got && k < FIND_SHOWN; i++) {
        TRY(look_at(c, &m[i], w, &f[k], &yes));
        k += yes;
    }
    *out = f;
    *n = k;
    return ERR_OK;
}

static int64_t today_us(struct ctx *c)
{
    return pack_day_start_us(c->node->pack, pack_local_day(c->node->pack, c->now_us));
}

static enum err write_down(struct ctx *c, const struct found *f, size_t n, const char *what, struct str detail, bool *fresh)
{
    struct str *dossier = NEW_N(&c->mem, struct str, n + 1);
    TRY(ctx_check(c));
    for (size_t i = 0; i < n; i++)
        dossier[i] = f[i].record.dossier;
    return access_events_add(c, dossier, n, what, detail, today_us(c), fresh);
}

enum err find_own(struct ctx *c, const struct find_question *q, struct found **out, size_t *n)
{
    struct match_record me = asked(c, q, false);
    struct found *f;
    size_t k;
    TRY(access_need(c, "person.find", (struct str){ 0 }));
    struct wanted w = { .hers = true, .by_number = !has_name(q), .floor = has_name(q) ? FOUND_FLOOR : NUMBER_FLOOR };
    TRY(look(c, &me, &w, &f, &k));
    TRY(write_down(c, f, k, "find", (struct str){ 0 }, NULL));
    *out = f;
    *n = k;
    return ERR_OK;
}

/* ---- everyone -------------------------------------------------------------------------------------- */

/* Somebody's own office learns that another one asks: who asks is said, who is asked
 * about stays with the office that knows. */
static enum err tell_office(struct ctx *c, const struct found *f, const char *what)
{
    struct draft *d;
    TRY(draft_begin(c, f->k.id, "person.ask", &d));
    alert_add(c, d, f->k.route, f->k.id, f->k.owner, what, office_text(c, c->who->office));
    return draft_commit(c, d);
}

/* Each one of whom she is told: her dossier keeps who asked and what for, and where
 * the likeness is very high her office hears of it now, as when a glass is broken. */
static enum err account(struct ctx *c, const struct found *f, size_t n, struct str purpose)
{
    bool *fresh = NEW_N(&c->mem, bool, n + 1);
    TRY(ctx_check(c));
    TRY(write_down(c, f, n, "asked", purpose, fresh));
    for (size_t i = 0; i < n; i++)
        if (fresh[i] && f[i].m->mbits >= FOUND_VERY_LIKELY)
            TRY(tell_office(c, &f[i], "asked"));
    return ERR_OK;
}

/* Best first, so the first of a department is its likeliest. */
static enum err by_department(struct ctx *c, const struct found *f, size_t n, struct find_answer *a)
{
    a->far = NEW_N(&c->mem, struct find_far, n + 1);
    TRY(ctx_check(c));
    for (size_t i = 0; i < n; i++) {
        struct str d = department_of_place(c, f[i].k.territory);
        size_t at = 0;
        while (at < a->n && !str_eq(a->far[at].department, d))
            at++;
        if (at == a->n)
            a->far[a->n++] = (struct find_far){ d, f[i].m->mbits, 0 };
        a->far[at].persons++;
    }
    return ERR_OK;
}

enum err find_everyone(struct ctx *c, const struct find_question *q, struct str purpose, struct find_answer *out)
{
    const struct pack *p = c->node->pack;
    struct match_record me = asked(c, q, true);
    struct find_answer a = { 0 };
    struct found *f;
    TRY(access_need(c, "person.find_all", (struct str){ 0 }));
    purpose = str_trim(purpose);
    if (utf8_count(purpose) < FIND_PURPOSE || utf8_count(purpose) > FIND_PURPOSE_MAX)
        return FAIL(c, ERR_INPUT, "find.purpose", "%zu bytes", purpose.n);
    TRY(access_look(c, c->who->id, look_question(c, STR("all"), &me), today_us(c), p->looks_per_day, &a.allowed));
    if (a.allowed) {
        TRY(access_event(c, c->who->id, "ask_everyone", purpose));
        TRY(look(c, &me, &(struct wanted){ .floor = 0 }, &f, &a.who_n));
        TRY(account(c, f, a.who_n, purpose));
        TRY(by_department(c, f, a.who_n, &a));
        a.who = f;
    }
    *out = a;
    return ERR_OK;
}

enum err find_tell(struct ctx *c, const struct find_question *q, struct str purpose, struct str department,
                   struct find_answer *out, size_t *told)
{
    size_t n = 0;
    TRY(find_everyone(c, q, purpose, out));
    for (size_t i = 0; i < out->who_n; i++)
        if (str_eq(department_of_place(c, out->who[i].k.territory), department)) {
            bool first;
            TRY(found_asks(c, out->who[i].record.dossier, &first));
            if (first)
                TRY(tell_office(c, &out->who[i], "asks"));
            n++;
        }
    *told = n;
    return ERR_OK;
}
