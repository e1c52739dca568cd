/* version.c - a second person puts a draft in force, or takes it back. */
#include "rulebook/text.h"

#include "access/access.h"
#include "base/node.h"
#include "db/db.h"
#include "pack/pack.h"

enum { BASIS_MAX = 600, REASON_CHARS = 4000, FAR_DAYS = 3660 };

/* ---- reading ------------------------------------------------------------------------------ */

static struct rules_version version_row(struct rows *r)
{
    return (struct rules_version){ .id = row_str(r, 0), .decision = row_str(r, 1), .title = row_str(r, 2),
        .draft = row_str(r, 3), .hash = row_str(r, 4), .base = row_str(r, 5), .base_version = row_str(r, 6),
        .basis = row_str(r, 7), .provisions = row_str(r, 8), .reason = row_str(r, 9), .authors = row_str(r, 10),
        .by = row_str(r, 11), .from_day = row_i64(r, 12), .until_day = row_i64(r, 13), .at_us = row_i64(r, 14),
        .withdrawn_by = row_str(r, 15), .withdrawn_why = row_str(r, 16), .pack = row_str(r, 17), .pack_hash = row_str(r, 18) };
}

static enum err version_find(struct ctx *c, struct str id, struct rules_version *out)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r,
        "SELECT id, decision, title, draft, hash, base, base_version, basis, provisions, reason, authors, by_officer,"
        " from_day, until_day, at_us, withdrawn_by, withdrawn_why, pack, pack_hash FROM rules_version WHERE id = $1", ARGS(TEXT(id))));
    bool found = rows_next(&r);
    if (found)
        *out = version_row(&r);
    TRY(rows_end(&r));
    return found ? ERR_OK : FAIL(c, ERR_NOT_FOUND, "error.not-found", "version");
}

enum err rules_version_get(struct ctx *c, struct str id, struct rules_version *out)
{
    struct record r;
    TRY(access_need(c, "reform.view", (struct str){ 0 }));
    TRY(version_find(c, id, out));
    TRY(record_load(c, id, &r));
    out->asked_by = record_get(&r, "asked_by");
    out->asked_why = record_get(&r, "asked_why");
    out->asked_day = record_i64(&r, "asked_day");
    return ERR_OK;
}

enum err rules_version_text(struct ctx *c, struct str id, struct str *text)
{
    struct record r;
    TRY(access_need(c, "reform.view", (struct str){ 0 }));
    TRY(access_record(c, id, &r));
    if (!str_is(r.kind, "rules_version"))
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "no version");
    return text_of(c, &r, text);
}

enum err rules_version_list(struct ctx *c, struct str decision, size_t limit, struct rules_version **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    struct rules_version *v = NEW_N(&c->mem, struct rules_version, limit);
    size_t k = 0;
    TRY(ctx_check(c));
    TRY(access_need(c, "reform.view", (struct str){ 0 }));
    TRY(db_query(c, &r,
        "SELECT id, decision, title, draft, hash, base, base_version, basis, provisions, reason, authors, by_officer,"
        " from_day, until_day, at_us, withdrawn_by, withdrawn_why, pack, pack_hash FROM rules_version"
        " WHERE $1 = '' OR decision = $1 ORDER BY from_day DESC, at_us DESC, id LIMIT $2",
        ARGS(TEXT(decision), INT((int64_t)limit))));
    while (k < limit && rows_next(&r))
        v[k++] = version_row(&r);
    TRY(rows_end(&r));
    *out = v;
    *n = k;
    return ERR_OK;
}

/* ---- beside the pack in use -------------------------------------------------------------------- */

static struct str pack_label(struct ctx *c)
{
    return rules_label(c, &(struct rules_use){ .version = { 0 } });
}

enum err rules_version_beside(struct ctx *c, const struct rules_version *v, struct rules_beside *out)
{
    struct str text, hash, was = v->pack_hash.n ? v->pack_hash : v->base_version.n ? (struct str){ 0 } : v->base;
    *out = (struct rules_beside){ .pack = pack_label(c) };
    if (!pack_decision(c->node->pack, v->decision) || (v->until_day && v->until_day <= rules_today(c)))
        return ctx_check(c);
    TRY(rules_pack_text(c, v->decision, &text));
    hash = rules_hash(c, text);
    out->newer = v->pack.n && !str_eq(v->pack, out->pack);
    out->changed = was.n && !str_eq(was, hash);
    out->same = str_eq(v->hash, hash);
    out->due = out->newer || out->changed;
    return ctx_check(c);
}

/* ---- may this text run the house? ------------------------------------------------------------ */

static bool same_kind_of_node(const struct dmn_node *a, const struct dmn_node *b)
{
    return a && b && a->kind == b->kind;
}

/* Nothing that a page, a gateway or a form asks for may be missing: what the
 * pack's model decides is still decided, and nothing new is asked. */
static enum err complete(struct ctx *c, const struct dmn_model *own, const struct dmn_model *m)
{
    for (size_t i = 0; i < dmn_nodes(own); i++) {
        const struct dmn_node *want = dmn_node(own, i);
        if (want->kind == DMN_DECISION && !same_kind_of_node(want, dmn_find(m, want->name)))
            return FAIL(c, ERR_INPUT, "rules.decision-missing", STR_F, STR_A(str_sub(want->name, 0, 80)));
    }
    for (size_t i = 0; i < dmn_nodes(m); i++) {
        const struct dmn_node *asks = dmn_node(m, i);
        if (asks->kind == DMN_INPUT && !same_kind_of_node(asks, dmn_find(own, asks->name)))
            return FAIL(c, ERR_INPUT, "rules.input-new", STR_F, STR_A(str_sub(asks->name, 0, 80)));
    }
    return ERR_OK;
}

static enum err sound(struct ctx *c, const struct dmn_model *m)
{
    struct rules_finding *f;
    size_t n;
    TRY(rules_findings(c, m, &f, &n));
    for (size_t i = 0; i < n; i++)
        if (rules_stops(f[i].kind))
            return FAIL(c, ERR_INPUT, "rules.has-findings", "%s " STR_F, rules_kind_name(f[i].kind),
                        STR_A(str_sub(f[i].text, 0, 120)));
    return ERR_OK;
}

static enum err fit(struct ctx *c, struct str decision, struct str text)
{
    struct dmn_model *m;
    const struct dmn_model *own = pack_decision(c->node->pack, decision);
    if (!own)
        return FAIL(c, ERR_NOT_FOUND, "rules.no-decision", "decision");
    TRY(text_check(c, decision, text, false, &m));
    enum err e = complete(c, own, m);
    if (!e)
        e = sound(c, m);
    dmn_free(m);
    return e;
}

/* ---- applying ----------------------------------------------------------------------------------- */

static enum err commit_or_drop(struct ctx *c, struct draft *d, enum err e)
{
    if (!e)
        return draft_commit(c, d);
    draft_drop(d);
    return e;
}

static enum err said(struct ctx *c, struct str *s, size_t max, const char *key)
{
    *s = str_trim(*s);
    return s->n && utf8_count(*s) <= max ? ERR_OK : FAIL(c, ERR_INPUT, key, "%zu bytes", s->n);
}

static enum err known_provisions(struct ctx *c, struct str ids)
{
    struct str id;
    while (str_next(&ids, ' ', &id))
        if (id.n && !pack_provision(c->node->pack, id))
            return FAIL(c, ERR_INPUT, "rules.no-provision", STR_F, STR_A(str_sub(id, 0, 60)));
    return ERR_OK;
}

static enum err asked(struct ctx *c, struct rules_apply *a)
{
    int64_t today = rules_today(c);
    TRY(access_need(c, "rules.apply", (struct str){ 0 }));
    TRY(said(c, &a->reason, REASON_CHARS, "rules.reason"));
    TRY(said(c, &a->basis, BASIS_MAX, "rules.basis"));
    a->provisions = str_trim(a->provisions);
    TRY(known_provisions(c, a->provisions));
    if (a->from_day < today - FAR_DAYS || a->from_day > today + FAR_DAYS)
        return FAIL(c, ERR_INPUT, "rules.from", "day %lld", (long long)a->from_day);
    return ERR_OK;
}

/* Of the draft as it is now, under its lock: who wrote it, what it stands on. */
static enum err may_apply(struct ctx *c, const struct rules_draft *w, const struct rules_apply *a)
{
    struct str base, version;
    if (!str_is(w->state, "draft"))
        return FAIL(c, ERR_CONFLICT, "rules.not-a-draft", "draft " STR_F, STR_A(w->id));
    if (pack_has_word(w->authors, c->who->id))
        return FAIL(c, ERR_DENIED, "rules.second-person", "draft " STR_F, STR_A(w->id));
    if (!str_eq(w->hash, a->seen))              /* an author saved after she looked */
        return FAIL(c, ERR_CONFLICT, "rules.changed-meanwhile", "draft " STR_F, STR_A(w->id));
    if (str_eq(w->hash, w->base))
        return FAIL(c, ERR_INPUT, "rules.nothing-changed", "draft " STR_F, STR_A(w->id));
    TRY(rules_text_in_force(c, w->decision, a->from_day, &base, &version));
    struct str hash = rules_hash(c, base);
    TRY(ctx_check(c));
    if (!a->seen_base && !str_eq(hash, w->base))
        return FAIL(c, ERR_CONFLICT, "rules.base-changed", "draft " STR_F, STR_A(w->id));
    return ERR_OK;
}

static void version_sets(struct ctx *c, struct draft *d, const struct rules_draft *w, const struct rules_apply *a,
                         struct str id, struct str text, struct str own)
{
    draft_set(d, "rules_version", id, "decision", w->decision);
    draft_set(d, "rules_version", id, "title", w->title);
    draft_set(d, "rules_version", id, "draft", w->id);
    draft_set(d, "rules_version", id, "hash", w->hash);
    draft_set(d, "rules_version", id, "base", w->base);
    draft_set(d, "rules_version", id, "base_version", w->base_version);
    draft_set(d, "rules_version", id, "pack", pack_label(c));
    draft_set(d, "rules_version", id, "pack_hash", rules_hash(c, own));
    draft_set(d, "rules_version", id, "basis", a->basis);
    draft_set(d, "rules_version", id, "provisions", a->provisions);
    draft_set(d, "rules_version", id, "reason", a->reason);
    draft_set(d, "rules_version", id, "authors", w->authors);
    draft_set(d, "rules_version", id, "by", c->who->id);
    draft_set_i64(d, "rules_version", id, "from", a->from_day);
    draft_set_i64(d, "rules_version", id, "at", c->now_us);
    text_put(c, d, "rules_version", id, NULL, text);
    draft_set(d, "rules_draft", w->id, "state", STR("applied"));
    draft_set(d, "rules_draft", w->id, "version", id);
}

static enum err apply_sets(struct ctx *c, struct draft *d, const struct rules_apply *a, struct str *id)
{
    struct rules_draft w;
    struct record r;
    struct str text, own;
    TRY(rules_draft_get(c, a->draft, &w));
    TRY(may_apply(c, &w, a));
    TRY(record_load(c, a->draft, &r));
    TRY(text_of(c, &r, &text));
    struct str hash = rules_hash(c, text);
    TRY(ctx_check(c));
    if (!str_eq(hash, w.hash))
        return FAIL(c, ERR_CONFLICT, "rules.changed-meanwhile", "two authors at once");
    TRY(fit(c, w.decision, text));
    TRY(rules_pack_text(c, w.decision, &own));
    draft_in(d, r.dossier);
    *id = record_new(d);
    version_sets(c, d, &w, a, *id, text, own);
    return ctx_check(c);
}

enum err rules_apply(struct ctx *c, const struct rules_apply *in, struct str *version)
{
    struct rules_apply a = *in;
    struct str id = { 0 };
    struct draft *d;
    TRY(asked(c, &a));
    TRY(draft_begin(c, a.draft, "rules.apply", &d));
    draft_reason(d, a.reason);
    TRY(commit_or_drop(c, d, apply_sets(c, d, &a, &id)));
    *version = id;
    return ERR_OK;
}

/* ---- taking back ------------------------------------------------------------------------------------ */

static enum err withdraw_sets(struct ctx *c, struct draft *d, struct str id, int64_t day, struct str reason)
{
    struct rules_version v;
    struct record r;
    TRY(version_find(c, id, &v));
    if (v.until_day)
        return FAIL(c, ERR_CONFLICT, "rules.withdrawn-already", "version " STR_F, STR_A(id));
    TRY(record_load(c, id, &r));
    draft_in(d, r.dossier);
    struct str asked = record_get(&r, "asked_by");
    if (!asked.n || str_eq(asked, c->who->id) || record_i64(&r, "asked_day") != day) {
        draft_set(d, "rules_version", id, "asked_by", c->who->id);
        draft_set(d, "rules_version", id, "asked_why", reason);
        draft_set_i64(d, "rules_version", id, "asked_day", day);
        return ctx_check(c);
    }
    draft_set_i64(d, "rules_version", id, "until", day < v.from_day ? v.from_day : day);
    draft_set(d, "rules_version", id, "withdrawn_by", c->who->id);
    draft_set(d, "rules_version", id, "withdrawn_why", reason);
    return ctx_check(c);
}

/* What was decided under it keeps its rows and articles; a day in the past
 * would say otherwise. */
enum err rules_withdraw(struct ctx *c, struct str id, int64_t day, struct str reason)
{
    struct draft *d;
    int64_t today = rules_today(c);
    TRY(access_need(c, "rules.apply", (struct str){ 0 }));
    TRY(said(c, &reason, REASON_CHARS, "rules.reason"));
    if (day < today || day > today + FAR_DAYS)
        return FAIL(c, ERR_INPUT, "rules.until", "day %lld", (long long)day);
    TRY(draft_begin(c, id, "rules.apply", &d));
    draft_reason(d, reason);
    return commit_or_drop(c, d, withdraw_sets(c, d, id, day, reason));
}
