/* officer.c - the people who work here.  An officer is a record in the open
 * directory dossier; her password and TOTP secret are hashed and sealed before
 * they become part of a change. */
#include "access/access.h"

#include "base/node.h"
#include "crypto/crypto.h"
#include "db/db.h"
#include "pack/pack.h"
#include "access/state.h"

/* Roles of the pack, followed by what they can do in general. */
static struct str with_capabilities(struct ctx *c, struct str roles)
{
    struct buf b;
    struct str rest = roles, role;
    buf_init(&b, &c->mem, 1024);
    buf_put(&b, roles);
    while (str_next(&rest, ' ', &role)) {
        const struct role *r = c->node->pack ? pack_role(c->node->pack, role) : NULL;
        struct str caps = r ? r->capabilities : (struct str){ 0 }, cap;
        while (str_next(&caps, ' ', &cap))
            if (!pack_has_word(buf_str(&b), cap)) {
                buf_char(&b, ' ');
                buf_put(&b, cap);
            }
    }
    return buf_str(&b);
}

static struct kdf_cost cost_of(struct ctx *c)
{
    return c->node->access ? c->node->access->cost : (struct kdf_cost){ 0 };
}

static bool login_ok(struct str s)
{
    if (s.n < 2 || s.n > 60)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!(ascii_digit(s.p[i]) || (s.p[i] >= 'a' && s.p[i] <= 'z') || memchr(".-_", s.p[i], 3)))
            return false;
    return true;
}

static enum err login_free(struct ctx *c, struct str login)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r, "SELECT 1 FROM officer WHERE login = $1", ARGS(TEXT(login))));
    bool taken = rows_next(&r);
    TRY(rows_end(&r));
    return taken ? FAIL(c, ERR_CONFLICT, "officer.login-taken", STR_F, STR_A(login)) : ERR_OK;
}

/* The one open dossier of the directory: readable by every officer. */
static struct str directory(struct ctx *c, struct draft *d)
{
    AUTO_ROWS r = { 0 };
    struct str id = { 0 };
    if (db_query(c, &r, "SELECT id FROM dossier WHERE kind = 'directory' ORDER BY id LIMIT 1",
                 NO_ARGS) == ERR_OK && rows_next(&r))
        id = row_str(&r, 0);
    if (id.n)
        return id;
    id = dossier_new(d, "directory", (struct str){ 0 });
    (void)grant_add(c, d, id, (struct str){ 0 }, LEVEL_READ, "duty", 0, (struct str){ 0 });
    return id;
}

static enum err set_totp(struct ctx *c, struct draft *d, struct str id, struct str *shown)
{
    unsigned char raw[20];
    random_bytes(raw, sizeof raw);
    struct str secret = { (const char *)raw, sizeof raw };
    draft_set(d, "officer", id, "totp", hex_text(&c->mem, node_seal(c, secret)));
    *shown = base32_text(&c->mem, secret);
    wipe_bytes(raw, sizeof raw);
    return ctx_check(c);
}

static enum err add_sets(struct ctx *c, struct draft *d, const struct officer_new *o,
                         struct str id, struct str *totp_secret)
{
    struct str hash;
    TRY(password_hash(c, o->password, cost_of(c), &hash));
    draft_in(d, directory(c, d));
    draft_set(d, "officer", id, "login", o->login);
    draft_set(d, "officer", id, "name", o->name);
    draft_set(d, "officer", id, "office", o->office);
    draft_set(d, "officer", id, "agency", o->agency);
    draft_set(d, "officer", id, "territory", o->territory);
    draft_set(d, "officer", id, "roles", with_capabilities(c, o->roles));
    draft_set(d, "officer", id, "lang", o->lang);
    draft_set(d, "officer", id, "password", hash);
    return o->totp ? set_totp(c, d, id, totp_secret) : ERR_OK;
}

enum { PASSWORD_MIN = 8, PASSWORD_LONGEST = 256 };

static enum err password_fit(struct ctx *c, struct str p)
{
    if (utf8_count(p) < PASSWORD_MIN || p.n > PASSWORD_LONGEST)
        return FAIL(c, ERR_INPUT, "officer.password-length", "%zu bytes", p.n);
    return ERR_OK;
}

enum err officer_add(struct ctx *c, const struct officer_new *o, struct str *id, struct str *totp_secret)
{
    struct draft *d;
    if (!login_ok(o->login))
        return FAIL(c, ERR_INPUT, "officer.login-form", "%zu bytes", o->login.n);
    TRY(password_fit(c, o->password));
    TRY(draft_begin(c, STR("directory"), "directory.edit", &d));
    struct str made = id_new(&c->mem, c->now_us);
    enum err e = login_free(c, o->login);
    if (!e)
        e = add_sets(c, d, o, made, totp_secret);
    if (e) {
        draft_drop(d);
        return e;
    }
    TRY(draft_commit(c, d));
    *id = made;
    return ERR_OK;
}

static enum err id_of(struct ctx *c, struct str login, struct str *id)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r, "SELECT id FROM officer WHERE login = $1", ARGS(TEXT(login))));
    if (rows_next(&r))
        *id = row_str(&r, 0);
    TRY(rows_end(&r));
    return id->n ? ERR_OK : FAIL(c, ERR_NOT_FOUND, "officer.none", STR_F, STR_A(login));
}

static enum err set_one(struct ctx *c, struct str login, const char *field, struct str value)
{
    struct str id = { 0 };
    struct draft *d;
    TRY(id_of(c, login, &id));
    TRY(draft_begin(c, STR("directory"), "directory.edit", &d));
    draft_in(d, directory(c, d));
    draft_set(d, "officer", id, field, value);
    TRY(draft_commit(c, d));
    if (c->node->access)
        session_end_all_of(c, id);
    return ERR_OK;
}

enum err officer_set_password(struct ctx *c, struct str login, struct str password)
{
    struct str hash;
    TRY(password_fit(c, password));
    TRY(password_hash(c, password, cost_of(c), &hash));
    return set_one(c, login, "password", hash);
}

enum err officer_disable(struct ctx *c, struct str login, bool disabled)
{
    return set_one(c, login, "disabled", disabled ? STR("yes") : STR("no"));
}

static struct officer_row row_of(struct rows *r)
{
    return (struct officer_row){ row_str(r, 0), row_str(r, 1), row_str(r, 2), row_str(r, 3),
        row_str(r, 4), row_str(r, 5), row_str(r, 6), row_str(r, 7),
        row_i64(r, 8) != 0, row_i64(r, 9) != 0 };
}

enum err officer_list(struct ctx *c, struct str office, struct officer_row **out, size_t *n)
{
    enum { MAX = 1000 };
    AUTO_ROWS r = { 0 };
    struct officer_row *o = NEW_N(&c->mem, struct officer_row, MAX);
    size_t k = 0;
    TRY(ctx_check(c));
    TRY(db_query(c, &r,
        "SELECT id, login, name, office, agency, territory, roles, lang, disabled,"
        " CASE WHEN totp = '' THEN 0 ELSE 1 END FROM officer"
        " WHERE $1 = '' OR office = $1 ORDER BY office, name, id LIMIT 1000",
        ARGS(TEXT(office))));
    while (k < MAX && rows_next(&r))
        o[k++] = row_of(&r);
    TRY(rows_end(&r));
    *out = o;
    *n = k;
    return ERR_OK;
}

enum err officer_find(struct ctx *c, struct str id, struct officer_row *out)
{
    AUTO_ROWS r = { 0 };
    bool found = false;
    TRY(db_query(c, &r,
        "SELECT id, login, name, office, agency, territory, roles, lang, disabled,"
        " CASE WHEN totp = '' THEN 0 ELSE 1 END FROM officer WHERE id = $1", ARGS(TEXT(id))));
    if (rows_next(&r)) {
        *out = row_of(&r);
        found = true;
    }
    TRY(rows_end(&r));
    return found ? ERR_OK : FAIL(c, ERR_NOT_FOUND, "officer.none", STR_F, STR_A(id));
}

/* A telephone that sends by itself goes by its label; the machine by its name. */
static struct str device_name(struct ctx *c, struct str id, struct str none)
{
    struct record r;
    if (str_is(id, "machine"))
        return officer_machine(c)->name;
    if (!id.n || record_load(c, id, &r) != ERR_OK || !str_is(r.kind, "device") || !record_get(&r, "label").n)
        return none;
    return record_get(&r, "label");
}

struct str officer_name(struct ctx *c, struct str id)
{
    AUTO_ROWS r = { 0 };
    struct str name = STR("—");
    struct fault before = c->fault;
    if (id.n && db_query(c, &r, "SELECT name FROM officer WHERE id = $1", ARGS(TEXT(id))) == ERR_OK &&
        rows_next(&r))
        name = row_str(&r, 0);
    else
        name = device_name(c, id, name);
    c->fault = before;
    return name;
}

const struct officer *officer_machine(struct ctx *c)
{
    static const struct officer machine = {
        .id = STR_INIT("machine"), .name = STR_INIT("Amparo"), .office = STR_INIT("machine"),
        .roles = STR_INIT("machine"),
    };
    (void)c;
    return &machine;
}
