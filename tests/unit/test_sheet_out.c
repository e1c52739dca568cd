/* Exports: what a spreadsheet would run is defused, rows are counted, both
 * kinds of one table have one hash. */
#include "page/sheet_out.h"
#include "t.h"

#include <unistd.h>

struct source { int64_t at, rows, told; char hash[SHEET_HASH]; long fail_batch; };

static enum err more(struct ctx *c, void *state, struct sheet_out *s, bool *end)
{
    struct source *x = state;
    static const struct str odd[] = {
        STR_INIT("=1+1"), STR_INIT("@SUM(A1)"), STR_INIT("-dash"), STR_INIT("a,b"), STR_INIT("say \"no\""),
        STR_INIT("two\nlines"), STR_INIT("Ñandutí"), STR_INIT(""), STR_INIT(" edge "), STR_INIT("+595"),
    };
    if (x->fail_batch && --x->fail_batch == 0)
        return FAIL(c, ERR_IO, "test.refused", "batch");
    for (int i = 0; i < 300 && x->at < x->rows; i++, x->at++) {
        put_int(s, x->at);
        put_text(s, odd[x->at % 10]);
        put_decimal(s, STR("-12.5"));
        put_time(s, x->at ? INT64_C(1795532400000000) : 0);
        put_row(s);
    }
    *end = x->at == x->rows;
    return ERR_OK;
}

static enum err told(struct ctx *c, void *state, int64_t rows, const char hash[SHEET_HASH])
{
    struct source *x = state;
    (void)c;
    x->told = rows;
    memcpy(x->hash, hash, SHEET_HASH);
    return ERR_OK;
}

static struct sheet_source source(struct source *x)
{
    static const struct str heads[] = { STR_INIT("n"), STR_INIT("text"), STR_INIT("dec"), STR_INIT("when") };
    return (struct sheet_source){ .name = "casos", .heads = heads, .n = 4, .more = more,
                                  .done = told, .state = x };
}

/* All of a streamed answer, pulled in pieces of `room`. */
static struct str pulled(struct t *t, struct ctx *c, struct response *rs, size_t room)
{
    struct buf b;
    size_t n;
    char *piece = arena_alloc(&c->mem, room, 1);
    buf_init(&b, &c->mem, 64 << 20);
    do {
        OK(c, rs->pull(rs->state, piece, room, &n));
        buf_put(&b, (struct str){ piece, n });
    } while (n);
    rs->pull_done(rs->state);
    return buf_str(&b);
}

static void csv_by_bytes(struct t *t)
{
    struct ctx c;
    struct response rs;
    struct source x = { .rows = 10 };
    struct sheet_source src = source(&x);
    ctx_init(&c, 16 << 20);
    response_init(&rs, &c, NULL);
    src.bom = true;
    OK(&c, send_sheet(&c, &rs, SHEET_CSV, &src));
    CHECK_STR(rs.filename, "casos.csv");
    CHECK_STR(pulled(t, &c, &rs, 4096),
              "\xEF\xBB\xBFn,text,dec,when\r\n"
              "0,'=1+1,-12.5,\r\n"
              "1,'@SUM(A1),-12.5,2026-11-24T15:00:00Z\r\n"
              "2,'-dash,-12.5,2026-11-24T15:00:00Z\r\n"
              "3,\"a,b\",-12.5,2026-11-24T15:00:00Z\r\n"
              "4,\"say \"\"no\"\"\",-12.5,2026-11-24T15:00:00Z\r\n"
              "5,\"two\nlines\",-12.5,2026-11-24T15:00:00Z\r\n"
              "6,Ñandutí,-12.5,2026-11-24T15:00:00Z\r\n"
              "7,,-12.5,2026-11-24T15:00:00Z\r\n"
              "8,\" edge \",-12.5,2026-11-24T15:00:00Z\r\n"
              "9,'+595,-12.5,2026-11-24T15:00:00Z\r\n");
    CHECK_EQ(x.told, 10);
    ctx_done(&c);
}

/* Pieces of any size, and XLSX, give the same count and hash. */
static void one_hash(struct t *t)
{
    char first[SHEET_HASH] = "";
    static const size_t rooms[] = { 1, 7, 4096, 65536 };
    for (size_t i = 0; i <= COUNT_OF(rooms); i++) {
        struct ctx c;
        struct response rs;
        struct source x = { .rows = 1234 };
        struct sheet_source src = source(&x);
        ctx_init(&c, 64 << 20);
        response_init(&rs, &c, NULL);
        bool xlsx = i == COUNT_OF(rooms);
        OK(&c, send_sheet(&c, &rs, xlsx ? SHEET_XLSX : SHEET_CSV, &src));
        struct str all = pulled(t, &c, &rs, xlsx ? 4096 : rooms[i]);
        CHECK_EQ(x.told, 1234);
        if (i == 0)
            memcpy(first, x.hash, sizeof first);
        CHECK(strcmp(first, x.hash) == 0);
        CHECK(!xlsx || str_starts(all, STR("PK")));
        ctx_done(&c);
    }
    CHECK_EQ(strlen(first), 64);
}

/* What the command line writes is readable by others: unzip finds our texts. */
static void to_a_file(struct t *t)
{
    struct ctx c;
    struct source x = { .rows = 10 };
    struct sheet_source src = source(&x);
    char hash[SHEET_HASH], path[] = "/tmp/test_sheet_XXXXXX";
    int64_t rows;
    struct str bytes;
    ctx_init(&c, 16 << 20);
    int fd = mkstemp(path);
    OK(&c, write_sheet(&c, fd, SHEET_CSV, &src, &rows, hash));
    close(fd);
    OK(&c, file_read(&c, path, 1 << 20, &bytes));
    CHECK(str_starts(bytes, STR("n,text,dec,when\r\n")));
    CHECK_EQ(rows, 10);
    CHECK(strcmp(hash, x.hash) == 0);
    unlink(path);
    ctx_done(&c);
}

static void a_failing_source(struct t *t)
{
    for (long n = 1; n <= 3; n++) {
        struct ctx c;
        struct response rs;
        struct source x = { .rows = 1000, .fail_batch = n };
        struct sheet_source src = source(&x);
        char piece[4096];
        size_t got = 1;
        enum err e = ERR_OK;
        ctx_init(&c, 16 << 20);
        response_init(&rs, &c, NULL);
        OK(&c, send_sheet(&c, &rs, SHEET_CSV, &src));
        while (e == ERR_OK && got)
            e = rs.pull(rs.state, piece, sizeof piece, &got);
        CHECK_EQ(e, ERR_IO);
        CHECK_EQ(x.told, 0);                       /* a part is never taken for the whole */
        rs.pull_done(rs.state);
        x = (struct source){ .rows = 1000, .fail_batch = n };
        CHECK_EQ(send_sheet(&c, &rs, SHEET_XLSX, &src), ERR_IO);
        CHECK(c.fault.key && strcmp(c.fault.key, "test.refused") == 0);
        ctx_done(&c);
    }
}

static const struct t_case cases[] = {
    { "CSV, byte by byte", csv_by_bytes },
    { "pieces and kinds agree on the hash", one_hash },
    { "into a file", to_a_file },
    { "a source that fails leaves no whole", a_failing_source },
};
T_MAIN(cases)
