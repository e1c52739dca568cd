/* admit.c - a question arrives at the answering node or at a guardian: is it for
 * us, with a guardian of ours, within the week's quota? */
#include "inquiry/inside.h"

/* How many more than the quota may be refused in writing before nothing is
 * written any more: what a broken node can put into this ledger in a week. */
enum { REFUSED_WRITTEN = 50 };

enum admission { ADMIT, ADMIT_NOT, ADMIT_SILENT };

static enum err admission(struct ctx *c, const struct letter *l, const char *role, enum admission *out)
{
    int64_t officer, office, node;
    struct str any = { 0 };
    TRY(count_asked(c, role, l->from, l->officer, any, &officer));
    TRY(count_asked(c, role, l->from, any, l->office, &office));
    TRY(count_asked(c, role, l->from, any, any, &node));
    *out = node >= INQUIRY_PER_NODE + REFUSED_WRITTEN ? ADMIT_SILENT
         : officer >= INQUIRY_PER_OFFICER || office >= INQUIRY_PER_OFFICE || node >= INQUIRY_PER_NODE ? ADMIT_NOT : ADMIT;
    return ERR_OK;
}

static void row_sets(struct ctx *c, struct draft *d, const struct letter *l, struct inquiry *q)
{
    q->dossier = dossier_new(d, "inquiry", (struct str){ 0 });
    q->run_dossier = dossier_new(d, "run", (struct str){ 0 });
    draft_in(d, q->dossier);
    draft_set(d, "inquiry", q->id, "run", l->run);
    draft_set(d, "inquiry", q->id, "role", q->role);
    draft_set(d, "inquiry", q->id, "state", q->state);
    draft_set(d, "inquiry", q->id, "purpose", l->purpose);
    draft_set(d, "inquiry", q->id, "case_ref", l->case_ref);
    draft_set(d, "inquiry", q->id, "asker", l->from);
    draft_set(d, "inquiry", q->id, "answering", l->answering);
    draft_set(d, "inquiry", q->id, "guardian", q->guardian);
    draft_set(d, "inquiry", q->id, "run_dossier", q->run_dossier);
    draft_set(d, "inquiry", q->id, "counted_officer", l->officer);
    draft_set(d, "inquiry", q->id, "counted_office", l->office);
    draft_set_i64(d, "inquiry", q->id, "asked", c->now_us);
    draft_in(d, q->run_dossier);
    secret_set(c, d, q->run, "asked", l->elements, ASKED_BYTES);
}

/* Counted and written down behind one lock per asking node: questions that come
 * at once are counted one after another. */
static enum err admit(struct ctx *c, const struct letter *l, const char *role, struct str guardians, struct inquiry *q)
{
    struct draft *d;
    enum admission may;
    TRY(draft_begin(c, str_join(&c->mem, STR("questions of "), l->from), "inquiry.receive", &d));
    enum err e = admission(c, l, role, &may);
    if (!e && may == ADMIT_SILENT)
        e = FAIL(c, ERR_BUSY, "inquiry.too-many-letters", "questions of " STR_F, STR_A(l->from));
    if (e) {
        draft_drop(d);
        return e;
    }
    *q = (struct inquiry){ .id = id_new(&c->mem, c->now_us), .run = l->run, .role = str_c(role),
        .state = may == ADMIT ? STR("received") : STR("refused"),
        .purpose = l->purpose, .asker = l->from, .answering = l->answering, .guardian = guardians };
    row_sets(c, d, l, q);
    return draft_commit(c, d);
}

/* Those that this node is paired with as guardians; the asker chooses among them,
 * and nobody guards herself. */
static enum err own_guardians(struct ctx *c, const struct letter *l, struct str *out)
{
    struct inquiry_peer g;
    *out = (struct str){ 0 };
    for (size_t i = 0; i < l->guardians; i++) {
        enum err e = inquiry_peer_find(c, l->guardian[i], &g);
        if (e && e != ERR_NOT_FOUND)
            return e;
        c->fault = (struct fault){ 0 };
        if (!e && g.guardian && !g.closed && !str_eq(g.node, l->from))
            *out = out->n ? str_join(&c->mem, *out, STR(" "), g.node) : g.node;
    }
    return out->n ? ctx_check(c) : bad_letter(c, "inquiry.no-guardian", l);
}

static bool named_guardian(const struct letter *l, struct str node)
{
    for (size_t i = 0; i < l->guardians; i++)
        if (str_eq(l->guardian[i], node))
            return true;
    return false;
}

enum err take_ask(struct ctx *c, const struct letter *l)
{
    struct str here = ledger_node_id(c->node->ledger), guardians = here;
    bool answering = str_eq(l->answering, here);
    struct inquiry q;
    if (!answering && !named_guardian(l, here))
        return bad_letter(c, "inquiry.not-for-us", l);
    if (!oprf_elements_ok(l->elements, l->n, 0))
        return bad_letter(c, "inquiry.bad-element", l);
    if (answering)
        TRY(own_guardians(c, l, &guardians));
    TRY(admit(c, l, answering ? "answer" : "guard", guardians, &q));
    if (!str_is(q.state, "refused"))
        return ERR_OK;
    struct letter no = { .kind = LETTER_REFUSE, .to = l->from, .words = STR("inquiry.no-questions-left") };
    return letter_send(c, &q, &no);
}
