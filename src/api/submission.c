/* submission.c - a filled form becomes a signal. */
#include "api/api.h"

#include "base/node.h"
#include "crypto/crypto.h"
#include "db/db.h"
#include "pack/pack.h"
#include "signal/served.h"
#include "signal/signal.h"

enum { INSTANCE_MAX = 200, XML_PIECE = 60 * 1024, XML_PIECES = 10 };

/* ---- what is known of an instance --------------------------------------------------------- */

struct known { struct str id, signal, dossier, form, hash, replaced_by; };

static enum err find(struct ctx *c, struct str instance, struct known *out)
{
    AUTO_ROWS r = { 0 };
    *out = (struct known){ 0 };
    TRY(db_query(c, &r,
        "SELECT id, signal, dossier, form, hash, replaced_by FROM submission"
        " WHERE instance = $1 ORDER BY id LIMIT 1", ARGS(TEXT(instance))));
    if (rows_next(&r))
        *out = (struct known){ row_str(&r, 0), row_str(&r, 1), row_str(&r, 2), row_str(&r, 3),
                               row_str(&r, 4), row_str(&r, 5) };
    return rows_end(&r);
}

/* ---- the bytes as sent ---------------------------------------------------------------------- */

/* No piece ends inside a code point. */
static size_t piece_end(struct str s)
{
    size_t n = s.n < XML_PIECE ? s.n : XML_PIECE;
    while (n < s.n && n && ((unsigned char)s.p[n] & 0xC0) == 0x80)
        n--;
    return n;
}

static const char *const piece_name[XML_PIECES] = { "a/xml.0", "a/xml.1", "a/xml.2", "a/xml.3", "a/xml.4",
                                                    "a/xml.5", "a/xml.6", "a/xml.7", "a/xml.8", "a/xml.9" };

static enum err keep_xml(struct ctx *c, struct draft *d, struct str id, struct str xml)
{
    for (size_t i = 0; xml.n; i++) {
        size_t n = piece_end(xml);
        if (i == XML_PIECES)
            return FAIL(c, ERR_INPUT, "submission.too-big", "%zu bytes more", xml.n);
        draft_set(d, "submission", id, piece_name[i], str_sub(xml, 0, n));
        xml = str_sub(xml, n, SIZE_MAX);
    }
    return ERR_OK;
}

enum err submission_xml(struct ctx *c, struct str id, struct str *xml)
{
    struct record r;
    struct buf b;
    TRY(record_load(c, id, &r));
    if (!str_is(r.kind, "submission"))
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "not a submission");
    buf_init(&b, &c->mem, (size_t)XML_PIECES * XML_PIECE);
    for (size_t i = 0; i < XML_PIECES; i++)
        buf_put(&b, record_get(&r, piece_name[i]));
    if (b.failed)
        return ctx_check(c);
    *xml = buf_str(&b);
    return ERR_OK;
}

/* ---- reading what came ------------------------------------------------------------------------ */

struct arrival {
    const struct submission_in *in;
    struct submission s;
    const struct form *form;
    struct str hash;
    struct str *expected;  size_t expected_n;
};

static enum err form_of(struct ctx *c, struct arrival *a)
{
    if (!served_find(c->node->served, a->s.form_id, (struct str){ 0 }))
        return FAIL(c, ERR_NOT_FOUND, "submission.unknown-form", "form of %zu bytes", a->s.form_id.n);
    struct str version = a->s.version.p ? a->s.version : STR("");
    const struct served_form *f = served_find(c->node->served, a->s.form_id, version);
    if (!f)
        return FAIL(c, ERR_NOT_FOUND, "submission.unknown-version", "version of %zu bytes", version.n);
    a->form = f->form;
    return ERR_OK;
}

static enum err read_in(struct ctx *c, const struct submission_in *in, struct arrival *a)
{
    unsigned char sum[32];
    *a = (struct arrival){ .in = in };
    if (!utf8_valid(in->xml))
        return FAIL(c, ERR_INPUT, "submission.not-utf8", "%zu bytes", in->xml.n);
    if (in->xml.n > (size_t)XML_PIECES * (XML_PIECE - 4))
        return FAIL(c, ERR_INPUT, "submission.too-big", "%zu bytes", in->xml.n);
    TRY(submission_load(c, in->xml, &a->s));
    TRY(form_of(c, a));
    if (a->s.encrypted)
        return FAIL(c, ERR_INPUT, "submission.encrypted", "encrypted submission");
    TRY(answers_fit(c, a->form, &a->s.answers));
    TRY(answers_files(c, a->form, &a->s.answers, &a->expected, &a->expected_n));
    hash_sha256(sum, in->xml);
    a->hash = hex_text(&c->mem, (struct str){ (const char *)sum, sizeof sum });
    /* Without an id of its own a submission is known by its bytes. */
    if (!a->s.instance_id.n)
        a->s.instance_id = str_join(&c->mem, STR("sha256:"), a->hash);
    if (a->s.instance_id.n > INSTANCE_MAX || a->s.deprecated_id.n > INSTANCE_MAX)
        return FAIL(c, ERR_INPUT, "submission.bad-id", "%zu bytes", a->s.instance_id.n);
    return ctx_check(c);
}

/* Where the answers say it is, else where the sender works. */
static struct str territory_of(struct ctx *c, const struct arrival *a)
{
    static const char *const names[] = { "district", "territory", "department" };
    for (size_t k = 0; k < COUNT_OF(names); k++)
        for (size_t i = 0; i < a->s.answers.n; i++) {
            struct str path = a->s.answers.v[i].path, v = a->s.answers.v[i].value;
            bool named = str_is(path, names[k]) || str_ends(path, str_join(&c->mem, STR("/"), str_c(names[k])));
            if (named && v.n && pack_territory(c->node->pack, v))
                return v;
        }
    return a->in->territory;
}

/* ---- attachments ---------------------------------------------------------------------------------- */

static bool is_expected(const struct arrival *a, struct str name)
{
    for (size_t i = 0; i < a->expected_n; i++)
        if (str_eq(a->expected[i], name))
            return true;
    return false;
}

static enum err file_here(struct ctx *c, struct str submission, struct str name, bool *yes)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r, "SELECT 1 FROM submission_file WHERE submission = $1 AND name_index = $2",
                 ARGS(TEXT(submission), TEXT(blind_index(c, "file name", name)))));
    *yes = rows_next(&r);
    return rows_end(&r);
}

struct blob { const struct submission_part *part; struct str hash; };

static void file_sets(struct ctx *c, struct draft *d, const struct known *k, const struct blob *b)
{
    struct str id = record_new(d);
    draft_in(d, k->dossier);
    draft_set(d, "submission_file", id, "submission", k->id);
    draft_set(d, "submission_file", id, "signal", k->signal);
    draft_set(d, "submission_file", id, "name", b->part->name);
    draft_set(d, "submission_file", id, "name_index", blind_index(c, "file name", b->part->name));
    draft_set(d, "submission_file", id, "type", str_sub(b->part->type, 0, 100));
    draft_set(d, "submission_file", id, "hash", b->hash);
    draft_set_i64(d, "submission_file", id, "bytes", (int64_t)b->part->bytes.n);
}

static enum err write_files(struct ctx *c, struct str lock, const struct known *k, const struct blob *b, size_t n)
{
    struct draft *d;
    TRY(draft_begin(c, lock, "signal.receive", &d));
    size_t made = 0;
    for (size_t i = 0; i < n; i++) {
        bool here = false;
        enum err e = file_here(c, k->id, b[i].part->name, &here);
        if (e) {
            draft_drop(d);
            return e;
        }
        if (!here)
            file_sets(c, d, k, &b[i]), made++;
    }
    if (made)
        return draft_commit_durable(c, d);
    draft_drop(d);
    return ERR_OK;
}

/* The files this submission asks for, once each; others are passed over. */
static enum err take_files(struct ctx *c, const struct arrival *a, struct str lock, const struct known *k)
{
    struct blob *b = NEW_N(&c->mem, struct blob, a->in->n + 1);
    size_t n = 0;
    TRY(ctx_check(c));
    for (size_t i = 0; i < a->in->n; i++) {
        const struct submission_part *p = &a->in->part[i];
        bool twice = false;
        for (size_t j = 0; j < n; j++)
            twice = twice || str_eq(b[j].part->name, p->name);
        if (twice || !is_expected(a, p->name))
            continue;
        b[n].part = p;
        TRY(blob_put(c, k->dossier, p->bytes, &b[n].hash));
        n++;
    }
    return n ? write_files(c, lock, k, b, n) : ERR_OK;
}

static enum err still_missing(struct ctx *c, const struct arrival *a, const struct known *k, size_t *n)
{
    *n = 0;
    for (size_t i = 0; i < a->expected_n; i++) {
        bool here = false, sent = false;
        for (size_t j = 0; j < a->in->n; j++)
            sent = sent || str_eq(a->in->part[j].name, a->expected[i]);
        if (!sent)
            TRY(file_here(c, k->id, a->expected[i], &here));
        *n += !sent && !here;
    }
    return ERR_OK;
}

/* ---- the change --------------------------------------------------------------------------------- */

static enum err submission_sets(struct ctx *c, struct draft *d, const struct arrival *a, struct known *k)
{
    k->id = record_new(d);
    draft_in(d, k->dossier);
    draft_set(d, "submission", k->id, "instance", a->s.instance_id);
    draft_set(d, "submission", k->id, "signal", k->signal);
    draft_set(d, "submission", k->id, "form", a->s.form_id);
    draft_set(d, "submission", k->id, "version", a->s.version);
    draft_set(d, "submission", k->id, "hash", a->hash);
    draft_set(d, "submission", k->id, "device", a->in->device);
    draft_set_i64(d, "submission", k->id, "received", c->now_us);
    draft_set_i64(d, "submission", k->id, "files", (int64_t)a->expected_n);
    return keep_xml(c, d, k->id, a->in->xml);
}

static enum err write_new(struct ctx *c, struct draft *d, const struct arrival *a, struct known *k)
{
    struct signal_made made;
    TRY(signal_draft(c, d, &(struct signal_in){ .channel = "odk", .form = a->s.form_id,
        .answers = &a->s.answers, .territory = territory_of(c, a), .instance = a->s.instance_id }, &made));
    *k = (struct known){ .signal = made.id, .dossier = made.dossier };
    return submission_sets(c, d, a, k);
}

/* Files the sender had sent before and still names go along with the correction. */
static enum err carry_files(struct ctx *c, struct draft *d, const struct arrival *a, struct str old, const struct known *k)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r, "SELECT id FROM submission_file WHERE submission = $1 ORDER BY id", ARGS(TEXT(old))));
    while (rows_next(&r)) {
        struct record f;
        TRY(record_load(c, row_str(&r, 0), &f));
        struct submission_part p = { record_get(&f, "name"), record_get(&f, "type"), { 0 } };
        if (!is_expected(a, p.name))
            continue;
        p.bytes.n = (size_t)record_i64(&f, "bytes");         /* only its size is written */
        file_sets(c, d, k, &(struct blob){ &p, record_get(&f, "hash") });
    }
    return rows_end(&r);
}

static enum err write_edit(struct ctx *c, struct draft *d, const struct arrival *a, struct known *k)
{
    struct known old;
    TRY(find(c, a->s.deprecated_id, &old));
    if (!old.id.n)
        return FAIL(c, ERR_NOT_FOUND, "submission.unknown-deprecated", "correction of an unknown submission");
    if (old.replaced_by.n)
        return FAIL(c, ERR_CONFLICT, "submission.superseded", "submission " STR_F, STR_A(old.id));
    if (!str_eq(old.form, a->s.form_id))
        return FAIL(c, ERR_INPUT, "submission.other-form", "submission " STR_F, STR_A(old.id));
    *k = (struct known){ .signal = old.signal, .dossier = old.dossier };
    TRY(signal_revise(c, d, old.signal, &a->s.answers));
    TRY(submission_sets(c, d, a, k));
    draft_set(d, "submission", old.id, "replaced_by", k->id);
    return carry_files(c, d, a, old.id, k);
}

/* ERR_OK with *made false: it was there already, byte for byte. */
static enum err write_locked(struct ctx *c, struct draft *d, const struct arrival *a, struct known *k, bool *made)
{
    TRY(find(c, a->s.instance_id, k));
    *made = !k->id.n;
    if (!*made)
        return str_eq(k->hash, a->hash) ? ERR_OK
             : FAIL(c, ERR_CONFLICT, "submission.conflict", "submission " STR_F, STR_A(k->id));
    return a->s.deprecated_id.n ? write_edit(c, d, a, k) : write_new(c, d, a, k);
}

enum err submission_take(struct ctx *c, const struct submission_in *in, struct submission_out *out)
{
    struct arrival a;
    struct known k;
    struct draft *d;
    bool made = false;
    TRY(read_in(c, in, &a));
    /* Corrections of one submission wait for each other; so do two posts of one instance. */
    struct str lock = a.s.deprecated_id.n ? a.s.deprecated_id : a.s.instance_id;
    TRY(draft_begin(c, lock, "signal.receive", &d));
    enum err e = write_locked(c, d, &a, &k, &made);
    if (e || !made)
        draft_drop(d);
    TRY(e);
    if (made)
        TRY(draft_commit_durable(c, d));
    TRY(take_files(c, &a, lock, &k));
    *out = (struct submission_out){ .id = k.id, .signal = k.signal, .instance = a.s.instance_id,
                                    .again = !made, .edit = a.s.deprecated_id.n > 0 };
    return still_missing(c, &a, &k, &out->missing);
}
