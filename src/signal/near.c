/* near.c - which earlier signals speak of the same place and matter. */
#include "signal/near.h"

#include "base/node.h"
#include "db/db.h"
#include "pack/pack.h"
#include "page/names.h"
#include "things/things.h"

/* ---- the words of a place ------------------------------------------------------------------- */

/* Words of every description of a way, folded; Spanish, then English.  This project's
 * own list, from common use; it is short and wants local eyes. */
static const char of_ways[] = " a al ante antes aqui alla alli como con creo cual cuando de del despues desde donde el ella en "
    "entre es esa ese eso esta este esto hacia hasta hay la las le lo los mas me mi muy ni no nos o otro otra para pasando "
    "pasar pero por que queda sabemos sabe se segun si sin sobre su sus tiene un una unas uno unos y ya yo "
    "alado atras detras delante enfrente frente adelante arriba abajo lado costado cerca lejos fondo medio dentro afuera "
    "entrando entrada saliendo salida llegando doblando pasa camino calle avenida ruta km kms kilometro kilometros metros "
    "cuadra cuadras barrio compania colonia zona lugar sitio parte pueblo ciudad departamento distrito provincia casa casas "
    "galpon patio porton muro rancho puente rio arroyo laguna plaza escuela iglesia cancha terminal parada esquina tierra "
    "asfalto empedrado familia nombre dueno llama llaman grande chica chico amarilla amarillo azul rojo roja verde blanca "
    "blanco "
    "about after an and at before behind beside between bridge by city corner county district down far farm from front "
    "house in inside is it know left lives name near next of off on opposite over past place right river road school side "
    "street that the there they to town turn up village we where which with yard market ";

static bool of_way(struct str w)
{
    char z[40];
    size_t at;
    if (w.n + 2 > sizeof z)
        return false;
    z[0] = z[w.n + 1] = ' ';
    memcpy(z + 1, w.p, w.n);
    return str_find(str_c(of_ways), (struct str){ z, w.n + 2 }, &at);
}

/* What tells this place from others: without words of the way, and without single
 * letters. */
static struct str telling(struct str folded, char room[MATCH_FIRM_MAX])
{
    struct str rest = folded, w;
    size_t n = 0;
    while (str_next(&rest, ' ', &w)) {
        if (of_way(w) || (w.n == 1 && !ascii_digit(w.p[0])) || n + w.n + 1 >= MATCH_FIRM_MAX)
            continue;
        if (n)
            room[n++] = ' ';
        memcpy(room + n, w.p, w.n);
        n += w.n;
    }
    return (struct str){ room, n };
}

static struct str department(struct ctx *c, struct str territory)
{
    const struct territory *t = territory.n ? pack_territory(c->node->pack, territory) : NULL;
    while (t && t->level > 1)
        t = pack_territory(c->node->pack, t->parent);
    return t && t->level == 1 ? t->id : (struct str){ 0 };
}

/* Told of one department, or of none. */
static bool department_fits(struct ctx *c, const struct signal *a, const struct signal *b)
{
    struct str x = department(c, a->territory), y = department(c, b->territory);
    return !x.n || !y.n || str_eq(x, y);
}

bool near_record(struct ctx *c, const struct answers *a, struct str territory, struct near_room *room,
                 struct match_record *out)
{
    struct match_firm where, what;
    match_firm(answers_get(a, STR("where_text")), room->firm, &where);
    match_firm(answers_get(a, STR("what")), room->what, &what);     /* for its kind of place alone */
    *out = (struct match_record){ .full = telling(where.name, room->words), .extra = where.what.n ? where.what : what.what,
        .region = department(c, territory), .country = c->node->pack ? c->node->pack->country : (struct str){ 0 } };
    return out->full.n > 0;
}

/* ---- the index (room things fills it) ----------------------------------------------------------- */

static int64_t near_us(struct ctx *c)
{
    return c->node->pack->signals_near_days * US_PER_DAY;
}

enum err signal_index_ids(struct ctx *c, struct rows *r, struct str after)
{
    return db_query(c, r, "SELECT id FROM signal_row WHERE id > $1 AND received_us >= $2 ORDER BY id LIMIT 500",
                    ARGS(TEXT(after), INT(c->now_us - 2 * near_us(c))));
}

bool signal_index_record(struct ctx *c, const struct record *r, struct match_record *out)
{
    struct near_room *room = NEW(&c->mem, struct near_room);
    struct answers a = signal_answers(c, r);
    return room && near_record(c, &a, record_get(r, "territory"), room, out);
}

/* ---- links -------------------------------------------------------------------------------------------- */

enum err project_signal_link(struct ctx *c, const struct record *r)
{
    TRY(db_exec(c, "DELETE FROM signal_link WHERE id = $1", ARGS(TEXT(r->id))));
    if (!record_is(r, "state", "same"))
        return ERR_OK;
    return db_exec(c,
        "INSERT INTO signal_link (id, a, b, case_id, officer, at_us) VALUES ($1, $2, $3, $4, $5, $6)",
        ARGS(TEXT(r->id), TEXT(record_get(r, "a")), TEXT(record_get(r, "b")), TEXT(record_get(r, "case")),
             TEXT(record_get(r, "by")), INT(record_i64(r, "at"))));
}

static enum err link_between(struct ctx *c, struct str a, struct str b, struct near_link *out)
{
    AUTO_ROWS r = { 0 };
    *out = (struct near_link){ .id = { 0 } };
    TRY(db_query(c, &r,
        "SELECT id, case_id, officer, at_us FROM signal_link WHERE (a = $1 AND b = $2) OR (a = $2 AND b = $1)"
        " ORDER BY at_us, id LIMIT 1", ARGS(TEXT(a), TEXT(b))));
    if (rows_next(&r))
        *out = (struct near_link){ row_str(&r, 0), row_str(&r, 1), row_str(&r, 2), row_i64(&r, 3) };
    return rows_end(&r);
}

static enum err linked_ids(struct ctx *c, struct str id, struct str *out, size_t max, size_t *n)
{
    AUTO_ROWS r = { 0 };
    size_t k = 0;
    TRY(db_query(c, &r, "SELECT CASE WHEN a = $1 THEN b ELSE a END FROM signal_link WHERE a = $1 OR b = $1"
                        " ORDER BY at_us DESC, id LIMIT $2", ARGS(TEXT(id), INT((int64_t)max))));
    while (k < max && rows_next(&r))
        out[k++] = row_str(&r, 0);
    *n = k;
    return rows_end(&r);
}

/* ---- what agrees ---------------------------------------------------------------------------------------- */

/* The codes that stand in both lists. */
static struct str in_both(struct ctx *c, struct str a, struct str b)
{
    struct buf out;
    struct str item;
    buf_init(&out, &c->mem, 1000);
    while (str_next(&a, ' ', &item)) {
        if (!item.n || !pack_has_word(b, item))
            continue;
        if (out.n)
            buf_char(&out, ' ');
        buf_put(&out, item);
    }
    return buf_str(&out);
}

/* As the other one wrote them: "coronel martinez, tebicuari". */
static struct str shared_words(struct ctx *c, const struct match_candidate *m)
{
    struct buf out;
    buf_init(&out, &c->mem, 1000);
    for (size_t i = 0; i < m->n_rows; i++) {
        const struct match_row *r = &m->rows[i];
        if (r->what > MATCH_SECOND || r->mbits <= 0 || !r->b.n)
            continue;
        if (out.n)
            buf_put(&out, STR(", "));
        buf_put(&out, r->b);
    }
    return buf_str(&out);
}

static bool same_kind(const struct match_candidate *m)
{
    for (size_t i = 0; i < m->n_rows; i++)
        if (m->rows[i].what == MATCH_EXTRA && !strcmp(m->rows[i].level, "exact"))
            return true;
    return false;
}

static enum err case_of(struct ctx *c, struct str id, struct work_case *k)
{
    struct verdict may;
    *k = (struct work_case){ .id = { 0 } };
    if (!id.n)
        return ERR_OK;
    TRY(work_case(c, id, k));
    TRY(access_check(c, "case.view", k->route, &may));
    if (!may.allowed)
        *k = (struct work_case){ .id = { 0 } };
    return ERR_OK;
}

/* One of them as her office may see it; *yes false: not hers, not there any more, or
 * told too long before or after. */
static enum err show(struct ctx *c, const struct signal *s, struct str id, bool any_time, struct near_signal *out, bool *yes)
{
    enum err e = signal_get(c, id, &out->s);
    *yes = false;
    if (e == ERR_NOT_FOUND || e == ERR_DENIED) {
        c->fault = (struct fault){ 0 };
        return ERR_OK;
    }
    TRY(e);
    int64_t apart = out->s.received_us - s->received_us;
    if (!any_time && (apart > near_us(c) || apart < -near_us(c)))
        return ERR_OK;
    TRY(link_between(c, s->id, id, &out->link));
    TRY(case_of(c, out->s.case_id, &out->k));
    out->signs = in_both(c, s->title, out->s.title);
    out->district = str_eq(out->s.territory, s->territory) && !str_eq(s->territory, c->node->pack->country);
    *yes = true;
    return ERR_OK;
}

bool near_waits(const struct signal *s)
{
    return !s->case_id.n && (str_is(s->state, "received") || str_is(s->state, "looking"));
}

static bool listed(const struct near_signal *v, size_t n, struct str id)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(v[i].s.id, id))
            return true;
    return false;
}

enum { LINKED = 20, LOOK_AT = 100 };

static enum err candidates(struct ctx *c, const struct signal *s, struct match_record *m, struct match_candidate **out, size_t *n)
{
    struct record r;
    struct near_room *room = NEW(&c->mem, struct near_room);
    *n = 0;
    TRY(ctx_check(c));
    TRY(record_load(c, s->id, &r));
    struct answers a = signal_answers(c, &r);
    struct match_index *ix = index_of(c, "signal");
    if (!ix || !near_record(c, &a, s->territory, room, m))
        return ERR_OK;
    TRY(things_catch_up(c));
    return match_lookup_from(c, ix, m, NEAR_FLOOR, LOOK_AT, out, n, NULL);
}

static void agree(struct ctx *c, const struct match_record *me, const struct match_candidate *m, struct near_signal *x)
{
    x->mbits = m->mbits;
    x->words = shared_words(c, m);
    x->kind = same_kind(m) ? arena_dup(&c->mem, me->extra) : (struct str){ 0 };
}

enum err near_list(struct ctx *c, const struct signal *s, struct near_signal **out, size_t *n)
{
    struct str linked[LINKED];
    struct match_record me;
    struct match_candidate *m = NULL;
    struct near_signal *v = NEW_N(&c->mem, struct near_signal, LINKED + NEAR_SHOWN);
    size_t n_linked, n_m, k = 0;
    bool yes;
    TRY(ctx_check(c));
    TRY(linked_ids(c, s->id, linked, LINKED, &n_linked));
    TRY(candidates(c, s, &me, &m, &n_m));
    for (size_t i = 0; i < n_linked; i++) {
        v[k] = (struct near_signal){ .mbits = INT32_MIN };
        TRY(show(c, s, linked[i], true, &v[k], &yes));
        k += yes;
    }
    for (size_t i = 0; i < n_m; i++)                /* why, also of the linked ones */
        for (size_t j = 0; j < k; j++)
            if (str_eq(v[j].s.id, m[i].id))
                agree(c, &me, &m[i], &v[j]);
    for (size_t i = 0, more = 0; i < n_m && more < NEAR_SHOWN; i++) {
        if (str_eq(m[i].id, s->id) || listed(v, k, m[i].id))
            continue;
        v[k] = (struct near_signal){ .mbits = m[i].mbits };
        TRY(show(c, s, m[i].id, false, &v[k], &yes));
        if (!yes || !department_fits(c, s, &v[k].s))
            continue;
        agree(c, &me, &m[i], &v[k++]);
        more++;
    }
    *out = v;
    *n = k;
    return ERR_OK;
}

/* ---- linking, joining, undoing --------------------------------------------------------------------------- */

static enum err begin(struct ctx *c, struct str id, const char *verb, struct signal *s, struct draft **d)
{
    TRY(signal_get(c, id, s));
    TRY(access_need(c, "signal.link", s->dossier));
    TRY(draft_begin(c, id, verb, d));
    enum err e = signal_get(c, id, s);          /* again: another may have moved it before the lock */
    if (e)
        draft_drop(*d);
    return e;
}

static enum err end(struct ctx *c, struct draft *d, enum err e)
{
    if (!e)
        return draft_commit(c, d);
    draft_drop(d);
    return e;
}

struct link_at { struct str id, dossier; };

/* The office that coordinates the case reads the new signal from now on, and is told;
 * undoing takes back what was given here and nothing else. */
static enum err put_into(struct ctx *c, struct draft *d, const struct signal *s, const struct work_case *k, const struct link_at *link)
{
    struct verdict may;
    TRY(access_check(c, "signal.open_case", s->dossier, &may));
    if (!may.allowed)
        return FAIL(c, ERR_DENIED, may.key, "signal " STR_F, STR_A(s->id));
    if (!str_is(k->status, "open"))
        return FAIL(c, ERR_CONFLICT, "signal.case-closed", "case " STR_F, STR_A(k->id));
    draft_in(d, s->dossier);
    draft_set(d, "signal", s->id, "state", STR("acted"));
    draft_set(d, "signal", s->id, "case", k->id);
    draft_set(d, "signal", s->id, "officer", c->who->id);
    struct str grant = { 0 };
    if (!grant_exists(c, s->dossier, k->owner, LEVEL_READ))
        grant = grant_add(c, d, s->dossier, k->owner, LEVEL_READ, "duty", 0, (struct str){ 0 });
    draft_in(d, link->dossier);
    draft_set(d, "signal_link", link->id, "case", k->id);
    draft_set(d, "signal_link", link->id, "was", s->state);
    draft_set(d, "signal_link", link->id, "moved", s->id);
    if (grant.n)
        draft_set(d, "signal_link", link->id, "grant", grant);
    alert_add(c, d, k->route, k->id, k->owner, "joined", place_text(c, s->territory));
    return ctx_check(c);
}

static enum err same_locked(struct ctx *c, struct draft *d, const struct signal *s, const struct signal *other, bool *joined)
{
    struct near_link had;
    struct work_case k;
    struct verdict may;
    struct str id = id_new(&c->mem, c->now_us);
    TRY(link_between(c, s->id, other->id, &had));
    if (had.id.n)
        return FAIL(c, ERR_CONFLICT, "signal.same-already", "link " STR_F, STR_A(had.id));
    draft_in(d, s->dossier);
    draft_set(d, "signal_link", id, "a", s->id);
    draft_set(d, "signal_link", id, "b", other->id);
    draft_set(d, "signal_link", id, "state", STR("same"));
    draft_set(d, "signal_link", id, "by", c->who->id);
    draft_set_i64(d, "signal_link", id, "at", c->now_us);
    TRY(case_of(c, other->case_id, &k));
    TRY(access_check(c, "signal.open_case", s->dossier, &may));
    *joined = k.id.n && str_is(k.status, "open") && near_waits(s) && may.allowed;
    return *joined ? put_into(c, d, s, &k, &(struct link_at){ id, s->dossier }) : ctx_check(c);
}

enum err near_same(struct ctx *c, struct str id, struct str other_id, bool *joined)
{
    struct signal s, other;
    struct draft *d;
    if (str_eq(id, other_id))
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "signal " STR_F, STR_A(id));
    TRY(signal_get(c, other_id, &other));
    TRY(begin(c, id, "signal.link", &s, &d));
    return end(c, d, same_locked(c, d, &s, &other, joined));
}

/* The link of this signal, and the signal at its other end. */
static enum err link_of(struct ctx *c, struct str id, struct str link, struct record *l, struct str *other)
{
    TRY(access_record(c, link, l));
    bool a = str_eq(record_get(l, "a"), id), b = str_eq(record_get(l, "b"), id);
    if (!str_is(l->kind, "signal_link") || !record_is(l, "state", "same") || (!a && !b))
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "link " STR_F, STR_A(link));
    *other = a ? record_get(l, "b") : record_get(l, "a");
    return access_need(c, "signal.link", l->dossier);
}

static enum err join_locked(struct ctx *c, struct draft *d, const struct signal *s, struct str link)
{
    struct record l;
    struct str other_id;
    struct signal other;
    struct work_case k;
    TRY(link_of(c, s->id, link, &l, &other_id));
    TRY(signal_get(c, other_id, &other));
    TRY(case_of(c, other.case_id, &k));
    if (!k.id.n || !near_waits(s))
        return FAIL(c, ERR_CONFLICT, "signal.already", "signal " STR_F, STR_A(s->id));
    return put_into(c, d, s, &k, &(struct link_at){ link, l.dossier });
}

enum err near_join(struct ctx *c, struct str id, struct str link)
{
    struct signal s;
    struct draft *d;
    TRY(begin(c, id, "signal.link", &s, &d));
    return end(c, d, join_locked(c, d, &s, link));
}

static enum err take_out(struct ctx *c, struct draft *d, const struct record *l)
{
    struct str moved = record_get(l, "moved"), grant = record_get(l, "grant");
    struct signal s;
    TRY(signal_get(c, moved, &s));
    TRY(access_need(c, "signal.link", s.dossier));
    if (!str_eq(s.case_id, record_get(l, "case")) || !str_is(s.state, "acted"))
        return ERR_OK;                          /* something else happened to it since */
    draft_in(d, s.dossier);
    draft_set(d, "signal", moved, "case", (struct str){ 0 });
    draft_set(d, "signal", moved, "state", record_get(l, "was"));
    if (grant.n)
        draft_set(d, "access_grant", grant, "withdrawn", STR("yes"));
    return ctx_check(c);
}

static enum err undo_locked(struct ctx *c, struct draft *d, const struct signal *s, struct str link)
{
    struct record l;
    struct str other;
    TRY(link_of(c, s->id, link, &l, &other));
    draft_in(d, l.dossier);
    draft_set(d, "signal_link", link, "state", STR("undone"));
    return record_get(&l, "moved").n ? take_out(c, d, &l) : ctx_check(c);
}

enum err near_undo(struct ctx *c, struct str id, struct str link)
{
    struct signal s;
    struct draft *d;
    TRY(begin(c, id, "signal.unlink", &s, &d));
    return end(c, d, undo_locked(c, d, &s, link));
}
