/* person.c - the same person twice: the index in memory, the candidates with
 * their reasons, the link a person confirms and can undo. */
#include "person/found.h"
#include "person/link.h"

#include "base/node.h"
#include "db/db.h"
#include "pack/pack.h"
#include "page/names.h"

/* ---- from a record to what match/ compares ------------------------------------------------- */

static struct str field(const struct answers *a, const char *name)
{
    return answers_get(a, str_c(name));
}

static struct match_record match_of(struct ctx *c, const struct answers *a, int64_t told_us)
{
    int64_t age;
    struct match_record m = { .given = field(a, "first_name"), .surname = field(a, "second_name"),
        .alias = field(a, "known_as"), .birth = field(a, "birthdate"), .sex = field(a, "sex"),
        .nationality = field(a, "nationality"), .address = field(a, "address"),
        .country = c->node->pack ? c->node->pack->country : (struct str){ 0 } };
    m.ids[0] = (struct match_id){ STR("ci"), field(a, "identity_number") };
    m.phones[0] = field(a, "phone");
    struct str home = field(a, "home_territory");
    if (home.n)
        m.place = place_text(c, home);
    if (!m.birth.n && str_to_i64(field(a, "age_years"), &age) && age >= 0 && age < 120) {
        m.has_age = true;
        m.age = (int)age;
        m.age_on = told_us / US_PER_DAY;
    }
    return m;
}

struct match_record person_match_record(struct ctx *c, const struct record *r)
{
    struct answers a = kind_answers(c, r);
    return match_of(c, &a, record_i64(r, "at"));
}

static enum err index_one(struct ctx *c, struct str id)
{
    struct record r;
    TRY(record_load(c, id, &r));
    struct answers a = kind_answers(c, &r);
    struct match_record m = match_of(c, &a, record_i64(&r, "at"));
    return match_index_add(c, c->node->persons, id, &m);
}

/* With enough people the weights come from them, not from judgement; too few
 * teach nothing.  Then what reviewers decided. */
enum { ENOUGH_TO_LEARN = 2000 };

static enum err learn(struct ctx *c)
{
    bool kept;
    if (match_index_count(c->node->persons) >= ENOUGH_TO_LEARN)
        TRY(match_index_train(c, c->node->persons, &kept));
    return person_recalibrate(c);
}

enum err person_index_load(struct ctx *c, const int *stop)
{
    char last[ID_LEN + 1] = "";
    while (!__atomic_load_n(stop, __ATOMIC_RELAXED)) {
        struct ctx page;                         /* a page of memory at a time */
        ctx_init(&page, 64 << 20);
        page.db = c->db;
        page.node = c->node;
        AUTO_ROWS r = { 0 };
        struct str id[500];
        size_t n = 0;
        enum err e = db_query(&page, &r, "SELECT id FROM kind_row WHERE kind = 'person' AND id > $1 ORDER BY id LIMIT 500",
                              ARGS(TEXT(str_c(last))));
        while (!e && n < COUNT_OF(id) && rows_next(&r))
            id[n++] = row_str(&r, 0);
        if (!e)
            e = rows_end(&r);
        for (size_t i = 0; !e && i < n && !__atomic_load_n(stop, __ATOMIC_RELAXED); i++)
            e = index_one(&page, id[i]);
        if (n)
            memcpy(last, id[n - 1].p, ID_LEN);
        if (e)
            c->fault = page.fault;
        ctx_done(&page);
        if (e)
            return e;
        if (n < COUNT_OF(id))
            return learn(c);
    }
    return ERR_OK;
}

/* A saved person is known to the index at once: the next officer who types the
 * same name sees her. */
enum err person_more(struct ctx *c, struct draft *d, const struct work_case *k, struct str record,
                     const struct answers *a, struct facts *f)
{
    struct match_record m = match_of(c, a, c->now_us);
    (void)d;
    (void)k;
    (void)f;
    enum err e = match_index_add(c, c->node->persons, record, &m);
    if (e == ERR_NOMEM) {                        /* the index is full: saving goes on */
        log_line(LOG_WARN, "index of persons is full");
        c->fault = (struct fault){ 0 };
        return ERR_OK;
    }
    return e;
}

/* ---- candidates --------------------------------------------------------------------------------- */

enum { CANDIDATES = 6 };

/* What was decided, and what may still be: the second officer's word, or undoing. */
static enum err link_part(struct ctx *c, struct out *o, const struct record *mine, const struct person_link *link)
{
    struct record l;
    TRY(record_load(c, link->id, &l));
    bool may = access_may(c, "person.link", l.dossier);
    tag(o, link->state == LINK_SAME ? TONE_DONE : link->state == LINK_PROPOSED ? TONE_SOON : TONE_PLAIN,
        link->state == LINK_SAME ? "person.same" : link->state == LINK_PROPOSED ? "person.proposed" : "person.not-same");
    if (link->state == LINK_PROPOSED && may && !str_eq(link->officer, c->who->id))
        act_button(o, BTN_QUIET, "person.second", "/person/%s/link/%s/confirm", mine->id, link->id);
    if (may)
        act_button(o, BTN_QUIET, "person.undo", "/person/%s/link/%s/undo", mine->id, link->id);
    return ERR_OK;
}

/* Outside her scope the officer sees that there is someone, how likely, and in
 * which department; never who, nor which office. */
static enum err candidate(struct ctx *c, struct out *o, const struct record *mine,
                          const struct match_candidate *m, bool may_look)
{
    struct found f;
    struct person_link link;
    int64_t until;
    TRY(found_load(c, m, &f));
    bool open = f.open && access_opened(c, mine->dossier, &until);  /* both names stand there */
    TRY(link_between(c, mine->id, m->id, &link));
    if (!f.hers && !may_look)
        return ERR_OK;
    found_begin(c, o, &f);
    reason_rows(c, o, m, open);
    if (link.state != LINK_NONE) {
        TRY(link_part(c, o, mine, &link));
    } else if (f.hers) {
        act_button(o, BTN_QUIET, "person.is-same", "/person/%s/same/%s", mine->id, m->id);
        act_button(o, BTN_QUIET, "person.is-not", "/person/%s/different/%s", mine->id, m->id);
    } else {
        act_button(o, BTN_QUIET, "person.ask", "/person/%s/ask/%s", mine->id, m->id);
    }
    step_end(o);
    return ERR_OK;
}

/* An invented person with a guessed name would tell how likely someone is known
 * somewhere: so many different questions a day, no more. */
static enum err may_look_of(struct ctx *c, const struct record *r, bool *yes)
{
    const struct pack *p = c->node->pack;
    struct record full;
    TRY(record_load(c, r->id, &full));
    struct answers a = kind_answers(c, &full);
    struct match_record me = match_of(c, &a, record_i64(&full, "at"));
    return access_look(c, r->dossier, look_question(c, r->id, &me), pack_day_start_us(p, pack_local_day(p, c->now_us)),
                       p->looks_per_day, yes);
}

/* Who may be this person, herself left out. */
static enum err candidates_of(struct ctx *c, struct str id, struct match_candidate **out, size_t *n)
{
    struct record full;
    struct match_candidate *m;
    size_t got, dropped, kept = 0;
    TRY(record_load(c, id, &full));
    struct answers a = kind_answers(c, &full);
    struct match_record me = match_of(c, &a, record_i64(&full, "at"));
    TRY(match_lookup(c, c->node->persons, &me, CANDIDATES + 1, &m, &got, &dropped));
    for (size_t i = 0; i < got; i++)
        if (!str_eq(m[i].id, id) && m[i].mbits >= FOUND_FLOOR)
            m[kept++] = m[i];
    *out = m;
    *n = kept;
    return ERR_OK;
}

/* One candidate before anything is saved: who it is where she may see that, else
 * how likely and in which department. */
static enum err seen_before(struct ctx *c, struct out *o, const struct match_candidate *m, bool asked, size_t *shown)
{
    struct found f;
    TRY(found_load(c, m, &f));
    if (!f.hers && !asked)
        return ERR_OK;
    (*shown)++;
    found_begin(c, o, &f);
    reason_rows(c, o, m, f.open);
    step_end(o);
    return ERR_OK;
}

static bool says_enough(const struct match_record *m)
{
    bool name = str_trim(m->given).n > 1 || str_trim(m->surname).n > 1 || str_trim(m->alias).n > 1;
    bool more = (str_trim(m->given).n > 1 && str_trim(m->surname).n > 1) || m->birth.n || m->has_age;
    return m->ids[0].value.n || m->phones[0].n || (name && more);
}

/* While she types she sees the people of her own files.  The button asks about
 * everyone, and is a question put: it counts, whatever comes of it. */
enum err person_look(struct ctx *c, struct out *o, const struct work_case *k, const struct answers *a, bool typing)
{
    const struct pack *p = c->node->pack;
    struct match_record me = match_of(c, a, c->now_us);
    struct match_candidate *m;
    size_t n, dropped, shown = 0;
    bool asked = false;
    if (!says_enough(&me)) {
        if (!typing)
            notice(o, TONE_PLAIN, "person.say-more");
        return ERR_OK;
    }
    if (!typing)
        TRY(access_look(c, k->protection, look_question(c, k->id, &me),
                        pack_day_start_us(p, pack_local_day(p, c->now_us)), p->looks_per_day, &asked));
    TRY(match_lookup(c, c->node->persons, &me, CANDIDATES, &m, &n, &dropped));
    part_begin(o, "person.earlier");
    steps_begin(o, true);
    for (size_t i = 0; i < n; i++)
        if (m[i].mbits >= FOUND_FLOOR)
            TRY(seen_before(c, o, &m[i], asked, &shown));
    steps_end(o);
    if (!typing && !asked)
        para_text(o, SAYF(c, "person.look-limit", W_INT("n", p->looks_per_day)));
    else if (!shown)
        empty(o, typing ? "person.nobody-here" : "person.nobody-like");
    section_end(o);
    return ERR_OK;
}

/* How many records are one person by now; what verdicts did to the scores. */
static enum err group_part(struct ctx *c, struct out *o, struct str person)
{
    size_t n;
    struct match_calibration cal;
    TRY(person_records(c, person, &n));
    if (n > 1)
        para_text(o, SAYF(c, "person.records", W_INT("n", (int64_t)n)));
    match_index_calibration(c->node->persons, &cal);
    if (cal.used) {
        para_text(o, SAYF(c, "person.calibrated", W_INT("n", (int64_t)cal.verdicts),
                          W_TEXT("bits", bits_text(c, cal.moved_mbits))));
    }
    return ERR_OK;
}

enum err person_page_part(struct ctx *c, struct out *o, const struct work_case *k, const struct record *r)
{
    struct match_candidate *m;
    size_t n;
    bool may_look;
    TRY(may_look_of(c, r, &may_look));
    TRY(candidates_of(c, r->id, &m, &n));
    part_begin(o, "person.earlier");
    steps_begin(o, true);
    for (size_t i = 0; i < n; i++)
        TRY(candidate(c, o, r, &m[i], may_look));
    steps_end(o);
    TRY(group_part(c, o, r->id));
    if (!may_look) {
        notice_begin(o, TONE_SOON);
        para_text(o, SAYF(c, "person.look-limit", W_INT("n", c->node->pack->looks_per_day)));
        notice_end(o);
    }
    if (c->node->persons_ready && !__atomic_load_n(c->node->persons_ready, __ATOMIC_ACQUIRE))
        small(o, "person.still-loading");
    else if (!n && may_look)
        empty(o, "person.nobody-like");
    small(o, "person.never-merged");
    section_end(o);
    return panels(c, o, "person", "main", &(struct subject){ "person", r->id, k->code, r });
}

/* ---- confirming, undoing, asking -------------------------------------------------------------------- */

static enum err not_found(struct ctx *c, struct str id)
{
    return FAIL(c, ERR_NOT_FOUND, "error.not-found", "record " STR_F, STR_A(id));
}

static enum err mine_of(struct ctx *c, const struct request *rq, struct record *mine)
{
    TRY(access_record(c, rq->params[0], mine));
    TRY(access_need(c, "person.link", mine->dossier));
    return str_is(mine->kind, "person") ? ERR_OK : not_found(c, mine->id);
}

static enum err back_to(struct ctx *c, struct response *rs, const struct record *mine)
{
    return go_done(c, rs, "saved", "/case/%s/person/%s", record_get(mine, "case"), mine->id);
}

/* The score at which they decided, before earlier decisions moved it. */
static enum err score_of(struct ctx *c, const struct record *mine, struct str other, int32_t *mbits)
{
    struct match_candidate *m;
    size_t n;
    *mbits = INT32_MIN;
    TRY(candidates_of(c, mine->id, &m, &n));
    for (size_t i = 0; i < n; i++)
        if (str_eq(m[i].id, other))
            *mbits = m[i].raw_mbits;
    return ERR_OK;
}

static void put_link(struct ctx *c, struct draft *d, struct str id, const struct record *mine,
                     const struct record *theirs, const char *state, int32_t mbits)
{
    draft_set(d, "person_link", id, "a", mine->id);
    draft_set(d, "person_link", id, "b", theirs->id);
    draft_set(d, "person_link", id, "state", str_c(state));
    draft_set(d, "person_link", id, "by", c->who->id);
    draft_set_i64(d, "person_link", id, "at", c->now_us);
    if (mbits != INT32_MIN)
        draft_set_i64(d, "person_link", id, "mbits", mbits);
}

static bool is_suspect(const struct record *r)
{
    return record_is(r, "a/role", "suspect");
}

static enum err set_link(struct ctx *c, const struct request *rq, struct response *rs, const char *state)
{
    struct record mine, theirs;
    struct draft *d;
    int32_t mbits;
    bool same = strcmp(state, "same") == 0, apart = false;
    TRY(mine_of(c, rq, &mine));
    TRY(access_record(c, rq->params[1], &theirs));
    TRY(access_need(c, "person.view", theirs.dossier));
    if (!str_is(theirs.kind, "person") || str_eq(theirs.id, mine.id))
        return not_found(c, theirs.id);
    if (same)
        TRY(link_contradicts(c, mine.id, theirs.id, &apart));
    if (apart)
        return FAIL(c, ERR_CONFLICT, "person.kept-apart", "records are kept apart");
    TRY(score_of(c, &mine, theirs.id, &mbits));
    bool two = same && (is_suspect(&mine) || is_suspect(&theirs));
    TRY(draft_begin(c, record_get(&mine, "case"), "person.link", &d));
    struct str id = id_new(&c->mem, c->now_us);
    draft_in(d, mine.dossier);
    put_link(c, d, id, &mine, &theirs, two ? "proposed" : state, mbits);
    if (two)
        draft_set(d, "person_link", id, "two", STR("1"));
    TRY(draft_commit(c, d));
    TRY(person_recalibrate(c));
    return back_to(c, rs, &mine);
}

static enum err act_same(struct ctx *c, const struct request *rq, struct response *rs)
{
    return set_link(c, rq, rs, "same");
}

static enum err act_different(struct ctx *c, const struct request *rq, struct response *rs)
{
    return set_link(c, rq, rs, "different");
}

/* The link of this path, if it is hers to change. */
static enum err link_of(struct ctx *c, const struct request *rq, struct record *mine, struct record *link)
{
    TRY(mine_of(c, rq, mine));
    TRY(access_record(c, rq->params[1], link));
    TRY(access_need(c, "person.link", link->dossier));      /* it may stand in the other's file */
    if (!str_is(link->kind, "person_link") ||
        (!str_eq(record_get(link, "a"), mine->id) && !str_eq(record_get(link, "b"), mine->id)))
        return not_found(c, link->id);
    return ERR_OK;
}

static enum err act_undo(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct record mine, link;
    struct draft *d;
    TRY(link_of(c, rq, &mine, &link));
    TRY(draft_begin(c, record_get(&mine, "case"), "person.unlink", &d));
    draft_in(d, link.dossier);
    draft_set(d, "person_link", link.id, "state", STR("undone"));
    TRY(draft_commit(c, d));
    TRY(person_recalibrate(c));
    return back_to(c, rs, &mine);
}

/* The second officer: another one than who proposed it. */
static enum err act_confirm(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct record mine, link;
    struct draft *d;
    bool apart;
    TRY(link_of(c, rq, &mine, &link));
    if (!record_is(&link, "state", "proposed"))
        return FAIL(c, ERR_CONFLICT, "person.not-waiting", "link is not waiting");
    if (str_eq(record_get(&link, "by"), c->who->id))
        return FAIL(c, ERR_DENIED, "person.not-alone", "the second officer is another one");
    TRY(link_contradicts(c, record_get(&link, "a"), record_get(&link, "b"), &apart));
    if (apart)
        return FAIL(c, ERR_CONFLICT, "person.kept-apart", "records are kept apart");
    TRY(draft_begin(c, record_get(&mine, "case"), "person.link", &d));
    draft_in(d, link.dossier);
    draft_set(d, "person_link", link.id, "state", STR("same"));
    draft_set(d, "person_link", link.id, "second", c->who->id);
    TRY(draft_commit(c, d));
    TRY(person_recalibrate(c));
    return back_to(c, rs, &mine);
}

/* She may ask about whom her page shows her: nobody else has a likeness to ask for. */
static enum err shown_to_her(struct ctx *c, const struct record *mine, struct str other, bool *yes)
{
    struct match_candidate *m;
    size_t n;
    TRY(may_look_of(c, mine, yes));
    if (!*yes)
        return ERR_OK;
    TRY(candidates_of(c, mine->id, &m, &n));
    *yes = false;
    for (size_t i = 0; i < n; i++)
        *yes = *yes || str_eq(m[i].id, other);
    return ERR_OK;
}

/* The other office learns that a colleague asks; who she asks about stays with
 * the office that knows. */
static enum err act_ask(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct record mine, theirs;
    struct work_case k;
    struct draft *d;
    bool shown;
    TRY(mine_of(c, rq, &mine));
    TRY(shown_to_her(c, &mine, rq->params[1], &shown));
    if (!shown)
        return not_found(c, rq->params[1]);
    TRY(record_load(c, rq->params[1], &theirs));
    if (!str_is(theirs.kind, "person"))
        return not_found(c, theirs.id);
    TRY(work_case(c, record_get(&theirs, "case"), &k));
    TRY(draft_begin(c, k.id, "person.ask", &d));
    alert_add(c, d, k.route, k.id, k.owner, "asks", office_text(c, c->who->office));
    TRY(draft_commit(c, d));
    return back_to(c, rs, &mine);
}

const struct route person_routes[] = {
    { POST, "/person/:id/same/:other",      act_same,      .verb = "person.link", .help = "The same person: confirmed." },
    { POST, "/person/:id/different/:other", act_different, .verb = "person.link", .help = "Not the same person." },
    { POST, "/person/:id/link/:link/undo",  act_undo,      .verb = "person.link", .help = "Undo it." },
    { POST, "/person/:id/link/:link/confirm", act_confirm, .verb = "person.link", .help = "The second officer confirms." },
    { POST, "/person/:id/ask/:other",       act_ask,       .verb = "person.link", .help = "Ask the office that knows." },
    { 0 }
};
