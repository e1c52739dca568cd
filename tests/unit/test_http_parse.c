#include "http/http_auth.h"
#include "http/http_parse.h"
#include "t.h"

#include <sodium.h>

static void paths_are_decoded_once(struct t *t)
{
    static const struct { const char *in, *out; } rows[] = {
        { "/", "/" }, { "/a/b", "/a/b" }, { "/a%20b", "/a b" }, { "/%C3%B1and%C3%BA", "/ñandú" },
        { "/a+b", "/a+b" }, { "/%2541", "/%41" }, { "/a/", "/a/" }, { "/...", "/..." },
        { "", NULL }, { "a", NULL }, { "/..", NULL }, { "/a/../b", NULL }, { "/.", NULL },
        { "/./a", NULL }, { "/%2e%2e/x", NULL }, { "/%2E./x", NULL }, { "//a", NULL },
        { "/a//b", NULL }, { "/a%2fb", NULL }, { "/a%2Fb", NULL }, { "/a%00b", NULL },
        { "/a%0d%0ab", NULL }, { "/%7f", NULL }, { "/a\\b", NULL }, { "/a%5cb", NULL },
        { "/%", NULL }, { "/%4", NULL }, { "/%4g", NULL }, { "/%ff", NULL },
        { "/%c0%80", NULL }, { "/%c0%ae%c0%ae/", NULL }, { "/%ed%a0%80", NULL },
    };
    struct arena a;
    arena_init(&a, 1 << 16);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct str out = { 0 };
        enum err e = http_path(&a, str_c(rows[i].in), &out);
        CHECK_EQ(e, rows[i].out ? ERR_OK : ERR_INPUT);
        if (rows[i].out)
            CHECK_STR(out, rows[i].out);
        if ((e == ERR_OK) != (rows[i].out != NULL))
            printf("# path %s\n", rows[i].in);
    }
    arena_free(&a);
}

/* What came out, in one line: name=value|name=value */
static struct str flat(struct arena *a, const struct http_fields *f)
{
    struct buf b;
    buf_init(&b, a, 4096);
    for (size_t i = 0; i < f->n; i++) {
        if (i)
            buf_char(&b, '|');
        buf_put(&b, f->v[i].name);
        buf_char(&b, '=');
        buf_put(&b, f->v[i].value);
    }
    return buf_str(&b);
}

static void forms_are_pairs_of_text(struct t *t)
{
    static const struct { const char *in, *out; } rows[] = {
        { "", "" }, { "a=1", "a=1" }, { "a=1&b=two+words", "a=1|b=two words" },
        { "a=1&a=2", "a=1|a=2" }, { "a", "a=" }, { "a=", "a=" }, { "a=b=c", "a=b=c" },
        { "&&a=1&", "a=1" }, { "a%3D=%26%3D", "a==&=" }, { "n=%C3%B1", "n=ñ" },
        { "a=%0D%0A", "a=\r\n" }, { "a=%2B+", "a=+ " },
        { "=1", NULL }, { "a=%", NULL }, { "a=%1", NULL }, { "a=%zz", NULL }, { "a=%00", NULL },
        { "%00=1", NULL }, { "a=%ff", NULL }, { "a=\xff", NULL },
    };
    struct arena a;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct http_fields f = { 0 };
        CHECK_EQ(http_urlencoded(&a, str_c(rows[i].in), &f), rows[i].out ? ERR_OK : ERR_INPUT);
        if (rows[i].out)
            CHECK_STR(flat(&a, &f), rows[i].out);
    }
    arena_free(&a);
}

static void forms_are_capped(struct t *t)
{
    struct arena a;
    struct buf b;
    struct http_fields f = { 0 };
    arena_init(&a, 4 << 20);
    buf_init(&b, &a, 1 << 20);
    for (int i = 0; i < HTTP_FIELDS_MAX; i++)
        buf_put(&b, i ? STR("&x=1") : STR("x=1"));
    CHECK_EQ(http_urlencoded(&a, buf_str(&b), &f), ERR_OK);
    CHECK_EQ(f.n, HTTP_FIELDS_MAX);
    buf_put(&b, STR("&x=1"));
    CHECK_EQ(http_urlencoded(&a, buf_str(&b), &f), ERR_INPUT);
    b.n = 0;
    for (int i = 0; i < HTTP_NAME_MAX; i++)
        buf_char(&b, 'n');
    CHECK_EQ(http_urlencoded(&a, buf_str(&b), &f), ERR_OK);
    buf_char(&b, 'n');
    CHECK_EQ(http_urlencoded(&a, buf_str(&b), &f), ERR_INPUT);
    arena_free(&a);
}

static void foreign_cookies_lock_nobody_out(struct t *t)
{
    static const struct { const char *in, *out; } rows[] = {
        { "", "" }, { "a=1", "a=1" }, { "a=1; b=2", "a=1|b=2" }, { "a=\"q\"; b=", "a=q|b=" },
        { "junk; a=1; =x; b c=2; d=3", "a=1|d=3" }, { "a=1;b=2;;", "a=1|b=2" },
        { "a=x y; b=2", "b=2" }, { "a=\xc3\xb1; b=2", "b=2" }, { "a=1,2; b=2", "b=2" },
        { "a=1; a=2", "a=1|a=2" }, { "__Host-s=abc=", "__Host-s=abc=" },
    };
    struct arena a;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct http_fields f = { 0 };
        CHECK_EQ(http_cookies(&a, str_c(rows[i].in), &f), ERR_OK);
        CHECK_STR(flat(&a, &f), rows[i].out);
    }
    arena_free(&a);
}

static void boundaries(struct t *t)
{
    static const struct { const char *in, *out; } rows[] = {
        { "multipart/form-data; boundary=x", "x" },
        { "Multipart/Form-Data;boundary=\"a b\"", "a b" },
        { "multipart/form-data; charset=utf-8; boundary=----WebKitFormBoundaryAbC", "----WebKitFormBoundaryAbC" },
        { "multipart/form-data", NULL }, { "multipart/form-data; boundary=", NULL },
        { "multipart/form-data; boundary=a; boundary=b", NULL },
        { "multipart/mixed; boundary=x", NULL }, { "multipart/form-data; boundary=\"x", NULL },
        { "multipart/form-data; boundary=\"a \"", NULL },
        { "multipart/form-data; boundary="
          "00000000001111111111222222222233333333334444444444555555555566666666667", NULL },
    };
    struct arena a;
    arena_init(&a, 1 << 16);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct str b = { 0 };
        CHECK_EQ(http_boundary(&a, str_c(rows[i].in), &b), rows[i].out ? ERR_OK : ERR_INPUT);
        if (rows[i].out)
            CHECK_STR(b, rows[i].out);
    }
    arena_free(&a);
}

#define CD "Content-Disposition: form-data; "

static void multipart_parts_come_in_order(struct t *t)
{
    struct str in = STR(
        "--x\r\n" CD "name=\"note\"\r\n\r\nhello\r\nworld\r\n"
        "--x\r\n" CD "name=\"f\"; filename=\"C:\\\\d\\\\foto \\\"ñ\\\".jpg\"\r\n"
        "Content-Type: image/jpeg\r\nContent-Transfer-Encoding: binary\r\n\r\n\0\r\n--xy\r\n\r\n"
        "--x \t\r\n" "content-disposition: Form-Data; name=e; filename=\"\"\r\n\r\n\r\n"
        "--x--\r\nepilogue");
    struct arena a;
    struct http_parts p = { 0 };
    arena_init(&a, 1 << 20);
    CHECK_EQ(http_multipart(&a, in, STR("x"), &p), ERR_OK);
    CHECK_EQ(p.n, 3);
    if (p.n == 3) {
        CHECK_STR(p.v[0].name, "note");
        CHECK_STR(p.v[0].bytes, "hello\r\nworld");
        CHECK(!p.v[0].is_file);
        CHECK_STR(p.v[1].filename, "foto \"ñ\".jpg");
        CHECK_STR(p.v[1].type, "image/jpeg");
        CHECK(str_eq(p.v[1].bytes, STR("\0\r\n--xy\r\n")));
        CHECK(p.v[1].is_file && p.v[2].is_file);
        CHECK_STR(p.v[2].name, "e");
        CHECK_EQ(p.v[2].bytes.n, 0);
    }
    CHECK_EQ(http_multipart(&a, STR("--x--\r\n"), STR("x"), &p), ERR_OK);
    CHECK_EQ(p.n, 0);
    arena_free(&a);
}

static void multipart_refuses_what_is_unclear(struct t *t)
{
    static const struct str rows[] = {
        STR_INIT(""), STR_INIT("--x"), STR_INIT("--x\r\n"), STR_INIT("preamble\r\n--x--"),
        STR_INIT("--x\r\n" CD "name=a\r\n\r\nno end"),
        STR_INIT("--x\r\n" CD "name=a\r\n\r\nend\n--x--"),
        STR_INIT("--x\r\n" CD "name=a\n\nv\r\n--x--"),
        STR_INIT("--x\r\n" CD "name=a\r\n--x--"),
        STR_INIT("--x\r\n\r\nno name\r\n--x--"),
        STR_INIT("--x\r\nContent-Type: text/plain\r\n\r\nno name\r\n--x--"),
        STR_INIT("--x\r\nContent-Disposition: attachment; name=a\r\n\r\nv\r\n--x--"),
        STR_INIT("--x\r\n" CD "name=a; name=b\r\n\r\nv\r\n--x--"),
        STR_INIT("--x\r\n" CD "name=a; filename=b; filename=c\r\n\r\nv\r\n--x--"),
        STR_INIT("--x\r\n" CD "name=a\r\n" CD "name=b\r\n\r\nv\r\n--x--"),
        STR_INIT("--x\r\n" CD "name=\"a\r\n\r\nv\r\n--x--"),
        STR_INIT("--x\r\n" CD "name=\"\"\r\n\r\nv\r\n--x--"),
        STR_INIT("--x\r\n" CD "name=\"a\0b\"\r\n\r\nv\r\n--x--"),
        STR_INIT("--x\r\n" CD "name=\"\xff\"\r\n\r\nv\r\n--x--"),
        STR_INIT("--x\r\n" CD "name=a\r\n folded\r\n\r\nv\r\n--x--"),
        STR_INIT("--x\r\n" CD "name=a\r\nContent-Transfer-Encoding: base64\r\n\r\ndg==\r\n--x--"),
        STR_INIT("--x\r\n" CD "name=a\r\nno colon\r\n\r\nv\r\n--x--"),
    };
    struct arena a;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct http_parts p = { NULL, 77 };
        enum err e = http_multipart(&a, rows[i], STR("x"), &p);
        CHECK_EQ(e, ERR_INPUT);
        CHECK_EQ(p.n, 77);
        if (e != ERR_INPUT)
            printf("# row %zu\n", i);
    }
    arena_free(&a);
}

/* Refuse every allocation in turn: each parser says ERR_NOMEM and keeps quiet. */
static void parsers_survive_refused_memory(struct t *t)
{
    struct str body = STR("--x\r\n" CD "name=\"a\"; filename=\"b\"\r\n\r\nv\r\n--x--");
    for (int which = 0; which < 5; which++) {
        for (long n = 1;; n++) {
            struct arena a;
            struct http_fields f;
            struct http_parts p;
            struct http_digest d;
            struct str s;
            arena_init(&a, 1 << 16);
            a.fail_at = n;
            enum err e = which == 0 ? http_urlencoded(&a, STR("a=%41&b=+"), &f)
                       : which == 1 ? http_multipart(&a, body, STR("x"), &p)
                       : which == 2 ? http_path(&a, STR("/%41"), &s)
                       : which == 3 ? http_cookies(&a, STR("a=1"), &f)
                       : http_digest_parse(&a, STR("Digest username=\"u\", realm=\"r\", nonce=\"n\", "
                             "uri=\"/\", response=\"00000000000000000000000000000000\""), &d);
            arena_free(&a);
            if (e == ERR_OK) {
                CHECK(n > 1);
                break;
            }
            CHECK_EQ(e, ERR_NOMEM);
            if (n > 50)
                break;
        }
    }
}

static void accept_encoding(struct t *t)
{
    CHECK(http_accepts(STR("gzip, deflate, br"), "gzip"));
    CHECK(http_accepts(STR("br;q=1.0, gzip;q=0.5"), "gzip"));
    CHECK(http_accepts(STR("*"), "gzip"));
    CHECK(!http_accepts(STR(""), "gzip"));
    CHECK(!http_accepts(STR("gzip;q=0"), "gzip"));
    CHECK(!http_accepts(STR("gzip; q=0.000, *"), "gzip"));
    CHECK(!http_accepts(STR("identity, xgzip"), "gzip"));
    CHECK(http_type_is(STR("Text/HTML ; charset=utf-8"), "text/html"));
    CHECK(!http_type_is(STR("text/htmlx"), "text/html"));
}

static void redirects_stay_here(struct t *t)
{
    CHECK(http_is_local_path(STR("/")));
    CHECK(http_is_local_path(STR("/a?b=%20#c")));
    CHECK(!http_is_local_path(STR("")));
    CHECK(!http_is_local_path(STR("//evil.example")));
    CHECK(!http_is_local_path(STR("/\\evil.example")));
    CHECK(!http_is_local_path(STR("https://evil.example")));
    CHECK(!http_is_local_path(STR("javascript:alert(1)")));
    CHECK(!http_is_local_path(STR("/a\r\nSet-Cookie: x=1")));
    CHECK(!http_is_local_path(STR("/\tx")));
    CHECK(!http_is_local_path(STR("/\xc3\xb1")));
    CHECK(http_is_host(STR("amparo.example:8080")) && http_is_host(STR("[::1]:80")));
    CHECK(!http_is_host(STR("a b")) && !http_is_host(STR("u@h")) && !http_is_host(STR("h:80x")));
    CHECK(!http_is_host(STR("")) && !http_is_host(STR(":80")) && !http_is_host(STR("[]")));
    CHECK(!http_is_host(STR("h/x")) && !http_is_host(STR("h:123456")));
}

/* ---- the guard ----------------------------------------------------------------- */

#define HOST { STR_INIT("Host"), STR_INIT("h") }

static void guard_table(struct t *t)
{
    static const struct {
        const char *method, *target, *version;
        int status;
        struct http_field h[4];
    } rows[] = {
        { "GET", "/", "HTTP/1.1", 0, { HOST } },
        { "GET", "/a?b={c}|d", "HTTP/1.0", 0, { HOST } },
        { "GET", "http://h/x?y", "HTTP/1.1", 0, { HOST } },
        { "GET", "http://H", "HTTP/1.1", 0, { HOST } },
        { "OPTIONS", "*", "HTTP/1.1", 0, { HOST } },
        { "POST", "/", "HTTP/1.1", 0, { HOST, { STR_INIT("Content-Length"), STR_INIT("3") } } },
        { "POST", "/", "HTTP/1.1", 0, { HOST, { STR_INIT("Transfer-Encoding"), STR_INIT("Chunked") } } },
        { "GET", "/", "HTTP/1.1", 0, { HOST, { STR_INIT("Content-Length"), STR_INIT("0") } } },
        { "GET", "/", "HTTP/1.1", 400, { { STR_INIT("X"), STR_INIT("h") } } },
        { "GET", "/", "HTTP/1.1", 400, { HOST, HOST } },
        { "GET", "/", "HTTP/1.1", 400, { { STR_INIT("Host"), STR_INIT("") } } },
        { "GET", "/", "HTTP/1.1", 400, { { STR_INIT("Host"), STR_INIT("a,b") } } },
        { "GET", "http://other/", "HTTP/1.1", 400, { HOST } },
        { "GET", "http://u@h/", "HTTP/1.1", 400, { HOST } },
        { "GET", "ftp://h/", "HTTP/1.1", 400, { HOST } },
        { "GET", "*", "HTTP/1.1", 400, { HOST } },
        { "GET", "x", "HTTP/1.1", 400, { HOST } },
        { "GET", "/a#b", "HTTP/1.1", 400, { HOST } },
        { "GET", "/a b", "HTTP/1.1", 400, { HOST } },
        { "GET", "/\xc3\xb1", "HTTP/1.1", 400, { HOST } },
        { "GET", "/", "HTTP/2.0", 505, { HOST } },
        { "GET", "/", "http/1.1", 505, { HOST } },
        { "GET", "/", "", 505, { HOST } },
        { "get", "/", "HTTP/1.1", 501, { HOST } },
        { "TRACE", "/", "HTTP/1.1", 405, { HOST } },
        { "DELETE", "/", "HTTP/1.1", 405, { HOST } },
        { "G\x01T", "/", "HTTP/1.1", 400, { HOST } },
        { "POST", "/", "HTTP/1.1", 400, { HOST, { STR_INIT("Content-Length "), STR_INIT("3") } } },
        { "POST", "/", "HTTP/1.1", 400, { HOST, { STR_INIT("Content-Length"), STR_INIT("+3") } } },
        { "POST", "/", "HTTP/1.1", 400, { HOST, { STR_INIT("Content-Length"), STR_INIT("") } } },
        { "POST", "/", "HTTP/1.1", 400, { HOST, { STR_INIT("Content-Length"), STR_INIT("3,3") } } },
        { "POST", "/", "HTTP/1.1", 400, { HOST, { STR_INIT("Content-Length"), STR_INIT("0x3") } } },
        { "POST", "/", "HTTP/1.1", 400, { HOST, { STR_INIT("Content-Length"),
                                                  STR_INIT("9999999999999999999") } } },
        { "POST", "/", "HTTP/1.1", 400, { HOST, { STR_INIT("Content-Length"), STR_INIT("3") },
                                          { STR_INIT("content-length"), STR_INIT("3") } } },
        { "POST", "/", "HTTP/1.1", 400, { HOST, { STR_INIT("Content-Length"), STR_INIT("3") },
                                          { STR_INIT("Transfer-Encoding"), STR_INIT("chunked") } } },
        { "POST", "/", "HTTP/1.1", 400, { HOST, { STR_INIT("Transfer-Encoding"), STR_INIT("gzip, chunked") } } },
        { "POST", "/", "HTTP/1.1", 400, { HOST, { STR_INIT("Transfer-Encoding"), STR_INIT("xchunked") } } },
        { "POST", "/", "HTTP/1.1", 400, { HOST, { STR_INIT("Transfer-Encoding"), STR_INIT("identity") } } },
        { "POST", "/", "HTTP/1.1", 400, { HOST, { STR_INIT("Transfer-Encoding"), STR_INIT("chunked") },
                                          { STR_INIT("Transfer-Encoding"), STR_INIT("chunked") } } },
        { "POST", "/", "HTTP/1.0", 400, { HOST, { STR_INIT("Transfer-Encoding"), STR_INIT("chunked") } } },
        { "GET", "/", "HTTP/1.1", 400, { HOST, { STR_INIT("Content-Length"), STR_INIT("3") } } },
        { "GET", "/", "HTTP/1.1", 400, { HOST, { STR_INIT("Transfer-Encoding"), STR_INIT("chunked") } } },
        { "GET", "/", "HTTP/1.1", 400, { HOST, { STR_INIT("X"), STR_INIT("a\rb") } } },
        { "GET", "/", "HTTP/1.1", 400, { HOST, { STR_INIT("X"), STR_INIT("a\0b") } } },
        { "GET", "/", "HTTP/1.1", 400, { HOST, { STR_INIT("X"), STR_INIT("\xff") } } },
        { "GET", "/", "HTTP/1.1", 400, { HOST, { STR_INIT("X[1]"), STR_INIT("a") } } },
        { "GET", "/", "HTTP/1.1", 400, { HOST, { STR_INIT("Cookie"), STR_INIT("a=1") },
                                         { STR_INIT("cookie"), STR_INIT("a=2") } } },
        { "POST", "/", "HTTP/1.1", 417, { HOST, { STR_INIT("Expect"), STR_INIT("200-ok") } } },
        { "POST", "/", "HTTP/1.1", 415, { HOST, { STR_INIT("Content-Encoding"), STR_INIT("gzip") } } },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct http_field h[4];
        struct http_guard g;
        memcpy(h, rows[i].h, sizeof h);
        struct http_head head = { str_c(rows[i].method), str_c(rows[i].target),
                                  str_c(rows[i].version), h, 0 };
        while (head.n < 4 && h[head.n].name.n)
            head.n++;
        http_guard(&head, &g);
        CHECK_EQ(g.status, rows[i].status);
        if (g.status != rows[i].status)
            printf("# row %zu: %s %s\n", i, rows[i].method, rows[i].target);
    }
}

static void guard_caps_the_headers(struct t *t)
{
    struct http_field h[HTTP_HEADERS_MAX + 1];
    struct http_guard g;
    struct http_head head = { STR("GET"), STR("/"), STR("HTTP/1.1"), h, HTTP_HEADERS_MAX };
    for (size_t i = 0; i < COUNT_OF(h); i++)
        h[i] = (struct http_field){ i ? STR("X") : STR("Host"), STR("h") };
    http_guard(&head, &g);
    CHECK_EQ(g.status, 0);
    head.n++;
    http_guard(&head, &g);
    CHECK_EQ(g.status, 431);
}

/* ---- authorization ------------------------------------------------------------------ */

static void basic_credentials(struct t *t)
{
    struct arena a;
    struct str u, p;
    arena_init(&a, 1 << 16);
    CHECK_EQ(http_basic(&a, STR("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), &u, &p), ERR_OK);
    CHECK_STR(u, "Aladdin");
    CHECK_STR(p, "open sesame");
    CHECK_EQ(http_basic(&a, STR("basic w7E6OjE="), &u, &p), ERR_OK);     /* ñ::1 */
    CHECK_STR(u, "ñ");
    CHECK_STR(p, ":1");
    CHECK_EQ(http_basic(&a, STR("Basic"), &u, &p), ERR_INPUT);
    CHECK_EQ(http_basic(&a, STR("Basic !!!"), &u, &p), ERR_INPUT);
    CHECK_EQ(http_basic(&a, STR("Basic bm9jb2xvbg=="), &u, &p), ERR_INPUT);
    CHECK_EQ(http_basic(&a, STR("Basic OnB3"), &u, &p), ERR_INPUT);       /* no user */
    CHECK_EQ(http_basic(&a, STR("Basic YQBiOmM="), &u, &p), ERR_INPUT);   /* a NUL b */
    CHECK_EQ(http_basic(&a, STR("Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), &u, &p), ERR_INPUT);
    arena_free(&a);
}

/* RFC 2617 section 3.5. */
static void digest_of_the_standard(struct t *t)
{
    struct arena a;
    struct http_digest d;
    char ha1[HTTP_HA1_LEN + 1], out[HTTP_HA1_LEN + 1];
    arena_init(&a, 1 << 16);
    CHECK_EQ(http_digest_parse(&a, STR("Digest username=\"Mufasa\", realm=\"testrealm@host.com\","
        " nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", uri=\"/dir/index.html\", qop=auth,"
        " nc=00000001, cnonce=\"0a4f113b\", response=\"6629fae49393a05397450978507c4ef1\","
        " opaque=\"5ccc069c403ebaf9f0171e9517f40e41\""), &d), ERR_OK);
    http_ha1(STR("Mufasa"), d.realm, STR("Circle Of Life"), ha1);
    http_digest_response(&d, STR("GET"), ha1, out);
    CHECK_STR(str_c(out), "6629fae49393a05397450978507c4ef1");
    CHECK(str_eq(d.response, str_c(out)));
    static const char *const bad[] = {
        "Digest", "Digest ", "Basic x", "Digest username=\"u\"",
        "Digest username=\"u\", username=\"v\", realm=\"r\", nonce=\"n\", uri=\"/\", response=\"00000000000000000000000000000000\"",
        "Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"/\", response=\"zz000000000000000000000000000000\"",
        "Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"/\", response=\"00000000000000000000000000000000\", algorithm=SHA-256",
        "Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"/\", response=\"00000000000000000000000000000000\", qop=auth-int, nc=00000001, cnonce=\"c\"",
        "Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"/\", response=\"00000000000000000000000000000000\", qop=auth, nc=1, cnonce=\"c\"",
        "Digest username=\"u, realm=\"r\"",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        CHECK_EQ(http_digest_parse(&a, str_c(bad[i]), &d), ERR_INPUT);
    arena_free(&a);
}

static bool lookup_ana(void *arg, struct str user, char ha1[HTTP_HA1_LEN])
{
    char full[HTTP_HA1_LEN + 1];
    (void)arg;
    if (!str_is(user, "ana"))
        return false;
    http_ha1(user, STR("Amparo"), STR("secret"), full);
    memcpy(ha1, full, HTTP_HA1_LEN);
    return true;
}

struct attempt { const char *user, *password, *uri, *nc; struct str nonce; };

/* What a client would send; then what the server says to it for GET /formList. */
static enum http_auth attempt(struct http_nonces *n, struct arena *a, struct attempt w, int64_t now)
{
    char ha1[HTTP_HA1_LEN + 1], response[HTTP_HA1_LEN + 1];
    struct http_digest d = { .uri = str_c(w.uri), .nonce = w.nonce, .qop = STR("auth"),
                             .nc = str_c(w.nc), .cnonce = STR("c") };
    struct str who = { 0 };
    http_ha1(str_c(w.user), STR("Amparo"), str_c(w.password), ha1);
    http_digest_response(&d, STR("GET"), ha1, response);
    struct str h = str_join(a, STR("Digest username=\""), str_c(w.user), STR("\", realm=\"Amparo\", nonce=\""),
        w.nonce, STR("\", uri=\""), d.uri, STR("\", qop=auth, nc="), d.nc,
        STR(", cnonce=\"c\", response="), str_c(response));
    enum http_auth r = http_digest_check(n, a, h, STR("GET"), STR("/formList"), STR("Amparo"), now,
                                         lookup_ana, NULL, &who);
    return r == HTTP_AUTH_OK && !str_is(who, w.user) ? HTTP_AUTH_NONE : r;
}

static void digest_is_timed_and_not_replayed(struct t *t)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    struct http_nonces *n = http_nonces_new(60 * US_PER_S);
    struct http_nonces *other = http_nonces_new(60 * US_PER_S);
    const int64_t now = 1000 * US_PER_S;
    struct str nonce = http_nonce_make(n, &a, now);
#define TRY_AS(u, p, uri, nc, nonce, at) attempt(n, &a, (struct attempt){ u, p, uri, nc, nonce }, at)
    CHECK_EQ(TRY_AS("ana", "secret", "/formList", "00000001", nonce, now), HTTP_AUTH_OK);
    CHECK_EQ(TRY_AS("ana", "secret", "/formList", "00000001", nonce, now), HTTP_AUTH_STALE);
    CHECK_EQ(TRY_AS("ana", "secret", "/formList", "00000002", nonce, now + US_PER_S), HTTP_AUTH_OK);
    CHECK_EQ(TRY_AS("ana", "wrong", "/formList", "00000003", nonce, now), HTTP_AUTH_WRONG);
    CHECK_EQ(TRY_AS("eva", "secret", "/formList", "00000003", nonce, now), HTTP_AUTH_WRONG);
    CHECK_EQ(TRY_AS("ana", "secret", "/other", "00000003", nonce, now), HTTP_AUTH_WRONG);
    CHECK_EQ(TRY_AS("ana", "secret", "/formList", "00000003", nonce, now + 61 * US_PER_S), HTTP_AUTH_STALE);
    CHECK_EQ(TRY_AS("ana", "secret", "/formList", "00000001", http_nonce_make(other, &a, now), now),
             HTTP_AUTH_STALE);
    CHECK_EQ(TRY_AS("ana", "secret", "/formList", "00000001", STR("made-up"), now), HTTP_AUTH_STALE);
    struct str ch = http_digest_challenge(n, &a, STR("Amparo"), now, true);
    CHECK(str_starts(ch, STR("Digest realm=\"Amparo\"")) && str_ends(ch, STR("stale=true")));
    http_nonces_free(n);
    http_nonces_free(other);
    arena_free(&a);
}

static const struct t_case cases[] = {
    { "paths are decoded once and never climb", paths_are_decoded_once },
    { "forms are pairs of text", forms_are_pairs_of_text },
    { "forms are capped", forms_are_capped },
    { "foreign cookies lock nobody out", foreign_cookies_lock_nobody_out },
    { "boundaries", boundaries },
    { "multipart parts come in order", multipart_parts_come_in_order },
    { "multipart refuses what is unclear", multipart_refuses_what_is_unclear },
    { "parsers survive refused memory", parsers_survive_refused_memory },
    { "accept-encoding and types", accept_encoding },
    { "redirects stay here, hosts are hosts", redirects_stay_here },
    { "the guard's table", guard_table },
    { "the guard caps the headers", guard_caps_the_headers },
    { "basic credentials", basic_credentials },
    { "digest as in the standard", digest_of_the_standard },
    { "digest is timed and not replayed", digest_is_timed_and_not_replayed },
};
T_MAIN(cases)
