/* test_law_sign.c - signatures hold for one text only, and "yes" takes two people. */
#include "law_t.h"

#include "law/sign.h"

/* ---- signatures ------------------------------------------------------------------------------------------------ */

static struct law_signing signing(struct ctx *c, const struct provision *v, enum pack_verified verdict)
{
    return (struct law_signing){ .verdict = verdict, .source = STR("Gaceta Oficial, edición inventada"), .on = STR("2026-02-27"),
                                 .hash = law_hash(c, v) };
}

static void signatures(struct t *t)
{
    for (int pg = 0; pg < engines(); pg++) {
        struct house_t h;
        if (!house_fresh(t, &h, pg)) {
            house_end(&h);
            continue;
        }
        struct ctx *c = &h.c;
        const struct provision *v = pack_provision(c->node->pack, STR("PY-L049"));       /* not verified */
        struct law_standing s;
        struct law_signed *all;
        struct law_signing g;
        as(t, &h, "codeni-filadelfia");
        g = signing(c, v, PACK_YES);
        REFUSED(c, ERR_DENIED, law_sign(c, v, &g));
        as(t, &h, "conaeti");
        OK(c, law_standing(c, v, &s));
        CHECK(s.verified == PACK_NO && !s.raised && !s.earlier && !law_certain(&s));
        g.source = STR("x");
        REFUSED(c, ERR_INPUT, law_sign(c, v, &g));
        g = signing(c, v, PACK_YES);
        g.on = STR("2027-01-01");
        REFUSED(c, ERR_INPUT, law_sign(c, v, &g));
        g = signing(c, v, PACK_YES);
        g.hash = STR("0000");
        REFUSED(c, ERR_CONFLICT, law_sign(c, v, &g));
        g = signing(c, v, PACK_PARTLY);
        OK(c, law_sign(c, v, &g));
        OK(c, law_standing(c, v, &s));
        CHECK(s.verified == PACK_PARTLY && s.raised && !law_certain(&s));
        g = signing(c, v, PACK_YES);
        c->now_us += HOUR;
        OK(c, law_sign(c, v, &g));
        OK(c, law_sign(c, v, &g));                      /* twice by one person is once */
        OK(c, law_standing(c, v, &s));
        CHECK(s.verified == PACK_PARTLY && s.raised && s.once && !law_certain(&s));
        as(t, &h, "contrafor");
        c->now_us += HOUR;
        OK(c, law_sign(c, v, &g));
        OK(c, law_standing(c, v, &s));
        CHECK(s.verified == PACK_YES && s.pack == PACK_NO && s.raised && !s.once && law_certain(&s));
        CHECK_STR(s.on, "2026-02-27");

        /* Another text: she signed, but not this. */
        struct provision changed = *v;
        changed.rule.in[0] = STR("Otra regla");
        OK(c, law_signed(c, &all));
        law_standing_in(c, all, &changed, &s);
        CHECK(s.verified == PACK_NO && s.earlier && !s.raised);
        changed = *v;
        changed.values = STR("age_min=1");
        law_standing_in(c, all, &changed, &s);
        CHECK(s.verified == PACK_NO && s.earlier);
        changed = *v;
        changed.to = STR("2027");
        law_standing_in(c, all, &changed, &s);
        CHECK(s.verified == PACK_NO && s.earlier);
        changed = *v;
        changed.doubt = STR("otra duda");               /* not what she read */
        law_standing_in(c, all, &changed, &s);
        CHECK(s.verified == PACK_YES && !s.earlier);

        /* Her neighbour is not raised with it; a "no" lowers nothing but is seen. */
        OK(c, law_standing(c, pack_provision(c->node->pack, STR("PY-L010")), &s));
        CHECK(s.verified == PACK_NO && !s.raised);
        const struct provision *y = pack_provision(c->node->pack, STR("PY-L001"));
        g = signing(c, y, PACK_NO);
        OK(c, law_sign(c, y, &g));
        OK(c, law_standing(c, y, &s));
        CHECK(s.verified == PACK_YES && s.disputed && !law_certain(&s));
        house_end(&h);
    }
}

/* However many spoke after a "no" without answering it, it stands; two do answer it. */
static void old_no(struct t *t)
{
    enum { AFTER = 20 };
    struct ctx c;
    struct pack *p = NULL;
    struct node node = { 0 };
    ctx_init(&c, 64 << 20);
    OK(&c, pack_load(&c, "packs/py", &p));
    node.pack = p;
    c.node = &node;
    const struct provision *v = p ? pack_provision(p, STR("PY-L049")) : NULL;
    for (int yes = 0; v && yes <= 2; yes++) {
        static const char names[] = "abcdefghijklmnopqrstuvwxyz";
        struct law_signature g[AFTER + 1];
        struct law_standing s;
        for (size_t i = 0; i <= AFTER; i++)
            g[i] = (struct law_signature){ .provision = v->id, .hash = law_hash(&c, v), .officer = { names + i, 1 },
                .verdict = i == AFTER ? STR("no") : i + (size_t)yes >= AFTER ? STR("yes") : STR("partly") };
        law_standing_of(&c, g, AFTER + 1, v, &s);
        CHECK_EQ(s.verified, yes == 2 ? PACK_YES : PACK_NO);
        CHECK_EQ(s.disputed, yes < 2);
        g[0].officer = g[AFTER].officer;                        /* whoever disputed it says "partly" now */
        law_standing_of(&c, g, AFTER + 1, v, &s);
        CHECK(!s.disputed);
        CHECK_EQ(s.verified, yes == 2 ? PACK_YES : PACK_PARTLY);
    }
    CHECK(v);
    pack_unref(p);
    ctx_done(&c);
}

/* Who said what, oldest first: l the lawyer, c the committee, r another lawyer;
 * y yes, p partly, n no. */
struct said { const char *who_what[5]; enum pack_verified want; bool once, disputed; };
static void two_readers(struct t *t)
{
    static const struct said row[] = {
        { { "l-" }, PACK_NO, false, false },
        { { "lp" }, PACK_PARTLY, false, false },
        { { "ly" }, PACK_PARTLY, true, false },
        { { "ly", "ly" }, PACK_PARTLY, true, false },
        { { "ly", "cy" }, PACK_YES, false, false },
        { { "ly", "cp" }, PACK_PARTLY, true, false },
        { { "ly", "cy", "lp" }, PACK_PARTLY, true, false },     /* she thought again */
        { { "ly", "cy", "rn" }, PACK_NO, false, true },
        { { "ly", "cy", "rn", "ry" }, PACK_YES, false, false }, /* whoever disputed it is content */
        { { "rn", "ly" }, PACK_NO, false, true },               /* one alone does not end a dispute */
        { { "rn", "ly", "cy" }, PACK_YES, false, false },
        { { "ly", "rn", "cy" }, PACK_NO, false, true },         /* before the dispute she did not know of it */
        { { "ln", "ly" }, PACK_PARTLY, true, false },
    };
    struct ctx c;
    struct pack *p = NULL;
    struct node node = { 0 };
    ctx_init(&c, 64 << 20);
    OK(&c, pack_load(&c, "packs/py", &p));
    node.pack = p;
    c.node = &node;
    const struct provision *v = p ? pack_provision(p, STR("PY-L049")) : NULL;
    for (size_t i = 0; v && i < COUNT_OF(row); i++) {
        struct law_signature g[5];
        struct law_standing s;
        size_t n = 0;
        while (n < 5 && row[i].who_what[n])
            n++;
        for (size_t k = 0; k < n; k++) {
            const char *w = row[i].who_what[n - 1 - k];         /* newest first, as they are read */
            g[k] = (struct law_signature){ .provision = v->id, .hash = law_hash(&c, v), .officer = { w, 1 },
                .verdict = w[1] == 'y' ? STR("yes") : w[1] == 'p' ? STR("partly") : STR("no") };
            if (w[1] == '-')
                g[k].hash = STR("of another text");
        }
        law_standing_of(&c, g, n, v, &s);
        if (s.verified != row[i].want || s.once != row[i].once || s.disputed != row[i].disputed) {
            t->bad++;
            printf("# row %zu: %s%s%s\n", i, pack_verified_name(s.verified), s.once ? " once" : "", s.disputed ? " disputed" : "");
        }
    }
    CHECK(v);
    pack_unref(p);
    ctx_done(&c);
}

static void after_rebuild(struct t *t)
{
    for (int pg = 0; pg < engines(); pg++) {
        struct house_t h;
        struct law_standing s;
        if (house_fresh(t, &h, pg)) {
            const struct provision *v = pack_provision(h.c.node->pack, STR("PY-L049"));
            as(t, &h, "conaeti");
            struct law_signing g = signing(&h.c, v, PACK_YES);
            OK(&h.c, law_sign(&h.c, v, &g));
            as(t, &h, "contrafor");
            OK(&h.c, law_sign(&h.c, v, &g));
            OK(&h.c, ledger_rebuild(&h.c, h.c.node->ledger));
            OK(&h.c, law_standing(&h.c, v, &s));
            CHECK(s.verified == PACK_YES && s.raised);
        }
        house_end(&h);
    }
}

static void signing_page(struct t *t)
{
    struct house_t h;
    if (house_fresh(t, &h, false)) {
        struct got g;
        as(t, &h, "conaeti");
        as(t, &h, "codeni-filadelfia");
        struct str lawyer = signed_in(t, &h, "conaeti"), other = signed_in(t, &h, "codeni-filadelfia");
        web_ask(&h, other, GET, STR("/law/PY-L049/verify"), NULL, 0, &g);
        CHECK_EQ(g.rs.status, 403);
        got_end(&g);
        web_ask(&h, lawyer, GET, STR("/law/PY-L049/verify"), NULL, 0, &g);
        CHECK_EQ(g.rs.status, 200);
        got_end(&g);
        OK(&h.c, session_resume(&h.c, lawyer));
        struct str token = form_token(&h.c), hash = law_hash(&h.c, pack_provision(h.c.node->pack, STR("PY-L049")));
        struct sent form[] = { { STR("token"), token }, { STR("hash"), hash }, { STR("verdict"), STR("yes") },
                               { STR("source"), STR("Gaceta inventada") }, { STR("on"), STR("2026-02-01") } };
        form[2].value = STR("maybe");
        web_ask(&h, lawyer, POST, STR("/law/PY-L049/verify"), form, COUNT_OF(form), &g);
        CHECK_EQ(g.rs.status, 422);
        got_end(&g);
        form[2].value = STR("yes");
        form[4].value = STR("never");
        web_ask(&h, lawyer, POST, STR("/law/PY-L049/verify"), form, COUNT_OF(form), &g);
        CHECK_EQ(g.rs.status, 422);
        got_end(&g);
        form[4].value = STR("2026-02-01");
        form[1].value = STR("other");
        web_ask(&h, lawyer, POST, STR("/law/PY-L049/verify"), form, COUNT_OF(form), &g);
        CHECK_EQ(g.rs.status, 409);
        got_end(&g);
        form[1].value = hash;
        web_ask(&h, lawyer, POST, STR("/law/PY-L049/verify"), form, COUNT_OF(form), &g);
        CHECK_EQ(g.rs.status, 303);
        got_end(&g);
        web_ask(&h, (struct str){ 0 }, GET, STR("/law/PY-L049"), NULL, 0, &g);
        CHECK(holds(g.body, STR("firmada una vez: espera una segunda lectura")));
        CHECK(!holds(g.body, STR("firmada por el grupo de trabajo")));
        got_end(&g);
        as(t, &h, "contrafor");
        struct law_signing second = signing(&h.c, pack_provision(h.c.node->pack, STR("PY-L049")), PACK_YES);
        OK(&h.c, law_sign(&h.c, pack_provision(h.c.node->pack, STR("PY-L049")), &second));
        h.c.who = NULL;
        web_ask(&h, (struct str){ 0 }, GET, STR("/law/PY-L049"), NULL, 0, &g);
        CHECK(holds(g.body, STR("firmada por el grupo de trabajo")));
        CHECK(!holds(g.body, STR("Oficial Inventada")));            /* the public sees the workgroup, not the person */
        got_end(&g);
        web_ask(&h, other, GET, STR("/law/PY-L049"), NULL, 0, &g);
        CHECK(holds(g.body, STR("Oficial Inventada")));
        got_end(&g);
    }
    house_end(&h);
}

static const struct t_case cases[] = {
    { "signatures hold for one text", signatures },
    { "two persons' yes, and what a no undoes", two_readers },
    { "a no stands however many voices follow it", old_no },
    { "signatures survive a rebuild", after_rebuild },
    { "signing", signing_page },
};
T_MAIN(cases)
