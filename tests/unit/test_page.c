/* Escaping in every position, own paths, routes, request fields, built-in files. */
#include "page/files.h"
#include "page/page.h"
#include "t.h"

static const char nasty[] = "<script>alert(1)</script>\"'`&amp;\n--> ]]> javascript:x \xE2\x80\xAE";

static void start(struct ctx *c, struct out *o)
{
    ctx_init(c, 8 << 20);
    out_init(o, c, 1 << 20);
}

/* Outside our own literals no byte may open a tag, end an attribute or an entity. */
static void escaping(struct t *t)
{
    struct ctx c;
    struct out o;
    struct str s = { nasty, sizeof nasty - 1 };
    start(&c, &o);
    text(&o, s);
    CHECK_STR(buf_str(&o.b), "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;`&amp;amp;\n--&gt; ]]&gt; javascript:x \xE2\x80\xAE");
    ctx_done(&c);

    start(&c, &o);
    attr(&o, "title", STR("a\"b' onx=\"<&\0"));
    CHECK_STR(buf_str(&o.b), " title=\"a&quot;b&#39; onx=&quot;&lt;&amp;\xEF\xBF\xBD\"");
    ctx_done(&c);

    start(&c, &o);
    json_island(&o, STR("x\"y"), STR("{\"a\":\"</script><!--\"}"));
    CHECK_STR(buf_str(&o.b), "<script type=\"application/json\" id=\"x&quot;y\">"
              "{\"a\":\"\\u003c/script>\\u003c!--\"}</script>\n");
    ctx_done(&c);
}

static void addresses(struct t *t)
{
    static const struct { const char *in, *out; } rows[] = {
        { "/case/1?a=b&c=d", " href=\"/case/1?a=b&amp;c=d\"" }, { "https://example.org/", " href=\"https://example.org/\"" },
        { "//evil.example", " href=\"#\"" }, { "/\\evil.example", " href=\"#\"" },
        { "javascript:alert(1)", " href=\"#\"" }, { "data:text/html,x", " href=\"#\"" },
        { "http://plain.example", " href=\"#\"" }, { "/\t/evil.example", " href=\"#\"" }, { "", " href=\"#\"" },
        { " /x", " href=\"#\"" }, { "/\"onclick=", " href=\"/&quot;onclick=\"" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct ctx c;
        struct out o;
        start(&c, &o);
        attr_url(&o, "href", str_c(rows[i].in));
        CHECK_STR(buf_str(&o.b), rows[i].out);
        ctx_done(&c);
    }
}

static void paths(struct t *t)
{
    struct ctx c;
    struct out o;
    struct response rs;
    start(&c, &o);
    CHECK_STR(path_of(&c, "/x"), "/x");
    CHECK_STR(path_of(&c, "/case/%s/step/%s", STR("a/b"), STR("../.. ?#%&=+ñ")),
              "/case/a%2Fb/step/..%2F..%20%3F%23%25%26%3D%2B%C3%B1");
    CHECK_STR(path_of(&c, "/case/%s", STR("..")), "/case/%2E%2E");
    CHECK_STR(path_of(&c, "/case/%s", STR(".")), "/case/%2E");
    CHECK_STR(path_of(&c, "%s", STR("//evil")), "/");              /* not a path of ours */
    CHECK_STR(path_of(&c, "/a?x=%s", STR("1\r\nSet-Cookie: y")), "/a?x=1%0D%0ASet-Cookie%3A%20y");
    CHECK_STR(path_of(&c, "/a/%s"), "/");                          /* too few */
    response_init(&rs, &c, NULL);
    CHECK_EQ(go_done(&c, &rs, "saved", "/case/%s?tab=%s", STR("1"), STR("x")), ERR_OK);
    CHECK_EQ(rs.status, 303);
    CHECK_STR(rs.location, "/case/1?tab=x&done=saved");
    ctx_done(&c);
}

static void routes(struct t *t)
{
    static const struct { const char *pattern, *path; bool ok; const char *first; } rows[] = {
        { "/case/:id", "/case/abc", true, "abc" }, { "/case/:id", "/case/", false, "" },
        { "/case/:id", "/case", false, "" }, { "/case/:id", "/case/a/b", false, "" },
        { "/case/new", "/case/new", true, "" }, { "/case/:id/x/:y", "/case/1/x/2", true, "1" },
        { "/", "/", true, "" }, { "/", "/x", false, "" }, { "/x", "/x/", false, "" }, { "/x", "", false, "" },
        { "/:a/:b/:c/:d", "/1/2/3/4", true, "1" }, { "/:a/:b/:c/:d/:e", "/1/2/3/4/5", false, "" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct str params[4] = { { 0 } };
        bool ok = route_match(rows[i].pattern, str_c(rows[i].path), params);
        CHECK_EQ(ok, rows[i].ok);
        CHECK_STR(params[0], rows[i].first);
    }
}

static void fields(struct t *t)
{
    const struct sent query[] = { { STR("q"), STR("x") }, { STR("n"), STR("12") } };
    const struct sent form[] = { { STR("a"), STR(" 1 ") }, { STR("b"), STR("x") }, { STR("b"), STR("") },
                                 { STR("b"), STR("y") }, { STR("d"), STR("24/11/2026") } };
    const struct upload ups[] = { { STR("f"), STR("a.jpg"), STR("image/jpeg"), { 0 } } };
    struct request rq = { .method = POST, .query = query, .query_n = 2, .form = form, .form_n = 5,
                          .uploads = ups, .uploads_n = 1 };
    struct str got[5];
    struct civil d;
    int64_t n;
    CHECK_STR(req_field(&rq, "a"), "1");
    CHECK_STR(req_field(&rq, "q"), "");             /* a POST does not read its address */
    CHECK_STR(req_query(&rq, "q"), "x");
    CHECK_EQ(req_fields(&rq, "b", got, 5), 2);
    CHECK_EQ(req_fields(&rq, "b", got, 1), 1);
    CHECK(req_is(&rq, "b", "y") && !req_is(&rq, "b", "z"));
    CHECK(req_has(&rq, "a") && !req_has(&rq, "none"));
    CHECK(req_date(&rq, "d", &d) && d.day == 24);
    CHECK(req_upload(&rq, "f") == NULL);            /* an empty file is none */
    rq.method = GET;
    CHECK(req_i64(&rq, "n", &n) && n == 12);
    CHECK(!req_i64(&rq, "q", &n));
}

static void built_in_files(struct t *t)
{
    struct ctx c;
    struct static_file f;
    ctx_init(&c, 1 << 20);
    struct str css = static_url(&c, "style.css"), icon = static_url(&c, "img/blank.svg");
    CHECK(str_starts(css, STR("/static/style.")) && str_ends(css, STR(".css")));
    CHECK(static_find(css, &f));
    CHECK_STR(f.type, "text/css; charset=utf-8");
    CHECK(f.bytes.n > 1000 && f.gzip.n > 1000 && f.gzip.n < f.bytes.n / 3);
    CHECK(static_find(icon, &f));
    CHECK_STR(f.type, "image/svg+xml");
    CHECK(!static_find(STR("/static/style.css"), &f));
    CHECK(!static_find(STR("/static/style.000000000000.css"), &f));
    CHECK(!static_find(STR("/static/../words/es.po"), &f));
    CHECK(!static_find(STR("/static/"), &f));
    CHECK(!static_find(STR("/etc/passwd"), &f));
    CHECK_STR(static_url(&c, "no-such.css"), "/static/missing");
    ctx_done(&c);
}

static void a_page_too_large(struct t *t)
{
    struct ctx c;
    struct out o;
    ctx_init(&c, 8 << 20);
    out_init(&o, &c, 1000);
    for (int i = 0; i < 100; i++)
        text(&o, STR("0123456789 <>"));
    CHECK_EQ(out_check(&o), ERR_NOMEM);
    CHECK(o.b.n <= 1000);
    ctx_done(&c);
}

static const struct t_case cases[] = {
    { "every position escapes", escaping },
    { "addresses lead home or to https", addresses },
    { "paths are built, never pasted", paths },
    { "routes match whole paths", routes },
    { "request fields", fields },
    { "files built in, by hash", built_in_files },
    { "a page has an end", a_page_too_large },
};
T_MAIN(cases)
