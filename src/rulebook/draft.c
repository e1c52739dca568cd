/* draft.c - texts that people work on. */
#include "rulebook/text.h"

#include "access/access.h"
#include "base/node.h"
#include "db/db.h"
#include "pack/pack.h"

enum { TITLE_MAX = 200, WHY_MAX = 4000 };

static struct rules_draft draft_row(struct rows *r)
{
    return (struct rules_draft){ .id = row_str(r, 0), .decision = row_str(r, 1), .title = row_str(r, 2),
        .why = row_str(r, 3), .reform = row_str(r, 4), .base = row_str(r, 5), .base_version = row_str(r, 6),
        .hash = row_str(r, 7), .state = row_str(r, 8), .version = row_str(r, 9), .by = row_str(r, 10),
        .authors = row_str(r, 11), .at_us = row_i64(r, 12) };
}

static enum err draft_find(struct ctx *c, struct str id, struct rules_draft *out)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r,
        "SELECT id, decision, title, why, reform, base, base_version, hash, state, version, by_officer, authors, at_us"
        " FROM rules_draft WHERE id = $1", ARGS(TEXT(id))));
    bool found = rows_next(&r);
    if (found)
        *out = draft_row(&r);
    TRY(rows_end(&r));
    return found ? ERR_OK : FAIL(c, ERR_NOT_FOUND, "error.not-found", "draft");
}

enum err rules_draft_get(struct ctx *c, struct str id, struct rules_draft *out)
{
    TRY(access_need(c, "reform.view", (struct str){ 0 }));
    return draft_find(c, id, out);
}

enum err rules_draft_text(struct ctx *c, struct str id, struct str *text)
{
    struct record r;
    TRY(access_need(c, "reform.view", (struct str){ 0 }));
    TRY(access_record(c, id, &r));
    if (!str_is(r.kind, "rules_draft"))
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "no draft");
    return text_of(c, &r, text);
}

enum err rules_draft_list(struct ctx *c, struct str reform, size_t limit, struct rules_draft **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    struct rules_draft *v = NEW_N(&c->mem, struct rules_draft, limit);
    size_t k = 0;
    TRY(ctx_check(c));
    TRY(access_need(c, "reform.view", (struct str){ 0 }));
    TRY(db_query(c, &r,
        "SELECT id, decision, title, why, reform, base, base_version, hash, state, version, by_officer, authors, at_us"
        " FROM rules_draft WHERE $1 = '' OR reform = $1 ORDER BY at_us DESC, id LIMIT $2",
        ARGS(TEXT(reform), INT((int64_t)limit))));
    while (k < limit && rows_next(&r))
        v[k++] = draft_row(&r);
    TRY(rows_end(&r));
    *out = v;
    *n = k;
    return ERR_OK;
}

static enum err one_line(struct ctx *c, struct str *s, size_t max, const char *key)
{
    *s = str_trim(*s);
    if (!s->n || utf8_count(*s) > max)
        return FAIL(c, ERR_INPUT, key, "%zu bytes", s->n);
    return ERR_OK;
}

static enum err commit_or_drop(struct ctx *c, struct draft *d, enum err e)
{
    if (!e)
        return draft_commit(c, d);
    draft_drop(d);
    return e;
}

static enum err new_sets(struct ctx *c, struct draft *d, const struct rules_draft_new *n, struct str text,
                         struct str version, struct str *id)
{
    struct str hash = rules_hash(c, text);
    TRY(reform_dossier(c, d));
    *id = record_new(d);
    draft_set(d, "rules_draft", *id, "decision", n->decision);
    draft_set(d, "rules_draft", *id, "title", n->title);
    draft_set(d, "rules_draft", *id, "why", n->why);
    draft_set(d, "rules_draft", *id, "reform", n->reform);
    draft_set(d, "rules_draft", *id, "base", hash);
    draft_set(d, "rules_draft", *id, "base_version", version);
    draft_set(d, "rules_draft", *id, "hash", hash);
    draft_set(d, "rules_draft", *id, "state", STR("draft"));
    draft_set(d, "rules_draft", *id, "by", c->who->id);
    draft_set(d, "rules_draft", *id, "authors", c->who->id);
    draft_set_i64(d, "rules_draft", *id, "at", c->now_us);
    text_put(c, d, "rules_draft", *id, NULL, text);
    return ctx_check(c);
}

enum err rules_draft_new(struct ctx *c, const struct rules_draft_new *in, struct str *id)
{
    struct rules_draft_new n = *in;
    struct str text, version, made = { 0 };
    struct draft *d;
    TRY(access_need(c, "rules.propose", (struct str){ 0 }));
    TRY(one_line(c, &n.title, TITLE_MAX, "rules.title"));
    TRY(one_line(c, &n.why, WHY_MAX, "rules.why"));
    if (!pack_decision(c->node->pack, n.decision))
        return FAIL(c, ERR_INPUT, "rules.no-decision", "decision");
    if (n.reform.n && !id_ok(n.reform))
        return FAIL(c, ERR_INPUT, "error.not-found", "reform");
    TRY(rules_text_in_force(c, n.decision, rules_today(c), &text, &version));
    TRY(draft_begin(c, STR("reform"), "rules.propose", &d));
    TRY(commit_or_drop(c, d, new_sets(c, d, &n, text, version, &made)));
    *id = made;
    return ERR_OK;
}

static bool has_word(struct str list, struct str word)
{
    return pack_has_word(list, word);
}

static enum err save_sets(struct ctx *c, struct draft *d, struct str id, struct str text, struct str seen)
{
    struct rules_draft now;
    struct record r;
    TRY(draft_find(c, id, &now));
    if (!str_is(now.state, "draft"))
        return FAIL(c, ERR_CONFLICT, "rules.not-a-draft", "draft " STR_F, STR_A(id));
    if (!str_eq(now.hash, seen))
        return FAIL(c, ERR_CONFLICT, "rules.changed-meanwhile", "draft " STR_F, STR_A(id));
    TRY(record_load(c, id, &r));
    draft_in(d, r.dossier);
    draft_set(d, "rules_draft", id, "hash", rules_hash(c, text));
    if (!has_word(now.authors, c->who->id))
        draft_set(d, "rules_draft", id, "authors", str_join(&c->mem, now.authors, STR(" "), c->who->id));
    draft_set_i64(d, "rules_draft", id, "at", c->now_us);
    text_put(c, d, "rules_draft", id, &r, text);
    return ctx_check(c);
}

enum err rules_draft_save(struct ctx *c, struct str id, struct str text, struct str seen, struct str note)
{
    struct dmn_model *m;
    struct draft *d;
    struct rules_draft now;
    TRY(access_need(c, "rules.propose", (struct str){ 0 }));
    TRY(draft_find(c, id, &now));
    TRY(text_check(c, now.decision, text, true, &m));
    dmn_free(m);
    TRY(draft_begin(c, id, "rules.propose", &d));
    draft_reason(d, str_trim(note));
    return commit_or_drop(c, d, save_sets(c, d, id, text, seen));
}

static enum err drop_sets(struct ctx *c, struct draft *d, struct str id)
{
    struct rules_draft now;
    struct record r;
    TRY(draft_find(c, id, &now));
    if (!str_is(now.state, "draft"))
        return FAIL(c, ERR_CONFLICT, "rules.not-a-draft", "draft " STR_F, STR_A(id));
    TRY(record_load(c, id, &r));
    draft_in(d, r.dossier);
    draft_set(d, "rules_draft", id, "state", STR("dropped"));
    return ctx_check(c);
}

enum err rules_draft_drop(struct ctx *c, struct str id, struct str reason)
{
    struct draft *d;
    TRY(access_need(c, "rules.propose", (struct str){ 0 }));
    TRY(one_line(c, &reason, WHY_MAX, "rules.reason"));
    TRY(draft_begin(c, id, "rules.propose", &d));
    draft_reason(d, reason);
    return commit_or_drop(c, d, drop_sets(c, d, id));
}
