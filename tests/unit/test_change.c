#include "ledger/change.h"
#include "t.h"

#define ID(ch) "0" "1234567890abcdefghjkmnpq" ch
#define HEAD "amparo-change 1\nI 26:" ID("1") "\nV 8:case.add\nO 0:\nF 8:office-1\nD 26:" ID("d") "\nR 2:\xc3\xb1\n"
#define GROUP "K 4:case 26:" ID("r") "\n"

static const struct str taken[] = {
    STR_INIT(HEAD GROUP "S 5:state 4:open\n"),
    STR_INIT(HEAD GROUP "S 5:state 0:\n"),
    STR_INIT(HEAD GROUP "S 5:state 9:a\nb c\nS 1\n"),                         /* a value may hold anything */
    STR_INIT(HEAD GROUP "S 5:state 4:open 26:" ID("2") " 26:" ID("3") "\n"),
    STR_INIT(HEAD GROUP "S 1:a 1:x\nS 1:b 1:x\nK 4:note 1:n\nS 1:a 1:x\n"),
};
static const struct str refused[] = {
    STR_INIT(""), STR_INIT("amparo-change 1\n"), STR_INIT(HEAD), STR_INIT(HEAD GROUP),
    STR_INIT("amparo-change 2\n"),
    STR_INIT(HEAD GROUP "S 5:state 4:open"),                                   /* no line end */
    STR_INIT(HEAD GROUP "S 5:state 4:open\n\n"),
    STR_INIT(HEAD GROUP "S 5:state 04:open\n"),                                /* another spelling */
    STR_INIT(HEAD GROUP "S 5:state  4:open\n"),
    STR_INIT(HEAD GROUP "S 5:state 5:open\n"),
    STR_INIT(HEAD GROUP "S 5:state 9999999:open\n"),
    STR_INIT(HEAD GROUP "S 5:State 4:open\n"),
    STR_INIT(HEAD GROUP "S 0: 4:open\n"),
    STR_INIT(HEAD GROUP "S 5:state 1:\xff\n"),                                 /* not UTF-8 */
    STR_INIT(HEAD GROUP "S 5:state 1:\0\n"),                                   /* NUL */
    STR_INIT(HEAD GROUP "S 1:b 1:x\nS 1:a 1:x\n"),                             /* order */
    STR_INIT(HEAD GROUP "S 1:a 1:x\nS 1:a 1:y\n"),                             /* twice */
    STR_INIT(HEAD GROUP "S 1:a 1:x\n" GROUP "S 1:b 1:x\n"),                    /* group opened twice */
    STR_INIT(HEAD GROUP "K 4:note 1:n\nS 1:a 1:x\n"),                          /* empty group */
    STR_INIT(HEAD "K 4:note 1:n\nS 1:a 1:x\nK 4:case 1:n\nS 1:a 1:x\n"),
    STR_INIT(HEAD GROUP "S 1:a 1:x 26:" ID("3") " 26:" ID("2") "\n"),          /* replaced ids: order */
    STR_INIT(HEAD GROUP "S 1:a 1:x 26:" ID("2") " 26:" ID("2") "\n"),
    STR_INIT(HEAD GROUP "S 1:a 1:x 25:1234567890abcdefghjkmnpqr\n"),
    STR_INIT(HEAD "K 4:Case 1:n\nS 1:a 1:x\n"),
    STR_INIT(HEAD "K 4:case 1:N\nS 1:a 1:x\n"),
    STR_INIT(HEAD "S 1:a 1:x\n"),                                              /* set before a group */
};

static void one_spelling(struct t *t)
{
    for (size_t i = 0; i < COUNT_OF(taken); i++) {
        struct ctx c;
        struct change ch;
        struct buf b;
        ctx_init(&c, 1 << 20);
        OK(&c, change_parse(&c, taken[i], &ch));
        buf_init(&b, &c.mem, CHANGE_MAX);
        change_format(&b, &ch);
        CHECK(!b.failed && str_eq(buf_str(&b), taken[i]));
        for (size_t n = 0; ch.n == 1 && n < taken[i].n; n++)     /* no part of it is a change */
            CHECK_EQ(change_parse(&c, str_sub(taken[i], 0, n), &ch), ERR_INPUT);
        ctx_done(&c);
    }
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct ctx c;
        struct change ch = { 0 };
        ctx_init(&c, 1 << 20);
        if (change_parse(&c, refused[i], &ch) != ERR_INPUT) {
            printf("# accepted: " STR_F "\n", STR_A(refused[i]));
            t->bad++;
        }
        CHECK(ch.id.p == NULL);
        ctx_done(&c);
    }
}

/* Whatever one byte does to a good change: refused, or spelled as we spell it. */
static void any_byte(struct t *t)
{
    struct ctx c;
    ctx_init(&c, 64 << 20);
    for (size_t i = 0; i < COUNT_OF(taken); i++)
        for (size_t at = 0; at < taken[i].n; at++)
            for (int v = 0; v < 256; v++) {
                struct change ch;
                struct buf b;
                arena_reset(&c.mem);
                c.fault = (struct fault){ 0 };
                struct str in = arena_dup(&c.mem, taken[i]);
                ((char *)in.p)[at] = (char)v;
                if (change_parse(&c, in, &ch) != ERR_OK)
                    continue;
                buf_init(&b, &c.mem, CHANGE_MAX);
                change_format(&b, &ch);
                CHECK(str_eq(buf_str(&b), in));
            }
    ctx_done(&c);
}

static void names(struct t *t)
{
    CHECK(kind_ok(STR("care_plan")) && !kind_ok(STR("")) && !kind_ok(STR("a1")) && !kind_ok(STR("A")));
    CHECK(field_ok(STR("need/3:why.x-y")) && !field_ok(STR("é")));
    CHECK(verb_ok(STR("referral.accept")) && !verb_ok(STR("a b")));
    CHECK(name_ok(STR("01h2x")) && !name_ok(STR("a/b")) && !name_ok(STR("")));
    CHECK(!kind_ok(STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")));
    CHECK(text_ok(STR("ñ"), 2) && !text_ok(STR("ñ"), 1) && !text_ok(((struct str){ "\0", 1 }), 5));
}

static const struct t_case cases[] = {
    { "a change has one spelling", one_spelling },
    { "any byte changed: refused, or canonical", any_byte },
    { "names of kinds, fields, verbs, records", names },
};
T_MAIN(cases)
