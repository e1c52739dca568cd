/* device.c - telephones that may send, and the settings they read. */
#include "api/api.h"

#include "base/node.h"
#include "crypto/crypto.h"
#include "db/db.h"
#include "http/http_auth.h"
#include "pack/pack.h"

#include <sodium.h>
#include <zlib.h>

/* ---- making one ------------------------------------------------------------------------ */

/* Lower-case base 32 of n random bytes. */
static struct str random_text(struct ctx *c, size_t n)
{
    unsigned char raw[32];
    random_bytes(raw, n);
    struct str s = base32_text(&c->mem, (struct str){ (const char *)raw, n });
    char *p = s.n ? arena_alloc(&c->mem, s.n, 1) : NULL;
    wipe_bytes(raw, sizeof raw);
    if (!p)
        return (struct str){ 0 };
    for (size_t i = 0; i < s.n; i++)
        p[i] = ascii_lower(s.p[i]);
    return (struct str){ p, s.n };
}

/* The open dossier of the directory, where officers are kept too. */
static enum err directory(struct ctx *c, struct str *id)
{
    AUTO_ROWS r = { 0 };
    *id = (struct str){ 0 };
    TRY(db_query(c, &r, "SELECT id FROM dossier WHERE kind = 'directory' ORDER BY id LIMIT 1", NO_ARGS));
    if (rows_next(&r))
        *id = row_str(&r, 0);
    return rows_end(&r);
}

static void device_sets(struct ctx *c, struct draft *d, const struct office *office, struct str label,
                        const struct device_new *n)
{
    char ha1[HTTP_HA1_LEN + 1];
    http_ha1(n->login, STR(DEVICE_REALM), n->secret, ha1);
    draft_set(d, "device", n->id, "login", n->login);
    draft_set(d, "device", n->id, "label", label);
    draft_set(d, "device", n->id, "office", office->id);
    draft_set(d, "device", n->id, "territory", office->territory);
    draft_set(d, "device", n->id, "ha1", hex_text(&c->mem, node_seal(c, (struct str){ ha1, HTTP_HA1_LEN })));
    draft_set(d, "device", n->id, "by", c->who->id);
    draft_set_i64(d, "device", n->id, "made", c->now_us);
    wipe_bytes(ha1, sizeof ha1);
}

static enum err in_directory(struct ctx *c, struct draft **d)
{
    struct str dossier;
    TRY(draft_begin(c, STR("directory"), "device.manage", d));
    enum err e = directory(c, &dossier);
    if (!e && !dossier.n) {
        dossier = dossier_new(*d, "directory", (struct str){ 0 });
        (void)grant_add(c, *d, dossier, (struct str){ 0 }, LEVEL_READ, "duty", 0, (struct str){ 0 });
    }
    if (e)
        draft_drop(*d);
    else
        draft_in(*d, dossier);
    return e;
}

enum { DEVICE_LABEL_MAX = 80 };

enum err device_add(struct ctx *c, struct str label, struct str office, struct device_new *out)
{
    struct draft *d;
    TRY(access_need(c, "device.manage", (struct str){ 0 }));
    const struct office *at = pack_office(c->node->pack, office.n ? office : c->who->office);
    label = str_trim(label);
    if (!label.n || label.n > DEVICE_LABEL_MAX)
        return FAIL(c, ERR_INPUT, "device.label", "%zu bytes", label.n);
    if (!at)
        return FAIL(c, ERR_INPUT, "device.office", "no such office");
    struct device_new n = { id_new(&c->mem, c->now_us), str_join(&c->mem, STR("m-"), random_text(c, 5)),
                            random_text(c, 15) };
    TRY(ctx_check(c));
    TRY(in_directory(c, &d));
    device_sets(c, d, at, label, &n);
    TRY(draft_commit(c, d));
    *out = n;
    return ERR_OK;
}

static enum err office_of(struct ctx *c, struct str id, struct str *office)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r, "SELECT office FROM device WHERE id = $1", ARGS(TEXT(id))));
    *office = rows_next(&r) ? row_str(&r, 0) : (struct str){ 0 };
    TRY(rows_end(&r));
    return office->n ? ERR_OK : FAIL(c, ERR_NOT_FOUND, "error.not-found", "device");
}

enum err device_disable(struct ctx *c, struct str id, bool disabled)
{
    struct str office;
    struct draft *d;
    TRY(access_need(c, "device.manage", (struct str){ 0 }));
    TRY(office_of(c, id, &office));
    if (!str_eq(office, c->who->office) && !officer_has(c->who, "admin") && !officer_has(c->who, "machine"))
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "device of another office");
    TRY(in_directory(c, &d));
    draft_set(d, "device", id, "disabled", disabled ? STR("yes") : STR("no"));
    return draft_commit(c, d);
}

/* ---- finding ----------------------------------------------------------------------------- */

enum err device_list(struct ctx *c, struct str office, struct device **out, size_t *n)
{
    enum { MAX = 1000 };
    AUTO_ROWS r = { 0 };
    struct device *v = NEW_N(&c->mem, struct device, MAX);
    size_t k = 0;
    TRY(ctx_check(c));
    TRY(db_query(c, &r,
        "SELECT id, login, label, office, territory, disabled, made_us FROM device"
        " WHERE $1 = '' OR office = $1 ORDER BY office, made_us DESC, id LIMIT 1000", ARGS(TEXT(office))));
    while (k < MAX && rows_next(&r))
        v[k++] = (struct device){ row_str(&r, 0), row_str(&r, 1), row_str(&r, 2), row_str(&r, 3),
                                  row_str(&r, 4), row_i64(&r, 5) != 0, row_i64(&r, 6) };
    TRY(rows_end(&r));
    *out = v;
    *n = k;
    return ERR_OK;
}

static enum err find(struct ctx *c, struct str login, struct device *out, struct str *sealed, bool *found)
{
    AUTO_ROWS r = { 0 };
    *found = false;
    TRY(db_query(c, &r,
        "SELECT id, login, label, office, territory, made_us, ha1 FROM device"
        " WHERE login = $1 AND disabled = 0 ORDER BY id LIMIT 1", ARGS(TEXT(login))));
    if (rows_next(&r)) {
        *out = (struct device){ .id = row_str(&r, 0), .login = row_str(&r, 1), .label = row_str(&r, 2),
                                .office = row_str(&r, 3), .territory = row_str(&r, 4), .made_us = row_i64(&r, 5) };
        *sealed = row_str(&r, 6);
        *found = true;
    }
    return rows_end(&r);
}

bool device_find(struct ctx *c, struct str login, struct device *out, char ha1[33])
{
    struct fault before = c->fault;
    struct str sealed = { 0 }, raw, plain = { 0 };
    bool found = false;
    bool ok = login.n && login.n < 64 && find(c, login, out, &sealed, &found) == ERR_OK && found &&
              hex_bytes(&c->mem, sealed, &raw) && node_open(c, raw, &plain) == ERR_OK && plain.n == HTTP_HA1_LEN;
    c->fault = before;
    if (ok) {
        memcpy(ha1, plain.p, HTTP_HA1_LEN);
        ha1[HTTP_HA1_LEN] = 0;
    }
    return ok;
}

/* ---- the settings Collect reads ------------------------------------------------------------- */

static void json_text(struct buf *b, struct str s)
{
    buf_char(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char ch = (unsigned char)s.p[i];
        if (ch < 0x20)
            buf_fmt(b, "\\u%04x", ch);
        else if (ch == '"' || ch == '\\') {
            buf_char(b, '\\');
            buf_char(b, (char)ch);
        } else
            buf_char(b, (char)ch);
    }
    buf_char(b, '"');
}

enum err collect_settings(struct ctx *c, struct str url, struct str login, struct str secret,
                          struct str project, struct str *out)
{
    struct buf b;
    buf_init(&b, &c->mem, 4096);
    buf_put(&b, STR("{\"general\":{\"protocol\":\"odk_default\",\"server_url\":"));
    json_text(&b, url);
    buf_put(&b, STR(",\"username\":"));
    json_text(&b, login);
    buf_put(&b, STR(",\"password\":"));
    json_text(&b, secret);
    buf_put(&b, STR(",\"form_update_mode\":\"match_exactly\",\"autosend\":\"wifi_and_cellular\","
                    "\"delete_send\":true},\"admin\":{},\"project\":{\"name\":"));
    json_text(&b, project);
    buf_put(&b, STR(",\"icon\":\"A\"}}"));
    uLongf n = compressBound((uLong)b.n);
    unsigned char *z = arena_alloc(&c->mem, n, 1);
    size_t room = sodium_base64_encoded_len(n, sodium_base64_VARIANT_ORIGINAL);
    char *text = arena_alloc(&c->mem, room, 1);
    if (b.failed || !z || !text)
        return FAIL(c, ERR_INPUT, "device.address", "settings of %zu bytes", b.n);
    if (compress2(z, &n, (const Bytef *)b.p, (uLong)b.n, 9) != Z_OK)
        return FAIL(c, ERR_BUG, "error.internal", "deflate");
    (void)sodium_bin2base64(text, room, z, n, sodium_base64_VARIANT_ORIGINAL);
    *out = str_c(text);
    return ERR_OK;
}
