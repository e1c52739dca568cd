/* count.c - records, persons, and what of it may be shown. */
#include "programme/programme.h"

#include "base/node.h"
#include "db/db.h"
#include "match/match.h"
#include "pack/pack.h"
#include "things/things.h"

#include <stdlib.h>

/* ---- from the ledger ------------------------------------------------------------------------ */

const struct table programme_tables[] = {
    { "programme_person",
      "CREATE TABLE programme_person (id TEXT PRIMARY KEY, case_id TEXT NOT NULL, role TEXT NOT NULL,"
      " sex TEXT NOT NULL, age TEXT NOT NULL, at_us BIGINT NOT NULL);"
      "CREATE INDEX programme_person_case ON programme_person (case_id);" },
    { "programme_identified",
      "CREATE TABLE programme_identified (id TEXT PRIMARY KEY, case_id TEXT NOT NULL, person TEXT NOT NULL,"
      " month TEXT NOT NULL);"
      "CREATE INDEX programme_identified_case ON programme_identified (case_id);" },
};
const size_t programme_tables_n = COUNT_OF(programme_tables);

/* Age groups of the statistics of child labour (5-11, 12-14, 15-17), then of adults. */
static const struct { const char *group; int64_t from; } ages[] = {
    { "0-4", 0 }, { "5-11", 5 }, { "12-14", 12 }, { "15-17", 15 }, { "18-24", 18 }, { "25-59", 25 }, { "60", 60 } };

static struct str group_of_age(int64_t years)
{
    const char *group = "unknown";
    for (size_t i = 0; years >= 0 && years < 130 && i < COUNT_OF(ages); i++)
        if (years >= ages[i].from)
            group = ages[i].group;
    return str_c(group);
}

/* On the day of the record; only the group leaves what identifies her. */
static struct str age_of(const struct record *r)
{
    struct civil born, at = civil_from_days(record_i64(r, "at") / US_PER_DAY);
    int64_t years;
    if (date_parse(record_get(r, "a/birthdate"), &born)) {
        bool had = at.month > born.month || (at.month == born.month && at.day >= born.day);
        return group_of_age(at.year - born.year - !had);
    }
    return group_of_age(str_to_i64(record_get(r, "a/age_years"), &years) ? years : -1);
}

static enum err project_person(struct ctx *c, const struct record *r)
{
    TRY(db_exec(c, "DELETE FROM programme_person WHERE id = $1", ARGS(TEXT(r->id))));
    if (!record_get(r, "case").n)
        return ERR_OK;
    return db_exec(c, "INSERT INTO programme_person (id, case_id, role, sex, age, at_us) VALUES ($1, $2, $3, $4, $5, $6)",
                   ARGS(TEXT(r->id), TEXT(record_get(r, "case")), TEXT(record_get(r, "a/role")),
                        TEXT(record_get(r, "a/sex")), TEXT(age_of(r)), INT(record_i64(r, "at"))));
}

static enum err project_identified(struct ctx *c, const struct record *r)
{
    struct civil day;
    struct str status = record_get(r, "a/status");
    TRY(db_exec(c, "DELETE FROM programme_identified WHERE id = $1", ARGS(TEXT(r->id))));
    if (!record_get(r, "case").n || !(str_is(status, "presumed") || str_is(status, "identified")) ||
        !date_parse(record_get(r, "a/decided_on"), &day))
        return ERR_OK;
    return db_exec(c, "INSERT INTO programme_identified (id, case_id, person, month) VALUES ($1, $2, $3, $4)",
                   ARGS(TEXT(r->id), TEXT(record_get(r, "case")), TEXT(record_get(r, "a/person")),
                        TEXT(str_sub(record_get(r, "a/decided_on"), 0, 7))));
}

const struct projector programme_projectors[] = {
    { "person", project_person }, { "identification", project_identified },
};
const size_t programme_projectors_n = COUNT_OF(programme_projectors);

/* ---- what may be shown ------------------------------------------------------------------------- */

static bool hidden_row(const struct count_row *r)
{
    return r->shown != COUNT_PLAIN;
}

/* The smallest row that is shown and not nothing; NULL: none left. */
static struct count_row *smallest(struct count_row *row, size_t n)
{
    struct count_row *best = NULL;
    for (size_t i = 0; i < n; i++)
        if (!hidden_row(&row[i]) && row[i].persons > 0 && (!best || row[i].persons < best->persons))
            best = &row[i];
    return best;
}

/* What is hidden, beside a total and the rows that are shown, leaves open whether each
 * of the small rows is one or four; `least`: what is kept back is no more than that. */
static bool open_to_both(const struct count_row *row, size_t n)
{
    int64_t sum = 0, few = 0, kept = 0, least = INT64_MAX / 1000;
    for (size_t i = 0; i < n; i++) {
        sum += hidden_row(&row[i]) ? row[i].persons : 0;
        few += row[i].shown == COUNT_FEW;
        kept += row[i].shown == COUNT_KEPT;
        if (!hidden_row(&row[i]) && row[i].persons > 0 && row[i].persons < least)
            least = row[i].persons;
    }
    return !few || (sum - (PROGRAMME_FEW - 1) >= few - 1 + kept * PROGRAMME_FEW &&
                    sum - 1 <= (few - 1) * (PROGRAMME_FEW - 1) + kept * least);
}

void programme_hide(struct count_row *row, size_t n, bool adds_up)
{
    for (size_t i = 0; i < n; i++)
        row[i].shown = row[i].persons > 0 && row[i].persons < PROGRAMME_FEW ? COUNT_FEW : COUNT_PLAIN;
    while (adds_up && !open_to_both(row, n)) {
        struct count_row *more = smallest(row, n);
        if (more)
            more->shown = COUNT_KEPT;
        for (size_t i = 0; i < n && !more; i++)         /* not even which of them are small */
            row[i].shown = row[i].persons > 0 ? COUNT_KEPT : COUNT_PLAIN;
    }
}

void programme_hide_rest(struct count_row *row, size_t n, int64_t all)
{
    for (size_t i = 0; i < n; i++)
        if (!hidden_row(&row[i]) && row[i].persons < all && all - row[i].persons < PROGRAMME_FEW)
            row[i].shown = COUNT_KEPT;
}

/* ---- who is one person ---------------------------------------------------------------------------- */

static enum err standing(struct ctx *c, struct match_bond **out, size_t *n)
{
    enum { STEP = 1000 };
    struct match_bond *b = NULL;
    size_t k = 0, room = 0;
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r, "SELECT l.id, l.a, l.b, l.same, l.at_us FROM thing_link l WHERE l.kind = 'person' AND " LINK_STATE " < 2 ORDER BY l.id", NO_ARGS));
    while (rows_next(&r)) {
        if (k == room) {
            struct match_bond *more = NEW_N(&c->mem, struct match_bond, room + room / 2 + STEP);
            TRY(ctx_check(c));
            if (k)
                memcpy(more, b, k * sizeof *b);
            room += room / 2 + STEP;
            b = more;
        }
        b[k++] = (struct match_bond){ .id = row_str(&r, 0), .a = row_str(&r, 1), .b = row_str(&r, 2),
                                      .same = row_i64(&r, 3) == 1, .at_us = row_i64(&r, 4) };
    }
    *out = b;
    *n = k;
    return rows_end(&r);
}

struct one { struct str group, id, territory, sex, age, month; bool crime[4]; int64_t at_us; };

static int by_group(const void *pa, const void *pb)
{
    const struct one *a = pa, *b = pb;
    int d = str_cmp(a->group, b->group);
    if (d)
        return d;
    return a->at_us != b->at_us ? (a->at_us > b->at_us ? 1 : -1) : str_cmp(a->id, b->id);
}

struct ones { struct one *v; size_t n, room; };
enum { ONES_MAX = 2 * 1000 * 1000 };

static enum err keep(struct ctx *c, struct ones *o, struct one x)
{
    if (o->n == o->room) {
        struct one *more = NEW_N(&c->mem, struct one, o->room * 2 + 200);
        TRY(ctx_check(c));
        if (o->n)
            memcpy(more, o->v, o->n * sizeof *more);
        o->room = o->room * 2 + 200;
        o->v = more;
    }
    o->v[o->n++] = x;
    return ERR_OK;
}

/* Every record of somebody affected in a case of this very place.  An identification
 * that names no record of a person speaks for all of its case. */
static enum err load_place(struct ctx *c, struct str place, const struct match_groups *g, struct ones *o)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r,
        "SELECT p.id, p.sex, p.age, p.at_us, k.cl, k.fl, k.ht, k.criadazgo, coalesce((SELECT min(d.month)"
        "   FROM programme_identified d WHERE d.case_id = p.case_id AND (d.person = p.id OR NOT EXISTS"
        "    (SELECT 1 FROM programme_person z WHERE z.id = d.person))), '')"
        " FROM case_row k JOIN programme_person p ON p.case_id = k.id"
        " WHERE k.territory = $1 AND p.role = 'affected' ORDER BY p.id", ARGS(TEXT(place))));
    while (o->n < ONES_MAX && rows_next(&r)) {
        struct str id = row_str(&r, 0);
        TRY(keep(c, o, (struct one){ .group = match_group_of(g, id), .id = id, .sex = row_str(&r, 1), .age = row_str(&r, 2),
            .at_us = row_i64(&r, 3), .territory = place, .month = row_str(&r, 8),
            .crime = { row_i64(&r, 4), row_i64(&r, 5), row_i64(&r, 6), row_i64(&r, 7) } }));
    }
    return rows_end(&r);
}

static enum err load(struct ctx *c, struct str inside, const struct match_groups *g, struct ones *o)
{
    const struct pack *p = c->node->pack;
    for (size_t i = 0; i < p->territories_n; i++)
        if (pack_within(p, p->territories[i].id, inside))
            TRY(load_place(c, p->territories[i].id, g, o));
    if (o->n)
        qsort(o->v, o->n, sizeof *o->v, by_group);
    return ERR_OK;
}

/* ---- adding up -------------------------------------------------------------------------------------- */

static const char *const crimes[] = { "cl", "fl", "ht", "criadazgo" };

/* One of its child territories, or the territory itself when nobody said which. */
static struct str place_below(struct ctx *c, struct str territory, struct str inside)
{
    const struct territory *t = pack_territory(c->node->pack, territory);
    while (t && !str_eq(t->id, inside) && !str_eq(t->parent, inside))
        t = pack_territory(c->node->pack, t->parent);
    return t ? t->id : inside;
}

/* What her records together say. */
static struct one person_of(struct ctx *c, const struct one *v, size_t n, struct str inside)
{
    struct one p = v[0];
    p.age = STR("unknown");
    p.month = p.sex = (struct str){ 0 };
    for (size_t i = 0; i < n; i++) {
        bool knows = v[i].sex.n && !str_is(v[i].sex, "unknown");
        if (knows)
            p.sex = !p.sex.n || str_eq(p.sex, v[i].sex) ? v[i].sex : STR("unknown");
        if (str_is(p.age, "unknown"))
            p.age = v[i].age;
        if (v[i].month.n && (!p.month.n || str_cmp(v[i].month, p.month) < 0))
            p.month = v[i].month;
        for (size_t k = 0; k < COUNT_OF(p.crime); k++)
            p.crime[k] = p.crime[k] || v[i].crime[k];
    }
    if (!p.sex.n)
        p.sex = STR("unknown");
    if (!p.month.n)
        p.month = STR("none");
    p.territory = place_below(c, p.territory, inside);
    return p;
}

static enum err put(struct ctx *c, struct count_table *t, struct str key, int64_t records)
{
    enum { ROOM = 600 };
    size_t i = 0;
    if (!t->row)
        t->row = NEW_N(&c->mem, struct count_row, ROOM);
    TRY(ctx_check(c));
    while (i < t->n && !str_eq(t->row[i].key, key))
        i++;
    if (i == ROOM)
        return FAIL(c, ERR_CONFLICT, "programme.too-many", "rows of a table");
    if (i == t->n)
        t->row[t->n++] = (struct count_row){ .key = key };
    t->row[i].persons++;
    t->row[i].records += records;
    return ERR_OK;
}

static enum err add(struct ctx *c, struct programme *p, const struct one *who, int64_t records)
{
    p->all.persons++;
    p->all.records += records;
    TRY(put(c, &p->by[BY_MONTH], who->month, records));
    TRY(put(c, &p->by[BY_SEX], who->sex, records));
    TRY(put(c, &p->by[BY_AGE], who->age, records));
    TRY(put(c, &p->by[BY_PLACE], who->territory, records));
    for (size_t i = 0; i < COUNT_OF(crimes); i++)
        if (who->crime[i])
            TRY(put(c, &p->by[BY_CRIME], str_c(crimes[i]), records));
    return ERR_OK;
}

/* ---- in order ------------------------------------------------------------------------------------------ */

static size_t rank_of(enum count_by by, struct str key)
{
    static const char *const sexes[] = { "female", "male", "other", "unknown" };
    size_t i = 0;
    if (by == BY_SEX)
        while (i < COUNT_OF(sexes) && !str_is(key, sexes[i]))
            i++;
    else if (by == BY_CRIME)
        while (i < COUNT_OF(crimes) && !str_is(key, crimes[i]))
            i++;
    else if (by == BY_AGE)
        while (i < COUNT_OF(ages) && !str_is(key, ages[i].group))
            i++;
    else
        i = ascii_digit(key.p[0]);              /* months after "none"; places by their id */
    return i;
}

static void in_order(enum count_by by, struct count_table *t)
{
    for (size_t i = 1; i < t->n; i++)
        for (size_t j = i; j > 0; j--) {
            struct count_row x = t->row[j - 1], y = t->row[j];
            size_t rx = rank_of(by, x.key), ry = rank_of(by, y.key);
            if (rx < ry || (rx == ry && str_cmp(x.key, y.key) <= 0))
                break;
            t->row[j - 1] = y;
            t->row[j] = x;
        }
}

/* "none", "before", and the newest months. */
static void fold_months(struct count_table *t)
{
    size_t none = t->n && str_is(t->row[0].key, "none"), months = t->n - none;
    if (months <= PROGRAMME_MONTHS)
        return;
    size_t old = months - PROGRAMME_MONTHS;
    struct count_row *before = &t->row[none];
    before->key = STR("before");
    for (size_t i = 1; i < old; i++) {
        before->persons += before[i].persons;
        before->records += before[i].records;
    }
    memmove(before + 1, before + old, PROGRAMME_MONTHS * sizeof *before);
    t->n = none + 1 + PROGRAMME_MONTHS;
}

static enum err count_waiting(struct ctx *c, struct str inside, int64_t *n)
{
    AUTO_ROWS r = { 0 };
    *n = 0;
    TRY(db_query(c, &r,
        "SELECT k.territory, j.territory FROM thing_link l JOIN programme_person p ON p.id = l.a JOIN programme_person q ON q.id = l.b"
        " JOIN case_row k ON k.id = p.case_id JOIN case_row j ON j.id = q.case_id WHERE l.kind = 'person' AND " LINK_STATE " = 2 ORDER BY l.id", NO_ARGS));
    while (rows_next(&r))
        *n += pack_within(c->node->pack, row_peek(&r, 0), inside) || pack_within(c->node->pack, row_peek(&r, 1), inside);
    return rows_end(&r);
}

enum err programme_count(struct ctx *c, struct programme *out)
{
    struct match_bond *b;
    struct match_groups g;
    struct ones all = { .n = 0 };
    size_t bonds;
    TRY(access_need(c, "office.department", (struct str){ 0 }));
    struct programme p = { .territory = c->who->territory };
    TRY(standing(c, &b, &bonds));
    TRY(match_groups(c, b, bonds, &g));
    TRY(load(c, p.territory, &g, &all));
    for (size_t i = 0, k; i < all.n; i += k) {
        for (k = 1; i + k < all.n && str_eq(all.v[i + k].group, all.v[i].group); k++)
            ;
        struct one who = person_of(c, all.v + i, k, p.territory);
        TRY(add(c, &p, &who, (int64_t)k));
    }
    TRY(count_waiting(c, p.territory, &p.waiting));
    for (enum count_by by = 0; by < BY_N; by++)
        in_order(by, &p.by[by]);
    fold_months(&p.by[BY_MONTH]);
    for (enum count_by by = 0; by < BY_N; by++)
        programme_hide(p.by[by].row, p.by[by].n, by != BY_CRIME);
    programme_hide_rest(p.by[BY_CRIME].row, p.by[BY_CRIME].n, p.all.persons);
    programme_hide(&p.all, 1, false);
    if (p.all.shown != COUNT_PLAIN)             /* which rows there are would say who they are */
        memset(p.by, 0, sizeof p.by);
    *out = p;
    return ERR_OK;
}
