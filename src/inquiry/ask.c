/* ask.c - from a person's page to the first two letters; what either side says
 * after a hit. */
#include "inquiry/inside.h"

#include "base/node.h"
#include "db/db.h"
#include "page/names.h"

#include <stdlib.h>

const char *const inquiry_purposes[] = { "protect", "reunite", "investigate", "same_person", NULL };

static bool purpose_ok(struct str p)
{
    for (size_t i = 0; inquiry_purposes[i]; i++)
        if (str_is(p, inquiry_purposes[i]))
            return true;
    return false;
}

/* Officers are counted by other nodes under a name that says nothing. */
static struct str officer_alias(struct ctx *c)
{
    return blind_index(c, "inquiry officer", c->who->id);
}

enum err inquiry_left(struct ctx *c, struct inquiry_left *out)
{
    int64_t officer, office;
    struct str here = ledger_node_id(c->node->ledger), any = { 0 };
    TRY(count_asked(c, "ask", here, officer_alias(c), any, &officer));
    TRY(count_asked(c, "ask", here, any, c->who->office, &office));
    out->officer = officer < INQUIRY_PER_OFFICER ? INQUIRY_PER_OFFICER - officer : 0;
    out->office = office < INQUIRY_PER_OFFICE ? INQUIRY_PER_OFFICE - office : 0;
    return ERR_OK;
}

/* The guardians she asks with: those named, or all that this node is paired with.
 * One that answers is enough. */
static enum err guardians_for(struct ctx *c, const struct str *named, size_t named_n, struct inquiry_preview *out)
{
    struct inquiry_peer *p;
    size_t n;
    TRY(inquiry_peers(c, &p, &n));
    for (size_t i = 0; i < n && out->guardians < GUARDIANS_MAX; i++) {
        bool wanted = !named_n;
        for (size_t k = 0; k < named_n; k++)
            wanted = wanted || str_eq(named[k], p[i].node);
        if (wanted && p[i].guardian && !p[i].closed)
            out->guardian[out->guardians++] = p[i];
    }
    return out->guardians ? ERR_OK : FAIL(c, ERR_NOT_FOUND, "inquiry.no-guardian", "no guardian is paired");
}

static enum err person_here(struct ctx *c, struct str id, struct record *full, struct work_case *k)
{
    struct record seen;
    TRY(access_record(c, id, &seen));
    TRY(access_need(c, "inquiry.ask", seen.dossier));
    if (!str_is(seen.kind, "person"))
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "no person");
    TRY(record_load(c, id, full));
    return work_case(c, record_get(full, "case"), k);
}

static enum err preview(struct ctx *c, const struct inquiry_question *ask, struct inquiry_preview *out,
                        struct record *full, struct work_case *k, struct token_list *t)
{
    *out = (struct inquiry_preview){ 0 };
    TRY(person_here(c, ask->person, full, k));
    TRY(inquiry_peer_find(c, ask->answering, &out->answering));
    if (out->answering.guardian || out->answering.closed)
        return FAIL(c, ERR_INPUT, "inquiry.no-peer", "node " STR_F, STR_A(ask->answering));
    TRY(guardians_for(c, ask->guardian, ask->guardians, out));
    TRY(inquiry_left(c, &out->left));
    TRY(tokens_of(c, full, t));
    out->tokens = t->n;
    for (size_t i = 0; i < t->n; i++)
        out->count[t->kind[i]]++;
    out->case_ref = k->code;
    return ERR_OK;
}

enum err inquiry_preview(struct ctx *c, const struct inquiry_question *ask, struct inquiry_preview *out)
{
    struct record full;
    struct work_case k;
    struct token_list t;
    return preview(c, ask, out, &full, &k, &t);
}

/* Her tokens blinded one by one, filled up with random elements, in random
 * order: how many there are does not show. */
static enum err blind_tokens(struct ctx *c, const struct token_list *t, const unsigned char seed[KEY_LEN],
                             struct element *out, struct str *lines)
{
    struct buf b;
    struct str place[TOKENS_ASKED] = { { 0 } };
    struct scalar blind;
    AUTO_WIPE(blind);
    for (size_t i = 0; i < t->n; i++)
        place[i] = t->text[i];
    for (size_t i = TOKENS_ASKED - 1; i > 0; i--) {
        uint32_t v;
        random_bytes(&v, sizeof v);
        size_t j = v % (i + 1);                     /* 2^32 is so far above 64 that the bias is nothing */
        struct str keep = place[i];
        place[i] = place[j];
        place[j] = keep;
    }
    buf_init(&b, &c->mem, VALUE_MAX);
    for (size_t i = 0; i < TOKENS_ASKED; i++) {
        blind_of(seed, i, &blind);
        if (!place[i].n)
            element_random(&out[i]);
        else if (!oprf_blind(OPRF_VERIFIED, place[i], &blind, &out[i]))
            return FAIL(c, ERR_BUG, "error.internal", "blinding");
        buf_put(&b, place[i].n ? place[i] : STR("-"));
        buf_char(&b, '\n');
    }
    *lines = buf_str(&b);
    return ctx_check(c);
}

static void ask_sets(struct ctx *c, struct draft *d, const struct inquiry *q)
{
    draft_in(d, q->dossier);
    draft_set(d, "inquiry", q->id, "run", q->run);
    draft_set(d, "inquiry", q->id, "role", STR("ask"));
    draft_set(d, "inquiry", q->id, "state", STR("sent"));
    draft_set(d, "inquiry", q->id, "purpose", q->purpose);
    draft_set(d, "inquiry", q->id, "case_ref", q->case_ref);
    draft_set(d, "inquiry", q->id, "case", q->case_id);
    draft_set(d, "inquiry", q->id, "person", q->person);
    draft_set(d, "inquiry", q->id, "officer", c->who->id);
    draft_set(d, "inquiry", q->id, "office", c->who->office);
    draft_set(d, "inquiry", q->id, "counted_officer", officer_alias(c));
    draft_set(d, "inquiry", q->id, "counted_office", c->who->office);
    draft_set(d, "inquiry", q->id, "asker", q->asker);
    draft_set(d, "inquiry", q->id, "answering", q->answering);
    draft_set(d, "inquiry", q->id, "guardian", q->guardian);
    draft_set(d, "inquiry", q->id, "run_dossier", q->run_dossier);
    draft_set_i64(d, "inquiry", q->id, "asked", c->now_us);
}

static enum err keep_ask(struct ctx *c, struct inquiry *q, const unsigned char seed[KEY_LEN],
                         const struct element *blinded, struct str lines)
{
    struct draft *d;
    struct inquiry_left left;
    TRY(draft_begin(c, c->who->office, "inquiry.ask", &d));     /* one after another: the quota holds */
    enum err e = inquiry_left(c, &left);
    if (!e && (!left.officer || !left.office))
        e = FAIL(c, ERR_DENIED, "inquiry.no-questions-left", "officer %lld office %lld left",
                 (long long)left.officer, (long long)left.office);
    if (e) {
        draft_drop(d);
        return e;
    }
    q->run_dossier = dossier_new(d, "run", (struct str){ 0 });
    ask_sets(c, d, q);
    draft_in(d, q->run_dossier);
    secret_set(c, d, q->run, "seed", seed, KEY_LEN);
    secret_set(c, d, q->run, "blinded", blinded, TOKENS_ASKED * OPRF_ELEMENT);
    draft_set(d, "inquiry_run", q->run, "tokens", lines);
    return draft_commit(c, d);
}

static enum err send_ask(struct ctx *c, const struct inquiry *q, const struct element *blinded)
{
    struct letter l = { .kind = LETTER_ASK, .purpose = q->purpose, .case_ref = q->case_ref, .officer = officer_alias(c),
        .office = c->who->office, .answering = q->answering, .elements = blinded, .n = TOKENS_ASKED, .to = q->answering };
    l.guardians = guardians_of(q, l.guardian);
    TRY(letter_send(c, q, &l));
    for (size_t i = 0; i < l.guardians; i++) {
        l.to = l.guardian[i];
        TRY(letter_send(c, q, &l));
    }
    return ERR_OK;
}

static struct str guardian_ids(struct ctx *c, const struct inquiry_preview *p)
{
    struct str out = p->guardian[0].node;
    for (size_t i = 1; i < p->guardians; i++)
        out = str_join(&c->mem, out, STR(" "), p->guardian[i].node);
    return out;
}

static enum err ask_in(struct ctx *c, const struct inquiry_question *ask, struct inquiry *q)
{
    struct inquiry_preview p;
    struct record full;
    struct work_case k;
    struct token_list t;
    unsigned char seed[KEY_LEN];
    struct element blinded[TOKENS_ASKED];
    struct str lines;
    AUTO_WIPE(seed);
    TRY(preview(c, ask, &p, &full, &k, &t));
    if (!t.n)
        return FAIL(c, ERR_INPUT, "inquiry.nothing-to-ask", "no tokens");
    random_bytes(seed, sizeof seed);
    TRY(blind_tokens(c, &t, seed, blinded, &lines));
    *q = (struct inquiry){ .id = id_new(&c->mem, c->now_us), .run = id_new(&c->mem, c->now_us), .purpose = ask->purpose,
        .case_ref = k.code, .case_id = k.id, .person = ask->person, .asker = ledger_node_id(c->node->ledger),
        .answering = ask->answering, .guardian = guardian_ids(c, &p), .dossier = full.dossier };
    TRY(keep_ask(c, q, seed, blinded, lines));
    return send_ask(c, q, blinded);
}

enum err inquiry_ask(struct ctx *c, const struct inquiry_question *ask, struct str *id)
{
    struct ctx room;
    struct inquiry q = { .id = { 0 } };
    if (!purpose_ok(ask->purpose))
        return FAIL(c, ERR_INPUT, "inquiry.which-purpose", "purpose of %zu bytes", ask->purpose.n);
    if (!ask->confirmed)
        return FAIL(c, ERR_INPUT, "inquiry.not-confirmed", "not confirmed");
    room_begin(&room, c);                           /* tokens and blinds are wiped with it */
    room.who = c->who;
    enum err e = ask_in(&room, ask, &q);
    if (e && !c->fault.code)
        c->fault = room.fault;
    else if (!e)
        *id = arena_dup(&c->mem, q.id);
    room_end(&room);
    TRY(e);
    return ctx_check(c);
}

/* ---- what hit arrives at the answering node ---------------------------------------------- */

struct hit { struct str person, token; };
struct hits { struct hit *hit; size_t n, room; };

static enum err hit_add(struct ctx *c, struct hits *h, struct str person, struct str token)
{
    if (h->n == h->room) {
        size_t room = h->room ? h->room * 2 : 64;
        struct hit *more = NEW_N(&c->mem, struct hit, room);
        TRY(ctx_check(c));
        if (h->n)
            memcpy(more, h->hit, h->n * sizeof *more);
        h->hit = more;
        h->room = room;
    }
    h->hit[h->n++] = (struct hit){ arena_dup(&c->mem, person), token };
    return ctx_check(c);
}

static int by_claim(const void *a, const void *b)
{
    return memcmp(a, b, TAG_LEN_);
}

/* The tokens of this piece whose claims were shown, with their persons. */
static enum err piece_hits(struct ctx *c, struct ctx *room, const struct inquiry *q, const struct record *run, size_t i,
                           const unsigned char *claims, struct hits *h)
{
    struct set_piece p;
    struct str text, values;
    TRY(run_blob(room, q, run, numbered("set", i).z, &text));
    TRY(run_blob(room, q, run, of_guardian("values", (size_t)record_i64(run, "via"), i).z, &values));
    TRY(piece_read(room, text, &p));
    if (values.n != p.n * 2 * TAG_LEN_)
        return FAIL(room, ERR_CORRUPT, "error.internal", "values of piece %zu", i);
    for (size_t k = 0; k < p.n; k++) {
        if (!bsearch(values.p + k * 2 * TAG_LEN_ + TAG_LEN_, claims, TOKENS_ASKED, TAG_LEN_, by_claim))
            continue;
        struct str token = arena_dup(&c->mem, p.token[k].text);
        for (size_t m = 0; m < p.token[k].persons.n; m += ID_LEN)
            TRY(hit_add(c, h, str_sub(p.token[k].persons, m, ID_LEN), token));
    }
    return ERR_OK;
}

static enum err all_hits(struct ctx *c, const struct inquiry *q, const struct letter *l, struct hits *h)
{
    struct record run;
    unsigned char claims[TOKENS_ASKED * TAG_LEN_];
    enum err e = ERR_OK;
    AUTO_WIPE(claims);
    memcpy(claims, l->tags, sizeof claims);
    qsort(claims, TOKENS_ASKED, TAG_LEN_, by_claim);
    TRY(run_load(c, q, &run));
    size_t pieces = set_pieces((size_t)record_i64(&run, "size"));
    for (size_t i = 0; !e && i < pieces; i++) {
        struct ctx room;
        room_begin(&room, c);
        e = piece_hits(c, &room, q, &run, i, claims, h);
        if (e && !c->fault.code)
            c->fault = room.fault;
        room_end(&room);
    }
    return e;
}

static int by_person(const void *a, const void *b)
{
    return str_cmp(((const struct hit *)a)->person, ((const struct hit *)b)->person);
}

/* Which one person do the shown claims speak of?  The most kinds wins. */
static struct str who_hit(struct hits *h)
{
    struct str person = { 0 };
    int best = 0;
    if (h->n)
        qsort(h->hit, h->n, sizeof *h->hit, by_person);
    for (size_t i = 0, k; i < h->n; i = k) {
        struct evidence e = { 0 };
        for (k = i; k < h->n && str_eq(h->hit[k].person, h->hit[i].person); k++)
            evidence_add(&e, h->hit[k].token);
        int n = 2 * __builtin_popcount(e.kinds) + (int)e.pairs + (e.kinds & 1u << MATCH_TOKEN_NAMES_DAY ? 16 : 0);
        if (enough(&e) && n > best) {
            best = n;
            person = h->hit[i].person;
        }
    }
    return person;
}

static enum err put_question(struct ctx *c, const struct inquiry *q, struct str person)
{
    struct record r;
    struct work_case k;
    struct draft *d;
    TRY(record_load(c, person, &r));
    TRY(work_case(c, record_get(&r, "case"), &k));
    TRY(draft_begin(c, q->run, "inquiry.question", &d));
    state_set(d, q, "question");
    draft_set(d, "inquiry", q->id, "person", person);
    draft_set(d, "inquiry", q->id, "case", k.id);
    draft_set(d, "inquiry", q->id, "office", k.owner);
    (void)grant_add(c, d, q->dossier, k.owner, LEVEL_WRITE, "duty", 0, (struct str){ 0 });
    return draft_commit(c, d);
}

static enum err closed(struct ctx *c, const struct inquiry *q)
{
    struct draft *d;
    TRY(draft_begin(c, q->run, "inquiry.receive", &d));
    state_set(d, q, "closed");
    return draft_commit(c, d);
}

enum err take_close(struct ctx *c, const struct inquiry *q, const struct letter *l)
{
    struct hits h = { .n = 0 };
    TRY(all_hits(c, q, l, &h));
    struct str person = who_hit(&h);
    return person.n ? put_question(c, q, person) : closed(c, q);
}

/* ---- yes or no, by a person ------------------------------------------------------------------ */

static enum err decide(struct ctx *c, const struct inquiry *q, const char *was, const char *state, const char *verb, struct str words)
{
    struct draft *d;
    struct inquiry now;
    TRY(draft_begin(c, q->run, verb, &d));
    enum err e = inquiry_row(c, q->id, &now);
    if (!e && !str_is(now.state, was))
        e = FAIL(c, ERR_CONFLICT, "inquiry.decided", "inquiry " STR_F, STR_A(q->id));
    if (e) {
        draft_drop(d);
        return e;
    }
    state_set(d, q, state);
    draft_set(d, "inquiry", q->id, "words", words);
    draft_set(d, "inquiry", q->id, "by", c->who->id);
    return draft_commit(c, d);
}

enum err inquiry_answer(struct ctx *c, struct str id, bool yes, struct str words)
{
    struct inquiry q;
    TRY(inquiry_get(c, id, &q));
    TRY(access_need(c, "inquiry.answer", q.dossier));
    words = str_trim(words);
    if (words.n > 500)
        return FAIL(c, ERR_INPUT, "inquiry.words-long", "%zu bytes", words.n);
    if (!str_is(q.role, "answer"))
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "not a question");
    TRY(decide(c, &q, "question", yes ? "confirmed" : "declined", "inquiry.answer", words));
    struct letter l = { .kind = LETTER_REPLY, .to = q.asker, .yes = yes, .office = c->who->office, .words = words };
    return letter_send(c, &q, &l);
}

static void say_fact(struct letter *l, const char *name, struct str value)
{
    if (value.n && value.n <= 500 && l->facts < FACTS_MAX)
        l->fact[l->facts++] = (struct letter_fact){ str_c(name), value };
}

/* Who asks or answers, and by what name the person is known here. */
static enum err facts_of(struct ctx *c, const struct inquiry *q, struct str officer, struct letter *l)
{
    static const char *const shared[] = { "first_name", "second_name", "known_as", "birthdate", "age_years", "sex", "nationality" };
    struct record r;
    struct work_case k;
    TRY(record_load(c, q->person, &r));
    struct answers a = kind_answers(c, &r);
    TRY(work_case(c, q->case_id, &k));
    l->office = office_text(c, q->office);
    say_fact(l, "officer", officer_name(c, officer));
    say_fact(l, "case", k.code);
    for (size_t i = 0; i < COUNT_OF(shared); i++)
        say_fact(l, shared[i], answers_get(&a, str_c(shared[i])));
    return ERR_OK;
}

enum err inquiry_agree(struct ctx *c, struct str id)
{
    struct inquiry q;
    TRY(inquiry_get(c, id, &q));
    TRY(access_need(c, "inquiry.ask", q.dossier));
    if (!str_is(q.role, "ask"))
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "not asked here");
    struct letter l = { .kind = LETTER_SHARE, .to = q.answering };
    TRY(facts_of(c, &q, c->who->id, &l));
    TRY(decide(c, &q, "confirmed", "agreed", "inquiry.agree", q.words));
    return letter_send(c, &q, &l);
}

enum err take_reply(struct ctx *c, const struct inquiry *q, const struct letter *l)
{
    struct draft *d;
    TRY(draft_begin(c, q->run, "inquiry.receive", &d));
    state_set(d, q, l->yes ? "confirmed" : "declined");
    draft_set(d, "inquiry", q->id, "words", l->words);
    draft_set(d, "inquiry", q->id, "their_office", l->office);
    return draft_commit(c, d);
}

static void keep_facts(struct ctx *c, struct draft *d, const struct inquiry *q, const struct letter *l)
{
    struct buf b;
    buf_init(&b, &c->mem, VALUE_MAX);
    for (size_t i = 0; i < l->facts; i++) {
        buf_put(&b, l->fact[i].name);
        buf_char(&b, '\n');
        for (size_t j = 0; j < l->fact[i].value.n; j++)
            buf_char(&b, l->fact[i].value.p[j] == '\n' ? ' ' : l->fact[i].value.p[j]);
        buf_char(&b, '\n');
    }
    state_set(d, q, "shared");
    draft_set(d, "inquiry", q->id, "their_office", l->office);
    draft_set(d, "inquiry", q->id, "theirs", buf_str(&b));
}

/* The answering office said yes before: its own details go back at once. */
enum err take_share(struct ctx *c, const struct inquiry *q, const struct letter *l)
{
    struct draft *d;
    struct record r;
    struct letter back = { .kind = LETTER_SHARE, .to = q->asker };
    bool answering = str_is(q->role, "answer");
    if (answering) {
        TRY(record_load(c, q->id, &r));
        TRY(facts_of(c, q, record_get(&r, "by"), &back));
        TRY(letter_send(c, q, &back));
    }
    TRY(draft_begin(c, q->run, "inquiry.receive", &d));
    keep_facts(c, d, q, l);
    return draft_commit(c, d);
}

/* The answering node's no is the end; a guardian's only when no other is left. */
enum err take_refuse(struct ctx *c, const struct inquiry *q, const struct letter *l)
{
    struct draft *d;
    struct record r;
    struct str g[GUARDIANS_MAX];
    size_t n = guardians_of(q, g), left = 0;
    TRY(record_load(c, q->id, &r));
    for (size_t i = 0; i < n; i++)
        left += !str_eq(g[i], l->from) && !record_get(&r, numbered("without", i).z).n;
    TRY(draft_begin(c, q->run, "inquiry.receive", &d));
    if (str_eq(l->from, q->answering) || !left)
        state_set(d, q, "refused");
    draft_in(d, q->dossier);
    if (!str_eq(l->from, q->answering))
        draft_set(d, "inquiry", q->id, numbered("without", (size_t)guardian_at(q, l->from)).z, STR("yes"));
    draft_set(d, "inquiry", q->id, "words", l->words);
    return draft_commit(c, d);
}

enum err inquiry_theirs(struct ctx *c, struct str id, struct letter_fact fact_out[FACTS_MAX], size_t *n, struct str *office)
{
    struct inquiry q;
    struct record r;
    size_t k = 0;
    TRY(inquiry_get(c, id, &q));
    TRY(record_load(c, q.id, &r));
    struct str rest = record_get(&r, "theirs"), name, value;
    while (k < FACTS_MAX && str_next(&rest, '\n', &name) && name.n && str_next(&rest, '\n', &value))
        fact_out[k++] = (struct letter_fact){ name, value };
    *n = k;
    *office = record_get(&r, "their_office");
    return ERR_OK;
}
