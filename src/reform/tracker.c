#include "reform/tracker.h"

#include "access/access.h"
#include "base/node.h"
#include "db/db.h"
#include "rulebook/rulebook.h"

enum { TITLE_CHARS = 200, TEXT_CHARS = 4000, LIST_MAX = 500 };

/* ---- small hands --------------------------------------------------------------------------- */

static enum err commit_or_drop(struct ctx *c, struct draft *d, enum err e)
{
    if (!e)
        return draft_commit(c, d);
    draft_drop(d);
    return e;
}

static enum err said(struct ctx *c, struct str *s, size_t max, bool needed, const char *key)
{
    *s = str_trim(*s);
    if (utf8_count(*s) > max)
        return FAIL(c, ERR_INPUT, "reform.too-long", "%zu bytes", s->n);
    return s->n || !needed ? ERR_OK : FAIL(c, ERR_INPUT, key, "empty");
}

static enum err ids_known(struct ctx *c, struct str requirements, struct str provisions)
{
    struct str id;
    size_t at;
    while (str_next(&requirements, ' ', &id))
        if (id.n && !promise_find(c->node->standards, id, &at))
            return FAIL(c, ERR_INPUT, "reform.no-requirement", STR_F, STR_A(str_sub(id, 0, 60)));
    while (str_next(&provisions, ' ', &id))
        if (id.n && !pack_provision(c->node->pack, id))
            return FAIL(c, ERR_INPUT, "reform.no-provision", STR_F, STR_A(str_sub(id, 0, 60)));
    return ERR_OK;
}

/* ---- reforms ----------------------------------------------------------------------------------- */

static struct reform reform_of(struct rows *r)
{
    return (struct reform){ .id = row_str(r, 0), .title = row_str(r, 1), .issue = row_str(r, 2), .requirements = row_str(r, 3),
        .provisions = row_str(r, 4), .stage = row_str(r, 5), .state = row_str(r, 6), .by = row_str(r, 7), .at_us = row_i64(r, 8) };
}

enum err reform_get(struct ctx *c, struct str id, struct reform *out)
{
    AUTO_ROWS r = { 0 };
    TRY(access_need(c, "reform.view", (struct str){ 0 }));
    TRY(db_query(c, &r, "SELECT id, title, issue, requirements, provisions, stage, state, by_officer, at_us"
                        " FROM reform_row WHERE id = $1", ARGS(TEXT(id))));
    bool found = rows_next(&r);
    if (found)
        *out = reform_of(&r);
    TRY(rows_end(&r));
    return found ? ERR_OK : FAIL(c, ERR_NOT_FOUND, "error.not-found", "reform");
}

enum err reform_list(struct ctx *c, size_t limit, struct reform **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    struct reform *v = NEW_N(&c->mem, struct reform, limit);
    size_t k = 0;
    TRY(ctx_check(c));
    TRY(access_need(c, "reform.view", (struct str){ 0 }));
    TRY(db_query(c, &r, "SELECT id, title, issue, requirements, provisions, stage, state, by_officer, at_us"
                        " FROM reform_row ORDER BY state, at_us DESC, id LIMIT $1", ARGS(INT((int64_t)limit))));
    while (k < limit && rows_next(&r))
        v[k++] = reform_of(&r);
    TRY(rows_end(&r));
    *out = v;
    *n = k;
    return ERR_OK;
}

static enum err new_sets(struct ctx *c, struct draft *d, const struct reform_new *n, struct str *id)
{
    TRY(reform_dossier(c, d));
    *id = record_new(d);
    draft_set(d, "reform", *id, "title", n->title);
    draft_set(d, "reform", *id, "issue", n->issue);
    draft_set(d, "reform", *id, "requirements", n->requirements);
    draft_set(d, "reform", *id, "provisions", n->provisions);
    draft_set(d, "reform", *id, "stage", c->node->standards->stage[0].id);
    draft_set(d, "reform", *id, "state", STR("open"));
    draft_set(d, "reform", *id, "by", c->who->id);
    draft_set_i64(d, "reform", *id, "at", c->now_us);
    return ctx_check(c);
}

enum err reform_new(struct ctx *c, const struct reform_new *in, struct str *id)
{
    struct reform_new n = *in;
    struct str made = { 0 };
    struct draft *d;
    TRY(access_need(c, "reform.edit", (struct str){ 0 }));
    if (!c->node->standards->stages)
        return FAIL(c, ERR_NOT_FOUND, "reform.no-stages", "no reform_stages.csv");
    TRY(said(c, &n.title, TITLE_CHARS, true, "reform.say-title"));
    TRY(said(c, &n.issue, TEXT_CHARS, true, "reform.say-issue"));
    n.requirements = str_trim(n.requirements);
    n.provisions = str_trim(n.provisions);
    TRY(ids_known(c, n.requirements, n.provisions));
    TRY(draft_begin(c, STR("reform"), "reform.edit", &d));
    TRY(commit_or_drop(c, d, new_sets(c, d, &n, &made)));
    *id = made;
    return ERR_OK;
}

/* Into the dossier of the reform; *now as it stands under the lock. */
static enum err in_reform(struct ctx *c, struct draft *d, struct str id, struct reform *now)
{
    struct record r;
    TRY(reform_get(c, id, now));
    TRY(record_load(c, id, &r));
    draft_in(d, r.dossier);
    return ERR_OK;
}

static enum err shelve_sets(struct ctx *c, struct draft *d, struct str id, bool shelved)
{
    struct reform now;
    TRY(in_reform(c, d, id, &now));
    draft_set(d, "reform", id, "state", shelved ? STR("shelved") : STR("open"));
    return ctx_check(c);
}

enum err reform_shelve(struct ctx *c, struct str id, bool shelved, struct str reason)
{
    struct draft *d;
    TRY(access_need(c, "reform.edit", (struct str){ 0 }));
    TRY(said(c, &reason, TEXT_CHARS, true, "reform.say-reason"));
    TRY(draft_begin(c, id, "reform.edit", &d));
    draft_reason(d, reason);
    return commit_or_drop(c, d, shelve_sets(c, d, id, shelved));
}

/* ---- entries ------------------------------------------------------------------------------------ */

enum err reform_entries(struct ctx *c, struct str id, struct reform_entry **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    struct reform_entry *v = NEW_N(&c->mem, struct reform_entry, LIST_MAX);
    size_t k = 0;
    TRY(ctx_check(c));
    TRY(access_need(c, "reform.view", (struct str){ 0 }));
    TRY(db_query(c, &r,
        "SELECT id, stage, on_day, what, body, source, file, file_name, territory, lang, reach, skipped, back, by_officer, at_us"
        " FROM reform_entry_row WHERE reform = $1 ORDER BY on_day, at_us, id LIMIT $2", ARGS(TEXT(id), INT(LIST_MAX))));
    while (k < LIST_MAX && rows_next(&r))
        v[k++] = (struct reform_entry){ .id = row_str(&r, 0), .stage = row_str(&r, 1), .on = row_str(&r, 2),
            .what = row_str(&r, 3), .body = row_str(&r, 4), .source = row_str(&r, 5), .file = row_str(&r, 6),
            .file_name = row_str(&r, 7), .territory = row_str(&r, 8), .lang = row_str(&r, 9), .reach = row_i64(&r, 10),
            .skipped = row_i64(&r, 11) != 0, .back = row_i64(&r, 12) != 0, .by = row_str(&r, 13), .at_us = row_i64(&r, 14) };
    TRY(rows_end(&r));
    *out = v;
    *n = k;
    return ERR_OK;
}

static bool last_stage(struct ctx *c, struct str stage)
{
    const struct standards *s = c->node->standards;
    return s->stages && str_eq(s->stage[s->stages - 1].id, stage);
}

static enum err entry_checked(struct ctx *c, struct entry_new *e)
{
    struct civil day;
    TRY(said(c, &e->what, TEXT_CHARS, true, "reform.say-what"));
    TRY(said(c, &e->body, TITLE_CHARS, false, ""));
    TRY(said(c, &e->source, 400, !e->file.n, "reform.say-source"));
    if (!date_parse(e->on, &day) || days_from_civil(day) > pack_local_day(c->node->pack, c->now_us))
        return FAIL(c, ERR_INPUT, "reform.say-day", "day");
    if (e->territory.n && !pack_territory(c->node->pack, e->territory))
        return FAIL(c, ERR_INPUT, "reform.say-place", "territory");
    if (last_stage(c, e->stage) && (!e->territory.n || e->reach < 0))
        return FAIL(c, ERR_INPUT, "reform.say-reach", "dissemination");
    if (e->reach < -1 || e->reach > 100000000)
        return FAIL(c, ERR_INPUT, "reform.say-reach", "reach");
    return ERR_OK;
}

static void entry_sets(struct ctx *c, struct draft *d, struct str reform, const struct entry_new *e, struct str hash,
                       const char *flag)
{
    struct str id = record_new(d);
    draft_set(d, "reform_entry", id, "reform", reform);
    draft_set(d, "reform_entry", id, "stage", e->stage);
    draft_set(d, "reform_entry", id, "on", e->on);
    draft_set(d, "reform_entry", id, "what", e->what);
    draft_set(d, "reform_entry", id, "body", e->body);
    draft_set(d, "reform_entry", id, "source", e->source);
    draft_set(d, "reform_entry", id, "file", hash);
    draft_set(d, "reform_entry", id, "file_name", hash.n ? e->file_name : (struct str){ 0 });
    draft_set(d, "reform_entry", id, "territory", e->territory);
    draft_set(d, "reform_entry", id, "lang", e->lang);
    if (e->reach >= 0)
        draft_set_i64(d, "reform_entry", id, "reach", e->reach);
    if (flag)
        draft_set(d, "reform_entry", id, flag, STR("yes"));
    draft_set(d, "reform_entry", id, "by", c->who->id);
    draft_set_i64(d, "reform_entry", id, "at", c->now_us);
}

static enum err add_sets(struct ctx *c, struct draft *d, struct str id, const struct entry_new *e, struct str hash)
{
    struct reform now;
    size_t at, is;
    TRY(in_reform(c, d, id, &now));
    if (!stage_find(c->node->standards, e->stage, &at) || !stage_find(c->node->standards, now.stage, &is) || at > is)
        return FAIL(c, ERR_INPUT, "reform.not-that-stage", "stage");
    entry_sets(c, d, id, e, hash, NULL);
    return ctx_check(c);
}

enum err reform_entry_add(struct ctx *c, struct str id, const struct entry_new *in)
{
    struct entry_new e = *in;
    struct str hash = { 0 };
    struct record r;
    struct reform now;
    struct draft *d;
    TRY(access_need(c, "reform.edit", (struct str){ 0 }));
    TRY(reform_get(c, id, &now));
    TRY(entry_checked(c, &e));
    if (e.file.n) {
        TRY(record_load(c, id, &r));
        TRY(blob_put(c, r.dossier, e.file, &hash));
    }
    TRY(draft_begin(c, id, "reform.edit", &d));
    return commit_or_drop(c, d, add_sets(c, d, id, &e, hash));
}

enum err reform_file(struct ctx *c, struct str id, struct str entry, struct str *bytes, struct str *name)
{
    struct reform_entry *e;
    struct record r;
    size_t n;
    TRY(reform_entries(c, id, &e, &n));
    for (size_t i = 0; i < n; i++)
        if (str_eq(e[i].id, entry) && e[i].file.n) {
            TRY(access_record(c, entry, &r));
            *name = e[i].file_name;
            return blob_get(c, r.dossier, e[i].file, bytes);
        }
    return FAIL(c, ERR_NOT_FOUND, "error.no-page", "file");
}

/* ---- stages ---------------------------------------------------------------------------------------- */

static bool documented(const struct reform_entry *e, size_t n, struct str stage)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(e[i].stage, stage) && !e[i].back)
            return true;
    return false;
}

static void reason_entry(struct ctx *c, struct draft *d, struct str id, struct str stage, struct str reason, const char *flag)
{
    struct entry_new e = { .stage = stage, .what = reason, .reach = -1,
        .on = date_text(&c->mem, civil_from_days(pack_local_day(c->node->pack, c->now_us))) };
    entry_sets(c, d, id, &e, (struct str){ 0 }, flag);
}

static enum err move_sets(struct ctx *c, struct draft *d, struct str id, struct str to, struct str reason)
{
    const struct standards *s = c->node->standards;
    struct reform now;
    struct reform_entry *e;
    size_t n, from, want;
    TRY(in_reform(c, d, id, &now));
    if (!stage_find(s, to, &want) || !stage_find(s, now.stage, &from) || want == from)
        return FAIL(c, ERR_INPUT, "reform.no-stage", "stage");
    TRY(reform_entries(c, id, &e, &n));
    for (size_t i = from; i < want; i++) {
        if (documented(e, n, s->stage[i].id))
            continue;
        if (!reason.n)
            return FAIL(c, ERR_INPUT, "reform.stage-undocumented", "stage " STR_F, STR_A(s->stage[i].id));
        reason_entry(c, d, id, s->stage[i].id, reason, "skipped");
    }
    if (want < from) {
        if (!reason.n)
            return FAIL(c, ERR_INPUT, "reform.say-reason", "back without reason");
        reason_entry(c, d, id, to, reason, "back");
    }
    draft_set(d, "reform", id, "stage", to);
    return ctx_check(c);
}

enum err reform_move(struct ctx *c, struct str id, struct str to, struct str reason)
{
    struct draft *d;
    TRY(access_need(c, "reform.edit", (struct str){ 0 }));
    TRY(said(c, &reason, TEXT_CHARS, false, ""));
    TRY(draft_begin(c, id, "reform.edit", &d));
    draft_reason(d, reason);
    return commit_or_drop(c, d, move_sets(c, d, id, to, reason));
}

/* ---- texts -------------------------------------------------------------------------------------------- */

enum err reform_texts(struct ctx *c, struct str id, struct reform_text **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    struct reform_text *v = NEW_N(&c->mem, struct reform_text, LIST_MAX);
    size_t k = 0;
    TRY(ctx_check(c));
    TRY(access_need(c, "reform.view", (struct str){ 0 }));
    TRY(db_query(c, &r, "SELECT id, note, by_officer, n, at_us FROM reform_text_row WHERE reform = $1 ORDER BY n, at_us, id"
                        " LIMIT $2", ARGS(TEXT(id), INT(LIST_MAX))));
    while (k < LIST_MAX && rows_next(&r))
        v[k++] = (struct reform_text){ .id = row_str(&r, 0), .note = row_str(&r, 1), .by = row_str(&r, 2),
                                       .n = row_i64(&r, 3), .at_us = row_i64(&r, 4) };
    TRY(rows_end(&r));
    *out = v;
    *n = k;
    return ERR_OK;
}

static enum err text_sets(struct ctx *c, struct draft *d, struct str id, struct str text, struct str note, struct str *made)
{
    struct reform now;
    struct reform_text *v;
    size_t n;
    TRY(in_reform(c, d, id, &now));
    TRY(reform_texts(c, id, &v, &n));
    *made = record_new(d);
    draft_set(d, "reform_text", *made, "reform", id);
    draft_set_i64(d, "reform_text", *made, "n", n ? v[n - 1].n + 1 : 1);
    draft_set(d, "reform_text", *made, "text", text);
    draft_set(d, "reform_text", *made, "note", note);
    draft_set(d, "reform_text", *made, "by", c->who->id);
    draft_set_i64(d, "reform_text", *made, "at", c->now_us);
    return ctx_check(c);
}

enum err reform_text_add(struct ctx *c, struct str id, struct str text, struct str note, struct str *version)
{
    struct str made = { 0 };
    struct draft *d;
    TRY(access_need(c, "reform.edit", (struct str){ 0 }));
    text = str_trim(text);
    if (!text.n || text.n > REFORM_TEXT_MAX)
        return FAIL(c, ERR_INPUT, "reform.text-size", "%zu bytes", text.n);
    TRY(said(c, &note, TEXT_CHARS, false, ""));
    TRY(draft_begin(c, id, "reform.edit", &d));
    TRY(commit_or_drop(c, d, text_sets(c, d, id, text, note, &made)));
    *version = made;
    return ERR_OK;
}

enum err reform_text_read(struct ctx *c, struct str id, struct str version, struct str *text)
{
    struct record r;
    TRY(access_record(c, version, &r));
    if (!str_is(r.kind, "reform_text") || !str_eq(record_get(&r, "reform"), id))
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "text");
    *text = record_get(&r, "text");
    return ERR_OK;
}

/* ---- comments --------------------------------------------------------------------------------------------- */

enum err reform_comments(struct ctx *c, struct str id, struct reform_comment **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    struct reform_comment *v = NEW_N(&c->mem, struct reform_comment, LIST_MAX);
    size_t k = 0;
    TRY(ctx_check(c));
    TRY(access_need(c, "reform.view", (struct str){ 0 }));
    TRY(db_query(c, &r,
        "SELECT id, version, place, what, from_body, by_officer, disposition, reason, decided_by, at_us, decided_us"
        " FROM reform_comment_row WHERE reform = $1 ORDER BY at_us, id LIMIT $2", ARGS(TEXT(id), INT(LIST_MAX))));
    while (k < LIST_MAX && rows_next(&r))
        v[k++] = (struct reform_comment){ .id = row_str(&r, 0), .version = row_str(&r, 1), .place = row_str(&r, 2),
            .what = row_str(&r, 3), .from = row_str(&r, 4), .by = row_str(&r, 5), .disposition = row_str(&r, 6),
            .reason = row_str(&r, 7), .decided_by = row_str(&r, 8), .at_us = row_i64(&r, 9), .decided_us = row_i64(&r, 10) };
    TRY(rows_end(&r));
    *out = v;
    *n = k;
    return ERR_OK;
}

static enum err comment_sets(struct ctx *c, struct draft *d, struct str id, const struct comment_new *n)
{
    struct reform now;
    struct str text;
    TRY(in_reform(c, d, id, &now));
    TRY(reform_text_read(c, id, n->version, &text));
    struct str made = record_new(d);
    draft_set(d, "reform_comment", made, "reform", id);
    draft_set(d, "reform_comment", made, "version", n->version);
    draft_set(d, "reform_comment", made, "place", n->place);
    draft_set(d, "reform_comment", made, "what", n->what);
    draft_set(d, "reform_comment", made, "from", n->from);
    draft_set(d, "reform_comment", made, "by", c->who->id);
    draft_set_i64(d, "reform_comment", made, "at", c->now_us);
    return ctx_check(c);
}

enum err reform_comment_add(struct ctx *c, struct str id, const struct comment_new *in)
{
    struct comment_new n = *in;
    struct draft *d;
    TRY(access_need(c, "reform.edit", (struct str){ 0 }));
    TRY(said(c, &n.what, COMMENT_CHARS, true, "reform.say-comment"));
    TRY(said(c, &n.from, TITLE_CHARS, true, "reform.say-from"));
    TRY(said(c, &n.place, TITLE_CHARS, false, ""));
    TRY(draft_begin(c, id, "reform.edit", &d));
    return commit_or_drop(c, d, comment_sets(c, d, id, &n));
}

static enum err decide_sets(struct ctx *c, struct draft *d, struct str id, struct str comment, struct str what, struct str reason)
{
    struct record r;
    TRY(access_record(c, comment, &r));
    if (!str_is(r.kind, "reform_comment") || !str_eq(record_get(&r, "reform"), id))
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "comment");
    draft_in(d, r.dossier);
    draft_set(d, "reform_comment", comment, "disposition", what);
    draft_set(d, "reform_comment", comment, "reason", reason);
    draft_set(d, "reform_comment", comment, "decided_by", c->who->id);
    draft_set_i64(d, "reform_comment", comment, "decided", c->now_us);
    return ctx_check(c);
}

enum err reform_comment_decide(struct ctx *c, struct str id, struct str comment, struct str what, struct str reason)
{
    struct draft *d;
    TRY(access_need(c, "reform.edit", (struct str){ 0 }));
    bool accepted = str_is(what, "accepted");
    if (!accepted && !str_is(what, "partly") && !str_is(what, "rejected"))
        return FAIL(c, ERR_INPUT, "reform.say-disposition", "disposition");
    TRY(said(c, &reason, COMMENT_CHARS, !accepted, "reform.say-reason"));
    TRY(draft_begin(c, id, "reform.edit", &d));
    return commit_or_drop(c, d, decide_sets(c, d, id, comment, what, reason));
}
