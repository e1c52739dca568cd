/* The checker's pages and API, as a stranger with a phone meets them. */
#include "web_t.h"

#include "checker/checker_web.h"
#include "page/sheet_out.h"
#include "t.h"

#include <fcntl.h>
#include <unistd.h>

struct form { struct sent v[8]; size_t n; };

static void field(struct form *f, const char *name, struct str value)
{
    f->v[f->n++] = (struct sent){ str_c(name), value };
}

/* The value of <input type="hidden" name="said" value="...">, or {0}. */
static struct str hidden_of(struct str page, const char *name)
{
    char mark[64];
    size_t at, end;
    (void)snprintf(mark, sizeof mark, "name=\"%s\" value=\"", name);
    if (!str_find(page, str_c(mark), &at))
        return (struct str){ 0 };
    struct str rest = str_sub(page, at + strlen(mark), SIZE_MAX);
    return str_find(rest, STR("\""), &end) ? str_sub(rest, 0, end) : (struct str){ 0 };
}

/* Answer the page before; keeps what the next answer needs in h's memory. */
static int answer(struct house_t *h, struct str *said, struct str *now, const char *value, const char *button, struct str *page)
{
    struct got g;
    struct form f = { 0 };
    h->c.who = NULL;
    field(&f, "token", form_token(&h->c));
    field(&f, "about", STR("screening"));
    field(&f, "said", *said);
    field(&f, "now", *now);
    if (value)
        field(&f, arena_z(&h->c.mem, *now), str_c(value));
    if (button)
        field(&f, button, STR("yes"));
    web_ask(h, (struct str){ 0 }, POST, STR("/check"), f.v, f.n, &g);
    int status = g.rs.status;
    *page = arena_dup(&h->c.mem, g.body);
    *said = hidden_of(*page, "said");
    *now = hidden_of(*page, "now");
    got_end(&g);
    return status;
}

static void a_conversation_ends_in_an_answer_on(struct t *t, bool pg)
{
    struct house_t h;
    struct got g;
    if (house_fresh(t, &h, pg)) {
        web_ask(&h, (struct str){ 0 }, GET, STR("/check"), NULL, 0, &g);
        CHECK_EQ(g.rs.status, 200);
        struct str said = arena_dup(&h.c.mem, hidden_of(g.body, "said")), now = arena_dup(&h.c.mem, hidden_of(g.body, "now")), page;
        CHECK(now.n && !said.n && !holds(g.body, STR("/check/batch")));
        got_end(&g);
        for (int i = 0; i < 40 && now.n; i++) {
            struct str before = now;
            const char *value = str_is(now, "age_years") ? "13" : str_is(now, "works") ? "yes" : str_is(now, "work_for") ? "others"
                : str_is(now, "tasks") ? "none" : NULL;
            CHECK_EQ(answer(&h, &said, &now, value, value ? NULL : "skip", &page), 200);
            CHECK(!str_eq(before, now));
        }
        CHECK(holds(page, say_(&h.c, STR("verdict.child_labour"))));
        CHECK(holds(page, STR("/law/PY-L0")));          /* articles */
        CHECK(holds(page, STR("href=\"/report\"")));
        CHECK(holds(page, STR("said\" value=\"")));
    }
    house_end(&h);
}

static void a_conversation_ends_in_an_answer(struct t *t)
{
    for (int pg = 0; pg < engines(); pg++)
        a_conversation_ends_in_an_answer_on(t, pg);
}

static void wrong_answers_are_asked_again_on(struct t *t, bool pg)
{
    struct house_t h;
    if (house_fresh(t, &h, pg)) {
        struct str said = { 0 }, now = STR("age_years"), page;
        CHECK_EQ(answer(&h, &said, &now, "very old", NULL, &page), 422);
        CHECK(str_is(now, "age_years") && !said.n);
        CHECK_EQ(answer(&h, &said, &now, NULL, NULL, &page), 422);
        CHECK_EQ(answer(&h, &said, &now, "13", NULL, &page), 200);
        CHECK(str_is(said, "age_years=13"));
        struct str next = now;
        CHECK_EQ(answer(&h, &said, &now, "no;worst_form=1", NULL, &page), 422);
        CHECK(str_is(said, "age_years=13") && str_eq(now, next));
        CHECK_EQ(answer(&h, &said, &now, NULL, "back", &page), 200);
        CHECK(str_is(now, "age_years") && !said.n);
        said = STR("age_years=13;no_such=1;works=<b>;works=yes");
        CHECK_EQ(answer(&h, &said, &now, NULL, "finish", &page), 200);
        CHECK(str_is(said, "age_years=13;works=yes"));
        CHECK(!holds(page, STR("<b>")));
    }
    house_end(&h);
}

static void wrong_answers_are_asked_again(struct t *t)
{
    for (int pg = 0; pg < engines(); pg++)
        wrong_answers_are_asked_again_on(t, pg);
}

/* ---- API ------------------------------------------------------------------------------- */

static int call(struct house_t *h, const char *type, const char *json, uint64_t peer, struct str *body)
{
    struct ctx c;
    ctx_init(&c, 16 << 20);
    c.node = h->c.node;
    c.db = h->c.db;
    c.now_us = h->c.now_us;
    c.lang = STR("es");
    struct http_req rq = { .c = &c, .method = HTTP_POST, .path = STR("/api/check"), .body = str_c(json),
                           .body_type = str_c(type), .peer = peer };
    struct http_resp rs = { .status = 200, .c = &c };
    checker_api(&c, &rq, &rs);
    *body = arena_dup(&h->c.mem, rs.body);
    c.db = NULL;
    ctx_done(&c);
    return rs.status;
}

static void the_api_answers_and_refuses_on(struct t *t, bool pg)
{
    static const struct { int status; const char *json, *holds; } calls[] = {
        { 200, "{\"situation\":{\"age_years\":17,\"works\":true,\"tasks\":[\"raising_cattle\"]}}", "\"child_labour\":\"hazardous\"" },
        { 200, "{\"situation\":{\"age_years\":17,\"works\":true,\"tasks\":[\"raising_cattle\"]}}", "PY-L020" },
        { 200, "{\"situation\":{\"age_years\":17.5,\"works\":\"yes\",\"tasks\":[]}}", "\"ask_next\"" },
        { 200, "{\"situation\":{\"age_years\":null}}", "\"legal_review\":true" },
        { 200, "{\"lang\":\"en\",\"situation\":{\"age_years\":12}}", "\"why\":\"" },
        { 400, "{\"situation\":{\"height\":3}}", "height" },
        { 400, "{\"situation\":{\"works\":3}}", "works" },
        { 400, "{\"situation\":{\"tasks\":[3]}}", "tasks" },
        { 400, "{\"situation\":{\"tasks\":{\"a\":1}}}", "tasks" },
        { 400, "{\"situation\":[]}", "error" },
        { 400, "{", "error" },
        { 400, "", "error" },
        { 400, "{\"situation\":{\"works\":true,\"works\":false}}", "error" },
        { 400, "[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]", "deep" },
        { 400, "[\"]]]]\",[\"]]]]\",[\"]]]]\",[\"]]]]\",[\"]]]]\",[\"]]]]\",[\"]]]]\",[1]]]]]]]]", "deep" },
        { 400, "{\"a\":\"\\\\\",\"b\":[[[[[[[[[[1]]]]]]]]]]}", "deep" },
        { 404, "{\"decision\":\"no_such\",\"situation\":{}}", "error" },
    };
    struct house_t h;
    struct str body;
    if (house_fresh(t, &h, pg)) {
        for (size_t i = 0; i < COUNT_OF(calls); i++) {
            int status = call(&h, "application/json", calls[i].json, 1, &body);
            if (status != calls[i].status || !holds(body, str_c(calls[i].holds))) {
                t->bad++;
                printf("# %s: %d " STR_F "\n", calls[i].json, status, STR_A(str_sub(body, 0, 300)));
            }
        }
        CHECK_EQ(call(&h, "text/plain", calls[0].json, 1, &body), 400);
        for (int i = 0; i < CHECKER_PER_MINUTE; i++)
            (void)call(&h, "application/json", "{", 2, &body);
        CHECK_EQ(call(&h, "application/json", calls[0].json, 2, &body), 429);
        CHECK_EQ(call(&h, "application/json", calls[0].json, 3, &body), 200);
        h.c.now_us += 61 * US_PER_S;
        CHECK_EQ(call(&h, "application/json", calls[0].json, 2, &body), 200);
    }
    house_end(&h);
}

static void the_api_answers_and_refuses(struct t *t)
{
    for (int pg = 0; pg < engines(); pg++)
        the_api_answers_and_refuses_on(t, pg);
}

/* ---- many at once ------------------------------------------------------------------------- */

static void a_file_streams_through(struct t *t)
{
    struct ctx c;
    struct pack *p = NULL;
    struct sheet_source src;
    char in[] = "/tmp/situationsXXXXXX", out[] = "/tmp/resultsXXXXXX", hash[SHEET_HASH];
    int64_t rows = 0;
    struct str text;
    ctx_init(&c, 256 << 20);
    OK(&c, pack_load(&c, "packs/py", &p));
    int fd = mkstemp(in), to = mkstemp(out);
    FILE *f = fdopen(fd, "w");
    (void)fprintf(f, "id,age_years,works,work_for\n");
    for (int i = 0; i < 30000; i++)             /* several windows of the reader */
        (void)fprintf(f, i % 10000 == 5 ? "r%d,x,yes,others\n" : "r%d,13,yes,others\n", i);
    (void)fclose(f);
    struct checker_batch b = { .pack = p, .decision = STR("screening"), .fd = open(in, O_RDONLY) };
    OK(&c, checker_batch_open(&c, &b, &src));
    size_t before = c.mem.used;
    OK(&c, write_sheet(&c, to, SHEET_CSV, &src, &rows, hash));
    CHECK(c.mem.used - before < (8u << 20));
    CHECK_EQ(rows, 30000);
    CHECK_EQ(b.wrong, 3);
    OK(&c, file_read(&c, out, 64 << 20, &text));
    CHECK(holds(text, STR("line 10007, column age_years")));
    CHECK(holds(text, STR("\r\n30001,r29999,,")));
    (void)close(b.fd);
    (void)close(to);
    (void)unlink(in);
    (void)unlink(out);
    pack_unref(p);
    ctx_done(&c);
}

static const struct t_case cases[] = {
    { "a conversation ends in an answer", a_conversation_ends_in_an_answer },
    { "wrong answers are asked again", wrong_answers_are_asked_again },
    { "the API answers and refuses", the_api_answers_and_refuses },
    { "a file streams through", a_file_streams_through },
};
T_MAIN(cases)
