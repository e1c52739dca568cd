/* answer.c - an answer's headers, its compression, its way to the peer. */
#include "http/server.h"

/* ---- builders ------------------------------------------------------------------ */

static void node_add(struct http_resp *rs, const char *name, struct str value)
{
    struct http_header_node *n = NEW(&rs->c->mem, struct http_header_node);
    const char *name_z = arena_z(&rs->c->mem, str_c(name));
    const char *value_z = arena_z(&rs->c->mem, value);
    if (!n || !name_z || !value_z) {
        rs->failed = true;
        return;
    }
    *n = (struct http_header_node){ NULL, name_z, value_z };
    struct http_header_node **at = &rs->headers;
    while (*at)
        at = &(*at)->next;
    *at = n;
}

void http_add_header(struct http_resp *rs, const char *name, struct str value)
{
    static const char *const ours[] = {
        "content-length", "transfer-encoding", "connection", "set-cookie", "location", "date",
        "content-type", "content-encoding", "content-security-policy", "cache-control", "vary",
        "x-content-type-options", "referrer-policy", "strict-transport-security", "etag", "te",
        "cross-origin-opener-policy", "cross-origin-resource-policy", "trailer", "upgrade",
        "cross-origin-embedder-policy",
    };
    bool own = false;
    for (size_t i = 0; i < COUNT_OF(ours); i++)
        own = own || http_same_name(str_c(name), str_c(ours[i]));
    if (own || !http_is_token(str_c(name)) || !http_is_value(value))
        rs->failed = true;
    else
        node_add(rs, name, value);
}

static const char *cookie_name(const char *name, bool over_tls)
{
    enum { PREFIX = sizeof "__Host-" - 1 };
    return !over_tls && strncmp(name, "__Host-", PREFIX) == 0 ? name + PREFIX : name;
}

void http_set_cookie(struct http_resp *rs, const char *name, struct str value,
                     int64_t max_age_s, unsigned flags)
{
    struct buf b;
    name = cookie_name(name, rs->over_tls);
    buf_init(&b, &rs->c->mem, 4096);
    buf_put(&b, str_c(name));
    buf_char(&b, '=');
    buf_put(&b, value);
    buf_put(&b, STR("; Path=/"));
    if (max_age_s >= 0) {
        buf_put(&b, STR("; Max-Age="));
        buf_i64(&b, max_age_s);
    }
    if (rs->over_tls)
        buf_put(&b, STR("; Secure"));
    if (!(flags & HTTP_COOKIE_SCRIPT))
        buf_put(&b, STR("; HttpOnly"));
    buf_put(&b, flags & HTTP_COOKIE_LAX ? STR("; SameSite=Lax") : STR("; SameSite=Strict"));
    for (size_t i = 0; i < value.n; i++) {
        unsigned char ch = (unsigned char)value.p[i];
        if (ch <= 0x20 || ch >= 0x7f || strchr("\",;\\", ch))
            rs->failed = true;
    }
    if (b.failed || !http_is_token(str_c(name)))
        rs->failed = true;
    else
        node_add(rs, "Set-Cookie", buf_str(&b));
}

struct str http_cookie(const struct http_req *rq, const char *name)
{
    struct str value = { 0 };
    (void)http_field(&rq->cookies, cookie_name(name, rq->over_tls), &value);
    return value;
}

struct str http_header_of(const struct http_req *rq, const char *name)
{
    for (size_t i = 0; i < rq->headers.n; i++)
        if (http_same_name(rq->headers.v[i].name, str_c(name)))
            return rq->headers.v[i].value;
    return (struct str){ 0 };
}

void http_redirect(struct http_resp *rs, int status, struct str path)
{
    rs->status = status;
    rs->body = (struct str){ 0 };
    if (!http_is_local_path(path) || status < 301 || status > 308)
        rs->failed = true;
    else
        node_add(rs, "Location", path);
}

void http_attachment(struct http_resp *rs, struct str filename)
{
    static const char hex[] = "0123456789ABCDEF";
    struct buf plain, coded;
    buf_init(&plain, &rs->c->mem, 1024);
    buf_init(&coded, &rs->c->mem, 4096);
    for (size_t i = 0; i < filename.n; i++) {
        unsigned char ch = (unsigned char)filename.p[i];
        if (ch < 0x20 || ch == 0x7f || ch == '/' || ch == '\\' || ch == '"')
            ch = '_';
        buf_char(&plain, ch < 0x80 && ch != '%' ? (char)ch : '_');
        if (ascii_alpha((char)ch) || ascii_digit((char)ch) || strchr("-._", ch)) {
            buf_char(&coded, (char)ch);
        } else {
            buf_char(&coded, '%');
            buf_char(&coded, hex[ch >> 4]);
            buf_char(&coded, hex[ch & 15]);
        }
    }
    struct str value = str_join(&rs->c->mem, STR("attachment; filename=\""), buf_str(&plain),
                                STR("\"; filename*=UTF-8''"), buf_str(&coded));
    if (plain.failed || coded.failed || !value.p || !filename.n || !utf8_valid(filename))
        rs->failed = true;
    else
        node_add(rs, "Content-Disposition", value);
}

void http_plain(struct http_resp *rs, int status, struct str text)
{
    rs->status = status;
    rs->type = STR("text/plain; charset=utf-8");
    rs->body = text;
    rs->pull = NULL;
}

/* ---- compression ------------------------------------------------------------------ */

enum { GZIP_MIN = 1024, GZIP_LEVEL = 5, PAD_MAX = 32 };

static bool compressible(struct str type)
{
    static const struct str also[] = {
        STR_INIT("application/json"), STR_INIT("application/xml"), STR_INIT("image/svg+xml"),
        STR_INIT("application/javascript"), STR_INIT("application/geo+json"),
    };
    if (str_starts(type, STR("text/")))
        return true;
    for (size_t i = 0; i < COUNT_OF(also); i++)
        if (str_starts(type, also[i]))
            return true;
    return false;
}

static bool zip_start(struct worker *w)
{
    if (w->zip_ready)
        return deflateReset(&w->zip) == Z_OK;
    w->zip_ready = deflateInit2(&w->zip, GZIP_LEVEL, Z_DEFLATED, 15 + 16, 8,
                                Z_DEFAULT_STRATEGY) == Z_OK;
    return w->zip_ready;
}

/* {0} when it does not work out: then the answer goes as it is.  A comment of
 * random length blurs the size, which otherwise tells an onlooker whether what
 * he slipped into the page repeats a secret in it. */
static struct str gzip(struct worker *w, struct arena *a, struct str in)
{
    unsigned char pad[PAD_MAX + 1] = { 0 };
    gz_header head = { .os = 255, .comment = pad };
    if (in.n > UINT32_MAX || !zip_start(w))
        return (struct str){ 0 };
    memset(pad, '-', randombytes_uniform(PAD_MAX + 1));
    (void)deflateSetHeader(&w->zip, &head);
    size_t room = deflateBound(&w->zip, (uLong)in.n);
    unsigned char *out = room <= UINT32_MAX ? arena_alloc(a, room, 1) : NULL;
    if (!out)
        return (struct str){ 0 };
    w->zip.next_in = (unsigned char *)(uintptr_t)in.p;
    w->zip.avail_in = (uInt)in.n;
    w->zip.next_out = out;
    w->zip.avail_out = (uInt)room;
    if (deflate(&w->zip, Z_FINISH) != Z_STREAM_END)
        return (struct str){ 0 };
    return (struct str){ (const char *)out, room - w->zip.avail_out };
}

/* ---- headers every answer carries -------------------------------------------------- */

#define CSP "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; " \
            "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

static const char *const always[][2] = {
    { "X-Content-Type-Options", "nosniff" },
    { "Referrer-Policy", "no-referrer" },
    { "Cross-Origin-Opener-Policy", "same-origin" },
    { "Cross-Origin-Resource-Policy", "same-origin" },
    { "Cross-Origin-Embedder-Policy", "require-corp" },
};

static const char *cache_text(enum http_cache c)
{
    return c == HTTP_IMMUTABLE ? "public, max-age=31536000, immutable"
         : c == HTTP_REVALIDATE ? "private, no-cache" : "no-store";
}

static bool put(struct MHD_Response *m, const char *name, const char *value)
{
    return value && MHD_add_response_header(m, name, value) == MHD_YES;
}

static bool head_write(struct MHD_Response *m, const struct http_resp *rs, bool varies)
{
    struct arena *a = &rs->c->mem;
    bool ok = put(m, "Cache-Control", cache_text(rs->cache))
           && put(m, "Content-Security-Policy", rs->csp.n ? arena_z(a, rs->csp) : CSP);
    for (size_t i = 0; i < COUNT_OF(always); i++)
        ok = ok && put(m, always[i][0], always[i][1]);
    if (rs->over_tls)
        ok = ok && put(m, "Strict-Transport-Security", "max-age=63072000");
    if (varies)
        ok = ok && put(m, "Vary", "Accept-Encoding");
    if (rs->status != 204 && rs->status != 304)
        ok = ok && put(m, "Content-Type", arena_z(a, rs->type));
    if (rs->etag.n)
        ok = ok && put(m, "ETag", str_join(a, STR("W/\""), rs->etag, STR("\"")).p);
    if (rs->close)
        ok = ok && put(m, "Connection", "close");
    for (const struct http_header_node *n = rs->headers; n; n = n->next)
        ok = ok && put(m, n->name, n->value);
    return ok && !a->failed;
}

/* ---- streaming ----------------------------------------------------------------------- */

static ssize_t pull_piece(void *cls, uint64_t pos, char *out, size_t room)
{
    struct request *r = cls;
    size_t n = 0;
    (void)pos;
    conn_deadline(r->conn, INT64_MAX);
    enum err e = r->rs.pull(r->rs.pull_arg, out, room, &n);
    conn_deadline(r->conn, r->h->cf.grace_us);
    if (e != ERR_OK || n > room)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    return n ? (ssize_t)n : MHD_CONTENT_READER_END_OF_STREAM;
}

/* ---- sending --------------------------------------------------------------------------- */

static bool not_modified(const struct request *r)
{
    struct str seen = http_header_of(&r->rq, "if-none-match"), item;
    if (!r->rs.etag.n || r->rs.status != 200 || r->rq.method == HTTP_POST)
        return false;
    while (str_next(&seen, ',', &item)) {
        item = str_trim(item);
        if (str_starts(item, STR("W/")))
            item = str_sub(item, 2, item.n);
        if (item.n == r->rs.etag.n + 2 && str_eq(str_sub(item, 1, item.n - 2), r->rs.etag))
            return true;
    }
    return false;
}

static struct str answer_encode(struct request *r, struct worker *w, bool *varies, bool *zipped)
{
    struct http_resp *rs = &r->rs;
    *varies = !rs->no_gzip && !rs->pull
           && (rs->gzip.n || (rs->body.n > GZIP_MIN && compressible(rs->type)));
    if (*varies && http_accepts(http_header_of(&r->rq, "accept-encoding"), "gzip")) {
        struct str z = rs->gzip.n ? rs->gzip : gzip(w, &r->ctx.mem, rs->body);
        if (z.n && z.n < rs->body.n) {
            *zipped = true;
            return z;
        }
    }
    return rs->body;
}

static struct MHD_Response *response_make(struct request *r, struct worker *w)
{
    struct http_resp *rs = &r->rs;
    bool varies = false, zipped = false;
    enum { BLOCK = 16 * 1024 };
    struct str body = answer_encode(r, w, &varies, &zipped);
    struct MHD_Response *m = rs->pull
        ? MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, pull_piece, r, NULL)
        : MHD_create_response_from_buffer(body.n, (void *)(uintptr_t)body.p,
                                          MHD_RESPMEM_PERSISTENT);
    if (m && head_write(m, rs, varies) && (!zipped || put(m, "Content-Encoding", "gzip"))) {
        conn_deadline(r->conn, r->h->cf.grace_us
                               + (int64_t)body.n * US_PER_S / r->h->cf.floor_out);
        return m;
    }
    if (m)
        MHD_destroy_response(m);
    return NULL;
}

static enum MHD_Result queue(struct MHD_Connection *mc, int status, struct MHD_Response *m)
{
    enum MHD_Result ok = MHD_queue_response(mc, (unsigned)status, m);
    MHD_destroy_response(m);
    return ok;
}

static bool etag_ok(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!ascii_alpha(s.p[i]) && !ascii_digit(s.p[i]) && s.p[i] != '-' && s.p[i] != '_')
            return false;
    return s.n <= 128;
}

/* What the handler left is checked once, here. */
static void answer_settle(struct request *r)
{
    struct http_resp *rs = &r->rs;
    if (!rs->type.n)
        rs->type = STR("text/html; charset=utf-8");
    if (rs->failed || r->ctx.mem.failed || rs->status < 200 || rs->status > 599
        || !http_is_value(rs->type) || !http_is_value(rs->csp) || !etag_ok(rs->etag)) {
        if (rs->pull_done)
            rs->pull_done(rs->pull_arg);
        *rs = (struct http_resp){ .c = rs->c, .over_tls = rs->over_tls };
        r->ctx.mem.failed = false;
        http_plain(rs, 500, STR("500\n"));
    }
    if (not_modified(r)) {
        rs->status = 304;
        rs->body = rs->gzip = (struct str){ 0 };
    }
    /* Whoever reads chunk framing differently finds nothing behind it. */
    if (r->guard.framing == HTTP_BODY_CHUNKED)
        rs->close = true;
}

enum MHD_Result answer_send(struct request *r, struct MHD_Connection *mc, struct worker *w)
{
    answer_settle(r);
    struct MHD_Response *m = response_make(r, w);
    return m ? queue(mc, r->rs.status, m) : answer_refuse(r, mc, 500);
}

static struct str status_text(int status)
{
    static const struct { int status; struct str text; } rows[] = {
        { 204, STR_INIT("") },
        { 400, STR_INIT("400 This request could not be read.\n") },
        { 405, STR_INIT("405 Only GET, HEAD, POST and OPTIONS are served.\n") },
        { 413, STR_INIT("413 This is larger than this page accepts.\n") },
        { 414, STR_INIT("414 This address is too long.\n") },
        { 415, STR_INIT("415 Send the content without compression.\n") },
        { 417, STR_INIT("417 This expectation is not supported.\n") },
        { 431, STR_INIT("431 The request has too many headers.\n") },
        { 500, STR_INIT("500 Something failed here. Nothing was sent.\n") },
        { 501, STR_INIT("501 This method does not exist.\n") },
        { 503, STR_INIT("503 Too busy. Please try again in a minute.\n") },
        { 505, STR_INIT("505 Only HTTP 1.0 and 1.1 are served.\n") },
        { 507, STR_INIT("507 There is no room for this content now.\n") },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (rows[i].status == status)
            return rows[i].text;
    return STR("\n");
}

enum MHD_Result answer_refuse(struct request *r, struct MHD_Connection *mc, int status)
{
    struct str text = status_text(status);
    struct MHD_Response *m = MHD_create_response_from_buffer(
        text.n, (void *)(uintptr_t)text.p, MHD_RESPMEM_PERSISTENT);
    bool ok = m && put(m, "Cache-Control", "no-store") && put(m, "Content-Security-Policy", CSP)
           && put(m, "Connection", "close") && put(m, "Content-Type", "text/plain; charset=utf-8");
    for (size_t i = 0; i < COUNT_OF(always); i++)
        ok = ok && put(m, always[i][0], always[i][1]);
    if (status == 405 || status == 204)
        ok = ok && put(m, "Allow", "GET, HEAD, POST, OPTIONS");
    conn_deadline(r->conn, r->h->cf.grace_us);
    if (!ok) {
        if (m)
            MHD_destroy_response(m);
        return MHD_NO;
    }
    return queue(mc, status, m);
}
