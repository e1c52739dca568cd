/* acts.c - confirming, undoing, asking the office that knows. */
#include "things/inside.h"

#include "base/node.h"
#include "page/names.h"

static enum err not_found(struct ctx *c, struct str id)
{
    return FAIL(c, ERR_NOT_FOUND, "error.not-found", "record " STR_F, STR_A(id));
}

struct mine { struct record r; const struct thing_use *u; };

static enum err mine_of(struct ctx *c, const struct request *rq, struct mine *m)
{
    TRY(access_record(c, rq->params[0], &m->r));
    m->u = thing_find(m->r.kind);
    if (!m->u)
        return not_found(c, m->r.id);
    return access_need(c, m->u->link, m->r.dossier);
}

static enum err back_to(struct ctx *c, struct response *rs, const struct mine *m)
{
    return go_done(c, rs, "saved", "/case/%s/%s/%s", record_get(&m->r, "case"), str_c(m->u->kind), m->r.id);
}

/* Its profile, as the index compares it; answers of the whole record. */
static enum err profile_of(struct ctx *c, const struct mine *m, struct answers *a, struct match_record *me)
{
    struct record full;
    TRY(record_load(c, m->r.id, &full));
    *a = kind_answers(c, &full);
    *me = thing_record(c, m->u, a, record_i64(&full, "at"));
    return ctx_check(c);
}

/* The score at which they decided, before earlier decisions moved it. */
static enum err score_of(struct ctx *c, const struct mine *mine, struct str other, int32_t *mbits)
{
    struct match_candidate *m;
    struct match_record me;
    struct answers a;
    size_t n;
    *mbits = INT32_MIN;
    TRY(profile_of(c, mine, &a, &me));
    TRY(like_of(c, mine->u, &me, mine->r.id, &m, &n));
    for (size_t i = 0; i < n; i++)
        if (str_eq(m[i].id, other))
            *mbits = m[i].raw_mbits;
    return ERR_OK;
}

/* ---- same, or not ---------------------------------------------------------------------------------- */

static void put_link(struct ctx *c, struct draft *d, struct str id, const struct mine *mine,
                     const struct record *theirs, const char *state, int32_t mbits)
{
    draft_set(d, "thing_link", id, "kind", mine->r.kind);
    draft_set(d, "thing_link", id, "a", mine->r.id);
    draft_set(d, "thing_link", id, "b", theirs->id);
    draft_set(d, "thing_link", id, "state", str_c(state));
    draft_set(d, "thing_link", id, "by", c->who->id);
    draft_set_i64(d, "thing_link", id, "at", c->now_us);
    if (mbits != INT32_MIN)
        draft_set_i64(d, "thing_link", id, "mbits", mbits);
}

/* The other record, if she may see it and it is of the same kind. */
static enum err theirs_of(struct ctx *c, const struct request *rq, const struct mine *mine, struct record *theirs)
{
    TRY(access_record(c, rq->params[1], theirs));
    TRY(access_need(c, mine->u->view, theirs->dossier));
    bool ok = str_eq(theirs->kind, mine->r.kind) && !str_eq(theirs->id, mine->r.id);
    return ok ? ERR_OK : not_found(c, theirs->id);
}

static enum err set_link(struct ctx *c, const struct request *rq, struct response *rs, const char *state)
{
    struct mine mine;
    struct record theirs;
    struct draft *d;
    int32_t mbits;
    bool same = strcmp(state, "same") == 0, apart = false;
    TRY(mine_of(c, rq, &mine));
    TRY(theirs_of(c, rq, &mine, &theirs));
    if (same)
        TRY(link_contradicts(c, mine.r.id, theirs.id, &apart));
    if (apart)
        return FAIL(c, ERR_CONFLICT, "person.kept-apart", "records are kept apart");
    TRY(score_of(c, &mine, theirs.id, &mbits));
    bool two = same && mine.u->two && (mine.u->two(&mine.r) || mine.u->two(&theirs));
    TRY(draft_begin(c, record_get(&mine.r, "case"), mine.u->link, &d));
    struct str id = id_new(&c->mem, c->now_us);
    draft_in(d, mine.r.dossier);
    put_link(c, d, id, &mine, &theirs, two ? "proposed" : state, mbits);
    if (two)
        draft_set(d, "thing_link", id, "two", STR("1"));
    TRY(draft_commit(c, d));
    TRY(link_recalibrate(c, mine.u));
    return back_to(c, rs, &mine);
}

enum err thing_act_same(struct ctx *c, const struct request *rq, struct response *rs)
{
    return set_link(c, rq, rs, "same");
}

enum err thing_act_different(struct ctx *c, const struct request *rq, struct response *rs)
{
    return set_link(c, rq, rs, "different");
}

/* ---- a link there is ------------------------------------------------------------------------------------ */

/* The link of this path, if what `verb` asks is hers in its dossier: it may stand
 * in the other's file. */
static enum err link_of(struct ctx *c, const struct request *rq, bool change, struct mine *mine, struct record *link)
{
    TRY(mine_of(c, rq, mine));
    TRY(access_record(c, rq->params[1], link));
    TRY(access_need(c, change ? mine->u->link : mine->u->view, link->dossier));
    if (!link_is_kind(link->kind) ||
        (!str_eq(record_get(link, "a"), mine->r.id) && !str_eq(record_get(link, "b"), mine->r.id)))
        return not_found(c, link->id);
    return ERR_OK;
}

enum err thing_act_undo(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct mine mine;
    struct record link;
    struct draft *d;
    TRY(link_of(c, rq, true, &mine, &link));
    TRY(draft_begin(c, link.id, "thing.unlink", &d));
    draft_in(d, link.dossier);
    draft_set_field(d, link.kind, link.id, STR("state"), STR("undone"));
    TRY(draft_commit(c, d));
    TRY(link_recalibrate(c, mine.u));
    return back_to(c, rs, &mine);
}

static enum err waits_for_her(struct ctx *c, const struct record *link)
{
    struct thing_link now;
    bool apart;
    TRY(link_load(c, link->id, &now));
    if (now.state != LINK_PROPOSED)
        return FAIL(c, ERR_CONFLICT, "person.not-waiting", "link is not waiting");
    if (str_eq(now.officer, c->who->id))
        return FAIL(c, ERR_DENIED, "person.not-alone", "the second officer is another one");
    TRY(link_contradicts(c, record_get(link, "a"), record_get(link, "b"), &apart));
    return apart ? FAIL(c, ERR_CONFLICT, "person.kept-apart", "records are kept apart") : ERR_OK;
}

/* The second officer: another one than who proposed it.  She writes in one of the
 * two files and reads the other. */
enum err thing_act_confirm(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct mine mine;
    struct record link;
    struct draft *d;
    TRY(link_of(c, rq, false, &mine, &link));
    TRY(draft_begin(c, link.id, mine.u->link, &d));             /* undone or confirmed meanwhile, from either side */
    enum err e = waits_for_her(c, &link);
    if (e) {
        draft_drop(d);
        return e;
    }
    draft_in(d, link.dossier);
    draft_set_field(d, link.kind, link.id, STR("state"), STR("same"));
    draft_set_field(d, link.kind, link.id, STR("second"), c->who->id);
    TRY(draft_commit(c, d));
    TRY(link_recalibrate(c, mine.u));
    return back_to(c, rs, &mine);
}

/* ---- asking ------------------------------------------------------------------------------------------------- */

/* Whom she may ask about: what her page shows her, nobody else has a likeness to ask
 * for.  A number that several of one department have is asked about once, of all. */
struct asked { struct str id[NUMBER_HITS]; size_t n; };

static void ask_for(struct asked *a, struct str id)
{
    for (size_t i = 0; i < a->n; i++)
        if (str_eq(a->id[i], id))
            return;
    if (a->n < COUNT_OF(a->id))
        a->id[a->n++] = id;
}

static enum err shown_to_her(struct ctx *c, const struct mine *mine, struct str other, struct asked *out)
{
    struct match_candidate *m;
    struct match_record me;
    struct number_hit hit[NUMBER_HITS];
    struct answers a;
    size_t n, hits, total;
    bool may;
    out->n = 0;
    TRY(profile_of(c, mine, &a, &me));
    TRY(look_asked(c, mine->r.dossier, mine->r.id, &me, &may));
    if (!may)
        return ERR_OK;
    TRY(like_of(c, mine->u, &me, mine->r.id, &m, &n));
    TRY(numbers_elsewhere(c, mine->u, mine->r.id, &a, true, hit, &hits, &total));
    for (size_t i = 0; i < n; i++)
        if (str_eq(m[i].id, other))
            ask_for(out, other);
    for (size_t i = 0; i < hits; i++)
        for (size_t k = 0; str_eq(hit[i].id, other) && k < hits; k++)
            if (i == k || (!hit[k].hers && str_eq(hit[k].department, hit[i].department)))
                ask_for(out, hit[k].id);
    return ERR_OK;
}

/* The other office learns that a colleague asks; who or what she asks about stays
 * with the office that knows. */
static enum err tell_owner(struct ctx *c, struct str id)
{
    struct record theirs;
    struct work_case k;
    struct draft *d;
    bool first;
    TRY(record_load(c, id, &theirs));
    if (!thing_find(theirs.kind))
        return not_found(c, theirs.id);
    TRY(work_case(c, record_get(&theirs, "case"), &k));
    TRY(found_asks(c, theirs.dossier, &first));
    if (!first)
        return ERR_OK;
    TRY(draft_begin(c, k.id, "thing.ask", &d));
    alert_add(c, d, k.route, k.id, k.owner, str_is(theirs.kind, "person") ? "asks" : "asks-thing",
              office_text(c, c->who->office));
    return draft_commit(c, d);
}

enum err thing_act_ask(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct mine mine;
    struct asked a;
    TRY(mine_of(c, rq, &mine));
    TRY(shown_to_her(c, &mine, rq->params[1], &a));
    if (!a.n)
        return not_found(c, rq->params[1]);
    for (size_t i = 0; i < a.n; i++)
        TRY(tell_owner(c, a.id[i]));
    return back_to(c, rs, &mine);
}

const struct route thing_routes[] = {
    { GET,  "/things",                     things_several,      .verb = "thing.list", .help = "Places, employers and vehicles in several cases." },
    { POST, "/thing/:id/same/:other",      thing_act_same,      .verb = "thing.link", .help = "The same firm, place or vehicle: confirmed." },
    { POST, "/thing/:id/different/:other", thing_act_different, .verb = "thing.link", .help = "Not the same." },
    { POST, "/thing/:id/link/:link/undo",  thing_act_undo,      .verb = "thing.link", .help = "Undo it." },
    { POST, "/thing/:id/link/:link/confirm", thing_act_confirm, .verb = "thing.link", .help = "The second officer confirms." },
    { POST, "/thing/:id/ask/:other",       thing_act_ask,       .verb = "thing.link", .help = "Ask the office that knows." },
    { 0 }
};
