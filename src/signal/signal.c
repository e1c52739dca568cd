#include "signal/signal.h"

#include "base/node.h"
#include "crypto/crypto.h"
#include "db/db.h"
#include "kinds/kinds.h"
#include "pack/pack.h"
#include "rulebook/rulebook.h"
#include "signal/near.h"
#include "signal/served.h"
#include "work/work.h"

/* ---- table --------------------------------------------------------------------- */

const struct table signal_tables[] = {
    { "signal_row",
      "CREATE TABLE signal_row (id TEXT PRIMARY KEY, dossier TEXT NOT NULL, state TEXT NOT NULL,"
      " urgency TEXT NOT NULL, territory TEXT NOT NULL, office TEXT NOT NULL, officer TEXT NOT NULL,"
      " channel TEXT NOT NULL, case_id TEXT NOT NULL, title TEXT NOT NULL, receipt TEXT NOT NULL,"
      " instance TEXT NOT NULL, received_us BIGINT NOT NULL, due_us BIGINT NOT NULL);"
      "CREATE INDEX signal_row_office ON signal_row (office, due_us, id);"
      "CREATE INDEX signal_row_territory ON signal_row (territory, due_us);"
      "CREATE INDEX signal_row_receipt ON signal_row (receipt);"
      "CREATE INDEX signal_row_instance ON signal_row (instance);"
      "CREATE INDEX signal_row_case ON signal_row (case_id);" },
    { "signal_message",
      "CREATE TABLE signal_message (id TEXT PRIMARY KEY, signal TEXT NOT NULL, kind TEXT NOT NULL,"
      " at_us BIGINT NOT NULL);"
      "CREATE INDEX signal_message_signal ON signal_message (signal, at_us);" },
    { "signal_link",
      "CREATE TABLE signal_link (id TEXT PRIMARY KEY, a TEXT NOT NULL, b TEXT NOT NULL, case_id TEXT NOT NULL,"
      " officer TEXT NOT NULL, at_us BIGINT NOT NULL);"
      "CREATE INDEX signal_link_a ON signal_link (a);"
      "CREATE INDEX signal_link_b ON signal_link (b);" },
};
const size_t signal_tables_n = COUNT_OF(signal_tables);

int64_t urgency_hours(struct str urgency)
{
    return str_is(urgency, "red") ? 2 : str_is(urgency, "orange") ? 24
         : str_is(urgency, "green") ? 240 : 72;
}

static bool waiting(struct str state)
{
    return str_is(state, "received") || str_is(state, "looking");
}

static enum err project_signal(struct ctx *c, const struct record *r)
{
    struct str urgency = record_get(r, "urgency"), state = record_get(r, "state");
    int64_t received = record_i64(r, "received");
    int64_t due = waiting(state) ? received + urgency_hours(urgency) * 3600 * US_PER_S : INT64_MAX;
    return db_exec(c,
        "INSERT INTO signal_row (id, dossier, state, urgency, territory, office, officer, channel,"
        " case_id, title, receipt, instance, received_us, due_us)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
        " ON CONFLICT (id) DO UPDATE SET dossier = excluded.dossier, state = excluded.state,"
        " urgency = excluded.urgency, territory = excluded.territory, office = excluded.office,"
        " officer = excluded.officer, channel = excluded.channel, case_id = excluded.case_id,"
        " title = excluded.title, receipt = excluded.receipt, instance = excluded.instance,"
        " received_us = excluded.received_us, due_us = excluded.due_us",
        ARGS(TEXT(r->id), TEXT(r->dossier), TEXT(state), TEXT(urgency),
             TEXT(record_get(r, "territory")), TEXT(record_get(r, "office")),
             TEXT(record_get(r, "officer")), TEXT(record_get(r, "channel")),
             TEXT(record_get(r, "case")), TEXT(record_get(r, "title")),
             TEXT(record_get(r, "receipt")), TEXT(record_get(r, "instance")),
             INT(received), INT(due)));
}

static enum err project_message(struct ctx *c, const struct record *r)
{
    return db_exec(c,
        "INSERT INTO signal_message (id, signal, kind, at_us) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (id) DO UPDATE SET signal = excluded.signal, kind = excluded.kind,"
        " at_us = excluded.at_us",
        ARGS(TEXT(r->id), TEXT(record_get(r, "signal")), TEXT(r->kind), INT(record_i64(r, "at"))));
}

const struct projector signal_projectors[] = {
    { "signal", project_signal, "signal_row" },
    { "signal_more", project_message, "signal_message" },
    { "signal_answer", project_message, "signal_message" },
    { "signal_link", project_signal_link },
};
const size_t signal_projectors_n = COUNT_OF(signal_projectors);

/* ---- receipts ---------------------------------------------------------------------- */

bool receipt_clean(struct str typed, char out[RECEIPT_DIGITS + 1])
{
    size_t n = 0;
    for (size_t i = 0; i < typed.n; i++) {
        if (ascii_digit(typed.p[i])) {
            if (n == RECEIPT_DIGITS)
                return false;
            out[n++] = typed.p[i];
        } else if (!ascii_space(typed.p[i]) && typed.p[i] != '-') {
            return false;
        }
    }
    out[n] = 0;
    return n == RECEIPT_DIGITS;
}

struct str receipt_shown(struct arena *a, struct str d)
{
    return str_join(a, str_sub(d, 0, 4), STR(" "), str_sub(d, 4, 4), STR(" "), str_sub(d, 8, 4),
                    STR(" "), str_sub(d, 12, 4));
}

/* Sixteen digits, each equally likely: bytes from 250 up are thrown away. */
static struct str receipt_new(struct ctx *c)
{
    char d[RECEIPT_DIGITS];
    size_t n = 0;
    while (n < sizeof d) {
        unsigned char b[32];
        random_bytes(b, sizeof b);
        for (size_t i = 0; i < sizeof b && n < sizeof d; i++)
            if (b[i] < 250)
                d[n++] = (char)('0' + b[i] % 10);
    }
    return arena_dup(&c->mem, (struct str){ d, sizeof d });
}

static struct str receipt_hash(struct ctx *c, struct str digits)
{
    return blind_index(c, "receipt", digits);
}

/* ---- receiving ----------------------------------------------------------------------- */

static struct str territory_of(struct ctx *c, const struct signal_in *in)
{
    static const char *const fields[] = { "territory", "district", "department" };
    const struct pack *p = c->node->pack;
    if (in->territory.n && pack_territory(p, in->territory))
        return in->territory;
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        struct str v = answers_get(in->answers, str_c(fields[i]));
        if (v.n && pack_territory(p, v))
            return v;
    }
    return p->country;
}

/* Whoever takes in signals there: the municipal counsel first, then upwards. */
static struct str intake_office(struct ctx *c, struct str territory)
{
    const struct pack *p = c->node->pack;
    static const char *const first[] = { "codeni", "intake", "coordinator" };
    for (size_t i = 0; i < COUNT_OF(first); i++) {
        const struct office *o = pack_office_for(p, territory, str_c(first[i]));
        if (o)
            return o->id;
    }
    for (size_t i = 0; i < p->roles_n; i++) {
        const struct office *o = pack_has_word(p->roles[i].capabilities, STR("intake"))
                               ? pack_office_for(p, territory, p->roles[i].id) : NULL;
        if (o)
            return o->id;
    }
    return (struct str){ 0 };
}

/* Before anyone has looked: what the pack's table "signal" makes of the answers;
 * yellow when it has none. */
static struct str first_urgency(struct ctx *c, const struct answers *a)
{
    const struct form *f = pack_form(c->node->pack, STR("signal"));
    AUTO_RULES u = { 0 };
    struct dmn_result r;
    struct fault before = c->fault;
    if (f && rules_in_force(c, STR("signal"), rules_today(c), &u) == ERR_OK &&
        dmn_evaluate(c, u.model, STR("first_urgency"), kind_inputs(c, f, a), NULL, &r) == ERR_OK &&
        r.value.kind == FEEL_STRING)
        return arena_dup(&c->mem, r.value.s);
    c->fault = before;
    return STR("yellow");
}

/* ---- answers as fields ---------------------------------------------------------------- */

/* Paths of foreign forms ("prs_First_Name", "child[2]/age", "meta/entity/@id")
 * do not fit the ledger's alphabet of field names.  Such a path is folded, made
 * unique within its signal, and the field "names" keeps what it was called:
 * one line "folded TAB path" each. */

enum { FIELD_MAX = 78, FOLD_MAX = 64 };        /* "a/" stands before it */

static bool field_name_ok(struct str s)
{
    if (!s.n || s.n > FIELD_MAX)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!(ascii_digit(s.p[i]) || (s.p[i] >= 'a' && s.p[i] <= 'z') || memchr("_/.:-", s.p[i], 5)))
            return false;
    return true;
}

static struct str folded(struct ctx *c, struct str path)
{
    struct buf b;
    buf_init(&b, &c->mem, FIELD_MAX);
    for (size_t i = 0; i < path.n && b.n < FOLD_MAX; i++) {
        char ch = path.p[i];
        bool ok = ascii_digit(ch) || ascii_alpha(ch) || memchr("_/.:-", ch, 5);
        if (ch == ']' || ch == '@')
            continue;
        buf_char(&b, ch == '[' ? '.' : ok ? ascii_lower(ch) : '-');
    }
    return buf_str(&b);
}

/* Eight hex digits of the path tell it from others that fold alike. */
static struct str told_apart(struct ctx *c, struct str name, struct str path)
{
    unsigned char h[HASH_LEN];
    HASH(h, NULL, path);
    return str_join(&c->mem, str_sub(name, 0, FOLD_MAX), STR(":"),
                    hex_text(&c->mem, (struct str){ (const char *)h, 4 }));
}

struct names { struct str *slot; size_t room; };

/* True when it was not there. */
static bool names_put(struct names *m, struct str name)
{
    size_t i = str_hash(name) & (m->room - 1);
    while (m->slot[i].n && !str_eq(m->slot[i], name))
        i = (i + 1) & (m->room - 1);
    bool fresh = !m->slot[i].n;
    m->slot[i] = name;
    return fresh;
}

static void keep_one(struct ctx *c, struct draft *d, struct str id, struct names *m, struct buf *called,
                     const struct answer *a)
{
    bool plain = field_name_ok(a->path);
    struct str name = plain ? a->path : folded(c, a->path);
    if ((!plain && a->path.n > FOLD_MAX) || !name.n || !names_put(m, name)) {
        name = told_apart(c, name, a->path);
        (void)names_put(m, name);
    }
    if (!str_eq(name, a->path)) {
        buf_put(called, name);
        buf_char(called, '\t');
        buf_put(called, a->path);
        buf_char(called, '\n');
    }
    draft_set_field(d, STR("signal"), id, str_join(&c->mem, STR("a/"), name), a->value);
}

static enum err keep_answers(struct ctx *c, struct draft *d, struct str id, const struct answers *a)
{
    struct names m = { .room = 16 };
    struct buf called;
    while (m.room < a->n * 2)
        m.room *= 2;
    m.slot = NEW_N(&c->mem, struct str, m.room);
    buf_init(&called, &c->mem, 4 << 20);
    TRY(ctx_check(c));
    for (size_t i = 0; i < a->n; i++)
        if (a->v[i].value.n)
            keep_one(c, d, id, &m, &called, &a->v[i]);
    draft_set(d, "signal", id, "names", buf_str(&called));
    TRY(ctx_check(c));
    if (called.failed)
        return FAIL(c, ERR_INPUT, "change.too-big", "names of answers");
    return ERR_OK;
}

static struct str called(struct str names, struct str name)
{
    struct str line, folded_to, path;
    while (str_next(&names, '\n', &line))
        if (str_cut(line, '\t', &folded_to, &path) && str_eq(folded_to, name))
            return path;
    return name;
}

struct answers signal_answers(struct ctx *c, const struct record *r)
{
    struct answers a = { 0 };
    struct str names = record_get(r, "names");
    for (size_t i = 0; i < r->n; i++)
        if (str_starts(r->fields[i].name, STR("a/")) && r->fields[i].heads[0].value.n)
            (void)answers_put(&c->mem, &a, called(names, str_sub(r->fields[i].name, 2, FIELD_MAX)),
                              r->fields[i].heads[0].value);
    return a;
}

const struct form *signal_form(struct ctx *c, struct str form_id)
{
    const struct served_form *s = served_find(c->node->served, form_id, (struct str){ 0 });
    return s ? s->form : c->node->pack ? pack_form(c->node->pack, form_id) : NULL;
}

static enum err signal_sets(struct ctx *c, struct draft *d, const struct signal_in *in, struct str id,
                            struct str territory, struct str office, struct str receipt)
{
    draft_set(d, "signal", id, "state", STR("received"));
    draft_set(d, "signal", id, "urgency", first_urgency(c, in->answers));
    draft_set(d, "signal", id, "channel", str_c(in->channel));
    draft_set(d, "signal", id, "form", in->form);
    draft_set(d, "signal", id, "territory", territory);
    draft_set(d, "signal", id, "office", office);
    draft_set(d, "signal", id, "receipt", receipt_hash(c, receipt));
    draft_set(d, "signal", id, "title", answers_get(in->answers, STR("signs")));
    if (in->instance.n)
        draft_set(d, "signal", id, "instance", in->instance);
    draft_set_i64(d, "signal", id, "received", c->now_us);
    return keep_answers(c, d, id, in->answers);
}

enum err signal_draft(struct ctx *c, struct draft *d, const struct signal_in *in, struct signal_made *out)
{
    struct str id = record_new(d), digits = receipt_new(c);
    struct str territory = territory_of(c, in), office = intake_office(c, territory);
    TRY(ctx_check(c));
    struct str dossier = dossier_new(d, "signal", id);
    draft_in(d, dossier);
    TRY(signal_sets(c, d, in, id, territory, office, digits));
    (void)grant_add(c, d, dossier, office, LEVEL_WRITE, "duty", 0, (struct str){ 0 });
    *out = (struct signal_made){ id, dossier, digits };
    return ctx_check(c);
}

static enum err empty_the_rest(struct ctx *c, struct draft *d, const struct record *r)
{
    for (size_t i = 0; i < r->n; i++)
        if (str_starts(r->fields[i].name, STR("a/")) && r->fields[i].heads[0].value.n)
            draft_set_field(d, STR("signal"), r->id, r->fields[i].name, (struct str){ 0 });
    return ctx_check(c);
}

enum err signal_revise(struct ctx *c, struct draft *d, struct str id, const struct answers *a)
{
    struct record r;
    TRY(record_load(c, id, &r));
    draft_in(d, r.dossier);
    TRY(empty_the_rest(c, d, &r));
    TRY(keep_answers(c, d, id, a));             /* set later, so it is what stays */
    draft_set(d, "signal", id, "title", answers_get(a, STR("signs")));
    if (record_is(&r, "state", "closed"))
        draft_set(d, "signal", id, "state", STR("received"));
    return ctx_check(c);
}

static enum err receive(struct ctx *c, const struct signal_in *in, struct str *receipt, struct str *out)
{
    struct signal_made made;
    struct draft *d;
    TRY(draft_begin(c, in->instance.n ? in->instance : id_new(&c->mem, c->now_us), "signal.receive", &d));
    enum err e = signal_draft(c, d, in, &made);
    if (e) {
        draft_drop(d);
        return e;
    }
    TRY(draft_commit(c, d));
    *receipt = made.receipt;
    *out = made.id;
    return ERR_OK;
}

enum err signal_receive(struct ctx *c, const struct signal_in *in, struct str *receipt, struct str *id)
{
    const struct officer *who = c->who;
    if (!who)
        c->who = officer_machine(c);
    enum err e = receive(c, in, receipt, id);
    c->who = who;
    return e;
}

enum err signal_sent_before(struct ctx *c, struct str instance, bool *yes)
{
    AUTO_ROWS r = { 0 };
    *yes = false;
    if (!instance.n)
        return ERR_OK;
    TRY(db_query(c, &r, "SELECT 1 FROM signal_row WHERE instance = $1", ARGS(TEXT(instance))));
    *yes = rows_next(&r);
    return rows_end(&r);
}

/* ---- reading ---------------------------------------------------------------------------- */

static struct signal signal_of(struct rows *r)
{
    return (struct signal){ .id = row_str(r, 0), .dossier = row_str(r, 1), .state = row_str(r, 2),
        .urgency = row_str(r, 3), .territory = row_str(r, 4), .office = row_str(r, 5),
        .officer = row_str(r, 6), .channel = row_str(r, 7), .case_id = row_str(r, 8),
        .title = row_str(r, 9), .received_us = row_i64(r, 10), .due_us = row_i64(r, 11) };
}

enum err signal_get(struct ctx *c, struct str id, struct signal *out)
{
    AUTO_ROWS r = { 0 };
    struct signal s = { 0 };
    TRY(db_query(c, &r,
        "SELECT id, dossier, state, urgency, territory, office, officer, channel, case_id, title,"
        " received_us, due_us FROM signal_row WHERE id = $1", ARGS(TEXT(id))));
    if (rows_next(&r))
        s = signal_of(&r);
    TRY(rows_end(&r));
    if (!s.id.n)
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "signal " STR_F, STR_A(id));
    TRY(access_need(c, "signal.view", s.dossier));
    *out = s;
    return ERR_OK;
}

enum err signal_list(struct ctx *c, struct str office, bool open_only, struct str after, size_t limit,
                     struct signal **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    struct signal *s = NEW_N(&c->mem, struct signal, limit);
    size_t k = 0;
    TRY(ctx_check(c));
    if (open_only)
        TRY(db_query(c, &r,
            "SELECT id, dossier, state, urgency, territory, office, officer, channel, case_id,"
            " title, received_us, due_us FROM signal_row"
            " WHERE office = $1 AND due_us < 9223372036854775807"
            "   AND (due_us, id) > (SELECT coalesce(max(due_us), -1), coalesce(max(id), '')"
            "                         FROM signal_row WHERE id = $2)"
            " ORDER BY due_us, id LIMIT $3", ARGS(TEXT(office), TEXT(after), INT((int64_t)limit))));
    else
        TRY(db_query(c, &r,
            "SELECT id, dossier, state, urgency, territory, office, officer, channel, case_id,"
            " title, received_us, due_us FROM signal_row"
            " WHERE office = $1 AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3",
            ARGS(TEXT(office), TEXT(after), INT((int64_t)limit))));
    while (k < limit && rows_next(&r))
        s[k++] = signal_of(&r);
    TRY(rows_end(&r));
    *out = s;
    *n = k;
    return ERR_OK;
}

/* ---- with the receipt -------------------------------------------------------------------- */

static enum err by_receipt(struct ctx *c, struct str typed, struct str peer, struct signal *out)
{
    AUTO_ROWS r = { 0 };
    char digits[RECEIPT_DIGITS + 1];
    struct signal s = { 0 };
    if (!guess_allowed(c, peer))
        return FAIL(c, ERR_BUSY, "signal.too-many", "receipt tries");
    if (receipt_clean(typed, digits)) {
        TRY(db_query(c, &r,
            "SELECT id, dossier, state, urgency, territory, office, officer, channel, case_id,"
            " title, received_us, due_us FROM signal_row WHERE receipt = $1",
            ARGS(TEXT(receipt_hash(c, str_c(digits))))));
        if (rows_next(&r))
            s = signal_of(&r);
        TRY(rows_end(&r));
    }
    guess_note(c, peer, s.id.n > 0);
    if (!s.id.n)
        return FAIL(c, ERR_NOT_FOUND, "signal.no-receipt", "receipt");
    *out = s;
    return ERR_OK;
}

static enum err answers_of(struct ctx *c, struct str id, struct signal_public *out)
{
    enum { MAX = 50 };
    AUTO_ROWS r = { 0 };
    struct signal_message *m = NEW_N(&c->mem, struct signal_message, MAX);
    size_t n = 0;
    TRY(ctx_check(c));
    TRY(db_query(c, &r,
        "SELECT id, at_us FROM signal_message WHERE signal = $1 AND kind = 'signal_answer'"
        " ORDER BY at_us DESC, id DESC LIMIT 50", ARGS(TEXT(id))));
    while (n < MAX && rows_next(&r)) {
        struct record rec;
        m[n].at_us = row_i64(&r, 1);
        TRY(record_load(c, row_str(&r, 0), &rec));
        m[n++].words = record_get(&rec, "words");
    }
    TRY(rows_end(&r));
    for (size_t i = 0; i < n / 2; i++) {                /* the newest fifty, read from old to new */
        struct signal_message x = m[i];
        m[i] = m[n - 1 - i];
        m[n - 1 - i] = x;
    }
    out->answers = m;
    out->n = n;
    return ERR_OK;
}

enum err signal_by_receipt(struct ctx *c, struct str typed, struct str peer, struct signal_public *out)
{
    struct signal s;
    TRY(by_receipt(c, typed, peer, &s));
    *out = (struct signal_public){ .id = s.id, .state = s.state, .received_us = s.received_us };
    return answers_of(c, s.id, out);
}

static enum err add_message(struct ctx *c, struct draft *d, const struct signal *s, const char *kind,
                            struct str words)
{
    struct str id = id_new(&c->mem, c->now_us);
    draft_in(d, s->dossier);
    draft_set(d, kind, id, "signal", s->id);
    draft_set(d, kind, id, "words", words);
    draft_set_i64(d, kind, id, "at", c->now_us);
    return ctx_check(c);
}

/* The office that reads the signal learns that there is more: where and of
 * when the signal is, never what was written. */
static void tell_more(struct ctx *c, struct draft *d, const struct signal *s)
{
    const struct territory *t = pack_territory(c->node->pack, s->territory);
    struct str when = words_instant(&c->mem, c->node->words, c->lang, s->received_us);
    if (s->office.n)
        alert_add(c, d, s->dossier, s->case_id, s->office, "more",
                  t ? str_join(&c->mem, pack_text(c->node->pack, &t->name, c->lang), STR(", "), when) : when);
}

enum err signal_add_more(struct ctx *c, struct str typed, struct str peer, struct str words)
{
    struct signal s;
    struct draft *d;
    const struct officer *who = c->who;
    if (!str_trim(words).n || words.n > 8000)
        return FAIL(c, ERR_INPUT, "signal.more-empty", "%zu bytes", words.n);
    TRY(by_receipt(c, typed, peer, &s));
    if (!who)
        c->who = officer_machine(c);
    enum err e = draft_begin(c, s.id, "signal.more", &d);
    if (!e) {
        (void)add_message(c, d, &s, "signal_more", words);
        draft_in(d, s.dossier);
        if (str_is(s.state, "closed"))                  /* new facts reopen it */
            draft_set(d, "signal", s.id, "state", STR("received"));
        tell_more(c, d, &s);
        e = draft_commit(c, d);
    }
    c->who = who;
    return e;
}

/* ---- by the intake officer ------------------------------------------------------------------ */

static enum err begin(struct ctx *c, struct str id, const char *verb, struct signal *s, struct draft **d)
{
    TRY(signal_get(c, id, s));
    TRY(access_need(c, verb, s->dossier));
    TRY(draft_begin(c, id, verb, d));
    enum err e = signal_get(c, id, s);          /* again: another may have moved it before the lock */
    if (e) {
        draft_drop(*d);
        return e;
    }
    draft_in(*d, s->dossier);
    return ERR_OK;
}

static bool urgency_ok(struct str u)
{
    return str_is(u, "red") || str_is(u, "orange") || str_is(u, "yellow") || str_is(u, "green");
}

enum err signal_triage(struct ctx *c, struct str id, struct str urgency, struct str reason)
{
    struct signal s;
    struct draft *d;
    if (!urgency_ok(urgency))
        return FAIL(c, ERR_INPUT, "signal.urgency", "%zu bytes", urgency.n);
    TRY(begin(c, id, "signal.triage", &s, &d));
    draft_reason(d, reason);
    draft_set(d, "signal", id, "urgency", urgency);
    draft_set(d, "signal", id, "officer", c->who->id);
    if (str_is(s.state, "received"))
        draft_set(d, "signal", id, "state", STR("looking"));
    return draft_commit(c, d);
}

enum err signal_answer(struct ctx *c, struct str id, struct str words)
{
    struct signal s;
    struct draft *d;
    if (!str_trim(words).n || words.n > 2000)
        return FAIL(c, ERR_INPUT, "signal.answer-empty", "%zu bytes", words.n);
    TRY(begin(c, id, "signal.answer", &s, &d));
    (void)add_message(c, d, &s, "signal_answer", words);
    return draft_commit(c, d);
}

static bool close_reason_ok(struct str r)
{
    return str_is(r, "no_indication") || str_is(r, "other_service") || str_is(r, "known_case") || str_is(r, "no_information");
}

enum err signal_close(struct ctx *c, struct str id, struct str reason, struct str why)
{
    struct signal s;
    struct draft *d;
    if (!close_reason_ok(reason) || str_trim(why).n < 3)
        return FAIL(c, ERR_INPUT, "signal.close-reason", "no reason");
    TRY(begin(c, id, "signal.close", &s, &d));
    draft_reason(d, why);
    draft_set(d, "signal", id, "state", STR("closed"));
    draft_set(d, "signal", id, "closed_for", reason);
    draft_set(d, "signal", id, "officer", c->who->id);
    return draft_commit(c, d);
}

static enum err open_locked(struct ctx *c, struct draft *d, const struct signal *s,
                            const struct signal_case *how, struct work_case *k)
{
    struct case_new n = { .territory = s->territory, .title = how->title, .urgency = s->urgency,
        .signal = s->id, .cl = how->cl, .fl = how->fl, .ht = how->ht, .criadazgo = how->criadazgo };
    struct facts f = { .n = 0 };
    struct work *w;
    TRY(case_open(c, d, &n, k));
    fact_text(c, &f, "urgency", s->urgency);
    fact_bool(&f, "criadazgo", how->criadazgo);
    fact_text(c, &f, "territory", s->territory);
    fact_text(c, &f, "channel", s->channel);
    TRY(work_begin(c, k, how->procedure, &f, &w));
    TRY(work_done_form(w, "signal", &f));           /* both are known already */
    TRY(work_done_form(w, "signal_triage", &f));
    TRY(work_save(w, d));
    draft_in(d, s->dossier);
    draft_set(d, "signal", s->id, "state", STR("acted"));
    draft_set(d, "signal", s->id, "case", k->id);
    draft_set(d, "signal", s->id, "officer", c->who->id);
    return ERR_OK;
}

enum err signal_open_case(struct ctx *c, struct str id, const struct signal_case *how, struct str *case_id)
{
    struct signal s;
    struct draft *d;
    struct work_case k;
    if (!str_trim(how->title).n || how->title.n > 200)
        return FAIL(c, ERR_INPUT, "case.title", "%zu bytes", how->title.n);
    TRY(begin(c, id, "signal.open_case", &s, &d));
    enum err e = ERR_OK;
    if (s.case_id.n || !waiting(s.state))
        e = FAIL(c, ERR_CONFLICT, "signal.already", "signal " STR_F, STR_A(id));
    if (!e)
        e = kind_record_unnamed(c, s.dossier, s.id, how->title);
    if (!e)
        e = open_locked(c, d, &s, how, &k);
    if (e) {
        draft_drop(d);
        return e;
    }
    TRY(draft_commit(c, d));
    *case_id = k.id;
    return ERR_OK;
}
