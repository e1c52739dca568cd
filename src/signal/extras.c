/* extras.c - what comes with a signal beside its answers: files that the
 * sender attached and the messages that followed. */
#include "signal/signal.h"

#include "base/node.h"
#include "db/db.h"
#include "page/page.h"

/* ---- files: bytes in the signal's dossier, hash and name as its fields ------------ */

static struct str numbered(struct ctx *c, const char *field, size_t i)
{
    struct buf b;
    buf_init(&b, &c->mem, 24);
    buf_fmt(&b, "%s/%zu", field, i + 1);
    return buf_str(&b);
}

static struct str number_text(struct ctx *c, size_t i)
{
    struct buf b;
    buf_init(&b, &c->mem, 8);
    buf_fmt(&b, "%zu", i + 1);
    return buf_str(&b);
}

static enum err dossier_of(struct ctx *c, struct str id, struct str *dossier)
{
    AUTO_ROWS r = { 0 };
    *dossier = (struct str){ 0 };
    TRY(db_query(c, &r, "SELECT dossier FROM signal_row WHERE id = $1", ARGS(TEXT(id))));
    if (rows_next(&r))
        *dossier = row_str(&r, 0);
    TRY(rows_end(&r));
    return dossier->n ? ERR_OK : FAIL(c, ERR_NOT_FOUND, "error.not-found", "signal " STR_F, STR_A(id));
}

static enum err keep_files(struct ctx *c, struct str id, const struct upload *up, size_t n)
{
    struct str dossier, hash[SIGNAL_FILES];
    struct draft *d;
    size_t k = 0;
    TRY(dossier_of(c, id, &dossier));
    for (size_t i = 0; i < n && k < SIGNAL_FILES; i++)
        if (up[i].bytes.n)
            TRY(blob_put(c, dossier, up[i].bytes, &hash[k++]));
    if (!k)
        return ERR_OK;
    TRY(draft_begin(c, id, "signal.receive", &d));
    draft_in(d, dossier);
    k = 0;
    for (size_t i = 0; i < n && k < SIGNAL_FILES; i++) {
        if (!up[i].bytes.n)
            continue;
        draft_set_field(d, STR("signal"), id, numbered(c, "file", k), hash[k]);
        draft_set_field(d, STR("signal"), id, numbered(c, "file_name", k),
                        up[i].name.n ? up[i].name : STR("adjunto"));
        k++;
    }
    return draft_commit(c, d);
}

enum err signal_keep_files(struct ctx *c, struct str id, const struct upload *up, size_t n)
{
    const struct officer *who = c->who;
    if (!n)
        return ERR_OK;
    if (!who)
        c->who = officer_machine(c);
    enum err e = keep_files(c, id, up, n);
    c->who = who;
    return e;
}

enum err signal_panel_files(struct ctx *c, struct out *o, const struct subject *s)
{
    struct record r;
    bool any = false;
    TRY(access_record(c, s->id, &r));
    for (size_t i = 0; i < SIGNAL_FILES; i++) {
        struct str name = record_get(&r, arena_z(&c->mem, numbered(c, "file_name", i)));
        if (!name.n)
            continue;
        if (!any) {
            part_begin(o, "signal.files");
            steps_begin(o, false);
        }
        any = true;
        step_begin(o, TONE_PLAIN);
        link_text(o, name, "/signal/%s/file/%s", s->id, number_text(c, i));
        step_end(o);
    }
    if (any) {
        steps_end(o);
        small(o, "signal.files-note");
        section_end(o);
    }
    return ERR_OK;
}

static enum err file_get(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct signal s;
    struct record r;
    struct str bytes;
    int64_t i;
    TRY(signal_get(c, rq->params[0], &s));
    TRY(access_record(c, s.id, &r));
    if (!str_to_i64(rq->params[1], &i) || i < 1 || i > SIGNAL_FILES)
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "no file");
    struct str hash = record_get(&r, arena_z(&c->mem, numbered(c, "file", (size_t)i - 1)));
    if (!hash.n)
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "no file");
    TRY(access_event(c, s.dossier, "download", hash));
    TRY(blob_get(c, s.dossier, hash, &bytes));
    return send_file(rs, STR("application/octet-stream"),
                     record_get(&r, arena_z(&c->mem, numbered(c, "file_name", (size_t)i - 1))), bytes);
}

const struct route signal_file_routes[] = {
    { GET, "/signal/:id/file/:n", file_get, .verb = "signal.view", .help = "A file that came with a signal." },
    { 0 }
};

/* ---- messages: added with the receipt, answered by the office ------------------------ */

struct message { struct str id; bool answer; int64_t at_us; };
enum { MESSAGES = 20 };

/* A page of messages, the newest first: before {0}, else those older than that one. */
static enum err messages_before(struct ctx *c, struct str signal, struct str before, struct message *m, size_t *n)
{
    AUTO_ROWS r = { 0 };
    size_t k = 0;
    TRY(db_query(c, &r,
        "SELECT id, kind, at_us FROM signal_message WHERE signal = $1 AND ($2 = '' OR (at_us, id) <"
        " (SELECT at_us, id FROM signal_message WHERE id = $2 AND signal = $1)) ORDER BY at_us DESC, id DESC LIMIT $3",
        ARGS(TEXT(signal), TEXT(before), INT(MESSAGES + 1))));
    for (; k <= MESSAGES && rows_next(&r); k++)
        m[k] = (struct message){ row_str(&r, 0), str_is(row_str(&r, 1), "signal_answer"), row_i64(&r, 2) };
    *n = k;
    return rows_end(&r);
}

static enum err message_out(struct ctx *c, struct out *o, const struct message *m)
{
    struct record rec;
    TRY(access_record(c, m->id, &rec));
    notice_begin(o, m->answer ? TONE_DONE : TONE_PLAIN);
    html(o, "<p><b>");
    key_out(o, m->answer ? "signal.message-ours" : "signal.message-theirs");
    html(o, "</b> ");
    time_of(o, m->at_us);
    html(o, "</p>");
    para_text(o, record_get(&rec, "words"));
    notice_end(o);
    return ERR_OK;
}

enum err signal_panel_messages(struct ctx *c, struct out *o, const struct subject *s)
{
    struct message m[MESSAGES + 1];
    struct str before = o->rq ? req_query(o->rq, "messages") : (struct str){ 0 };
    size_t n = 0;
    TRY(messages_before(c, s->id, before, m, &n));
    if (!n && !before.n)
        return ERR_OK;
    part_begin(o, "signal.messages");
    if (n > MESSAGES)
        link_to(o, "signal.messages-older", "/signal/%s?messages=%s", s->id, m[MESSAGES - 1].id);
    for (size_t i = n < MESSAGES ? n : MESSAGES; i > 0; i--)        /* read from old to new */
        TRY(message_out(c, o, &m[i - 1]));
    if (before.n)
        link_to(o, "signal.messages-newest", "/signal/%s", s->id);
    section_end(o);
    return ERR_OK;
}
