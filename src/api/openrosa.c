/* openrosa.c - who asks, and for what.
 *
 * OpenRosa HTTP, form list and submission interfaces (getodk/docs, CC BY 4.0),
 * with the answers of the reference server where the text leaves a choice. */
#include "api/openrosa.h"

#include "base/node.h"
#include "crypto/crypto.h"
#include "forms/xml.h"
#include "http/http_auth.h"
#include "words/words.h"

#include <stdio.h>

/* ---- answers ---------------------------------------------------------------------------- */

static void headers(struct call *k)
{
    char max[24];
    (void)snprintf(max, sizeof max, "%d", (int)OPENROSA_BODY_MAX);
    http_add_header(k->rs, "X-OpenRosa-Version", STR("1.0"));
    http_add_header(k->rs, "X-OpenRosa-Accept-Content-Length", arena_dup(&k->c->mem, str_c(max)));
    http_add_header(k->rs, "Content-Language", k->c->lang);
}

void xml_answer(struct call *k, int status, struct str body)
{
    k->rs->status = status;
    k->rs->type = STR("text/xml; charset=utf-8");
    k->rs->body = body;
}

void openrosa_say(struct call *k, int status, const char *nature, const char *key)
{
    struct buf b;
    buf_init(&b, &k->c->mem, 4096);
    buf_put(&b, STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                    "<OpenRosaResponse xmlns=\"http://openrosa.org/http/response\" items=\"0\"><message nature=\""));
    buf_put(&b, str_c(nature));
    buf_put(&b, STR("\">"));
    xml_put(&b, say_(k->c, str_c(key)));
    buf_put(&b, STR("</message></OpenRosaResponse>\n"));
    xml_answer(k, status, b.failed ? (struct str){ 0 } : buf_str(&b));
}

void openrosa_fail(struct call *k, enum err e)
{
    static const int status[] = { [ERR_OK] = 200, [ERR_NOMEM] = 413, [ERR_INPUT] = 400, [ERR_DENIED] = 403,
        [ERR_NOT_FOUND] = 404, [ERR_CONFLICT] = 409, [ERR_BUSY] = 503, [ERR_CORRUPT] = 500, [ERR_IO] = 503,
        [ERR_BUG] = 500 };
    struct fault f = k->c->fault;
    k->c->fault = (struct fault){ 0 };
    k->c->mem.failed = false;
    if (e == ERR_CORRUPT || e == ERR_IO || e == ERR_BUG || e == ERR_NOMEM)
        log_line(LOG_ERROR, "openrosa: %s %s:%d %s", err_name(e), f.file ? f.file : "-", f.line, f.detail);
    openrosa_say(k, status[e], "error", f.key ? f.key : "error.internal");
}

/* ---- who ---------------------------------------------------------------------------------- */

static bool ha1_of(void *arg, struct str user, char ha1[HTTP_HA1_LEN])
{
    struct call *k = arg;
    char full[HTTP_HA1_LEN + 1];
    bool found = device_find(k->c, user, &k->device, full);
    if (found)
        memcpy(ha1, full, HTTP_HA1_LEN);
    wipe_bytes(full, sizeof full);
    return found;
}

/* What the change says: this device, of that office; the machine's rights. */
static enum err as_device(struct call *k)
{
    struct officer *o = NEW(&k->c->mem, struct officer);
    TRY(ctx_check(k->c));
    *o = (struct officer){ .id = k->device.id, .name = k->device.label, .office = k->device.office,
                           .territory = k->device.territory, .roles = STR("machine") };
    k->c->who = o;
    return ERR_OK;
}

static bool basic_device(struct call *k, struct str user, struct str password)
{
    char want[HTTP_HA1_LEN + 1], got[HTTP_HA1_LEN + 1];
    bool known = device_find(k->c, user, &k->device, want);
    if (!known)
        memset(want, '0', sizeof want);
    http_ha1(user, STR(DEVICE_REALM), password, got);
    bool ok = same_bytes(want, got, HTTP_HA1_LEN) && known;
    wipe_bytes(want, sizeof want);
    if (!ok)
        k->device = (struct device){ 0 };
    return ok;
}

/* An officer's own name and password, without a code; the session ends with the call. */
static bool basic_officer(struct call *k, struct str user, struct str password, struct str peer)
{
    struct ctx *c = k->c;
    struct str token;
    bool ok = session_begin(c, user, password, (struct str){ 0 }, peer, &token) == ERR_OK;
    if (ok) {
        ok = session_resume(c, token) == ERR_OK;
        session_end(c, token);
    }
    c->fault = (struct fault){ 0 };
    return ok;
}

static enum http_auth basic(struct call *k, struct str header, struct str peer)
{
    struct str user, password;
    if (!(k->rq->over_tls || k->rq->loopback) || http_basic(&k->c->mem, header, &user, &password) != ERR_OK)
        return HTTP_AUTH_NONE;
    if (str_starts(user, STR("m-")))
        return basic_device(k, user, password) ? HTTP_AUTH_OK : HTTP_AUTH_WRONG;
    return basic_officer(k, user, password, peer) ? HTTP_AUTH_OK : HTTP_AUTH_WRONG;
}

static struct str method_name(enum http_method m)
{
    return m == HTTP_POST ? STR("POST") : m == HTTP_HEAD ? STR("HEAD") : STR("GET");
}

static void challenge(struct call *k, bool stale)
{
    openrosa_say(k, 401, "error", "openrosa.sign-in");
    http_add_header(k->rs, "WWW-Authenticate",
                    http_digest_challenge(k->c->node->nonces, &k->c->mem, STR(DEVICE_REALM), k->c->now_us, stale));
    if (k->rq->over_tls || k->rq->loopback)
        http_add_header(k->rs, "WWW-Authenticate", http_basic_challenge(&k->c->mem, STR(DEVICE_REALM)));
}

static enum http_auth asked(struct call *k, struct str header, struct str peer)
{
    struct str user;
    enum http_auth a = http_digest_check(k->c->node->nonces, &k->c->mem, header, method_name(k->rq->method),
                                         k->rq->target, STR(DEVICE_REALM), k->c->now_us, ha1_of, k, &user);
    return a == HTTP_AUTH_NONE ? basic(k, header, peer) : a;
}

/* False: the answer is written. */
static bool let_in(struct call *k)
{
    struct ctx *c = k->c;
    char peer[24];
    struct str header = http_header_of(k->rq, "Authorization");
    (void)snprintf(peer, sizeof peer, "o%016llx", (unsigned long long)k->rq->peer);
    if (header.n && !guess_allowed(c, str_c(peer))) {
        openrosa_say(k, 503, "error", "signal.too-many");
        return false;
    }
    enum http_auth a = header.n ? asked(k, header, str_c(peer)) : HTTP_AUTH_NONE;
    if (a == HTTP_AUTH_WRONG || a == HTTP_AUTH_OK)
        guess_note(c, str_c(peer), a == HTTP_AUTH_OK);
    if (a != HTTP_AUTH_OK) {
        challenge(k, a == HTTP_AUTH_STALE);
        return false;
    }
    enum err e = k->device.id.n ? as_device(k) : access_need(c, "signal.receive", (struct str){ 0 });
    if (e)
        openrosa_fail(k, e);
    return e == ERR_OK;
}

/* ---- what ----------------------------------------------------------------------------------- */

static bool versioned(struct call *k)
{
    if (str_is(http_header_of(k->rq, "X-OpenRosa-Version"), "1.0"))
        return true;
    openrosa_say(k, 400, "error", "openrosa.version");
    return false;
}

/* "form/<md5>.xml" and the like; the extension is for people. */
static void by_hash(struct call *k)
{
    struct str what, rest, form, file;
    if (!str_cut(k->path, '/', &what, &rest))
        what = k->path;
    if (str_ends(rest, STR(".xml")) && !str_is(what, "media"))
        rest = str_sub(rest, 0, rest.n - 4);
    if (str_is(what, "form"))
        openrosa_form(k, rest);
    else if (str_is(what, "manifest"))
        openrosa_manifest(k, rest);
    else if (str_is(what, "media") && str_cut(rest, '/', &form, &file))
        openrosa_media(k, form, file);
    else
        openrosa_say(k, 404, "error", "error.no-page");
}

static void dispatch(struct call *k)
{
    bool post = k->rq->method == HTTP_POST;
    if (str_is(k->path, "submission")) {
        if (versioned(k))
            openrosa_submission(k);
    } else if (post) {
        openrosa_say(k, 405, "error", "error.no-page");
    } else if (str_is(k->path, "formList")) {
        if (versioned(k))
            openrosa_list(k);
    } else {
        by_hash(k);
    }
}

static void language(struct call *k)
{
    struct str want = http_header_of(k->rq, "Accept-Language");
    if (str_starts(want, STR("en")))
        k->c->lang = STR("en");
}

void openrosa_run(struct ctx *c, const struct http_req *rq, struct http_resp *rs)
{
    struct call *k = NEW(&c->mem, struct call);
    if (!k) {
        http_plain(rs, 503, STR("503\n"));
        return;
    }
    *k = (struct call){ .c = c, .rq = rq, .rs = rs };
    k->path = str_sub(rq->path, sizeof "/openrosa/" - 1, SIZE_MAX);
    language(k);
    headers(k);
    if (let_in(k))
        dispatch(k);
}
