/* test_access_session.c - signing in, codes, slowed tries, sessions and form tokens. */
#include "access_t.h"

#include "crypto/crypto.h"

/* ---- sessions ------------------------------------------------------------------------------ */

static enum err try_in(struct ctx *c, const char *login, const char *password, const char *code, const char *peer,
                       struct fault *why)
{
    struct str token;
    c->who = NULL;
    enum err e = session_begin(c, str_c(login), str_c(password), str_c(code), str_c(peer), &token);
    *why = c->fault;
    c->fault = (struct fault){ 0 };
    return e;
}

static void sign_in__on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct fault wrong, unknown, off, wait;
    as(t, h, "codeni-filadelfia");
    as(t, h, "mtess-filadelfia");
    CHECK_EQ(try_in(c, "codeni-filadelfia", "otra-palabra", "", "p1", &wrong), ERR_DENIED);
    CHECK_EQ(try_in(c, "nadie-aqui", "otra-palabra", "", "p2", &unknown), ERR_DENIED);
    OK(c, officer_disable(c, STR("mtess-filadelfia"), true));
    CHECK_EQ(try_in(c, "mtess-filadelfia", HOUSE_PASSWORD, "", "p3", &off), ERR_DENIED);
    CHECK(!strcmp(wrong.key, unknown.key) && !strcmp(wrong.detail, unknown.detail));
    CHECK(!strcmp(wrong.key, off.key) && !strcmp(wrong.detail, off.detail));
    OK(c, officer_disable(c, STR("mtess-filadelfia"), false));
    CHECK_EQ(try_in(c, "mtess-filadelfia", HOUSE_PASSWORD, "", "p3", &off), ERR_OK);
    CHECK_EQ(try_in(c, "codeni-filadelfia", HOUSE_PASSWORD, "", "p1", &off), ERR_OK);
    for (int i = 0; i < 5; i++)
        CHECK_EQ(try_in(c, "codeni-filadelfia", "otra-palabra", "", "p4", &wrong), ERR_DENIED);
    for (int i = 0; i < 9; i++)                         /* right, too soon; asking again makes it no longer */
        CHECK_EQ(try_in(c, "codeni-filadelfia", HOUSE_PASSWORD, "", "p4", &wait), ERR_DENIED);
    CHECK(!strcmp(wrong.key, wait.key));
    CHECK_EQ(try_in(c, "codeni-filadelfia", HOUSE_PASSWORD, "", "p5", &wait), ERR_OK);  /* a stranger keeps nobody out */
    c->now_us += 31 * US_PER_S;
    CHECK_EQ(try_in(c, "codeni-filadelfia", HOUSE_PASSWORD, "", "p4", &wait), ERR_OK);
    for (int i = 0; i < 30; i++) {                      /* many names from one place */
        const char name[] = { 'n', (char)('a' + i % 26), (char)('a' + i / 26), 0 };
        CHECK_EQ(try_in(c, name, "otra-palabra", "", "p6", &wrong), ERR_DENIED);
    }
    CHECK_EQ(try_in(c, "codeni-filadelfia", HOUSE_PASSWORD, "", "p6", &wait), ERR_DENIED);
    struct str id, secret;
    c->who = officer_machine(c);
    struct officer_new o = { .login = STR("codeni-filadelfia"), .name = STR("Otra"), .office = STR("x"), .agency = STR("x"),
        .territory = STR("PY"), .roles = STR("codeni"), .lang = STR("es"), .password = STR(HOUSE_PASSWORD) };
    REFUSED(c, ERR_CONFLICT, officer_add(c, &o, &id, &secret));
    o.login = STR("Mayúscula");
    REFUSED(c, ERR_INPUT, officer_add(c, &o, &id, &secret));
    o.login = STR("corta");
    o.password = STR("siete77");
    REFUSED(c, ERR_INPUT, officer_add(c, &o, &id, &secret));
}

/* Whatever strangers ask without signing in, however many they are, keeps no officer out. */
static void rates_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct fault why;
    as(t, h, "codeni-filadelfia");
    for (unsigned i = 0; i < 16000; i++) {
        const char peer[] = { 's', (char)('a' + i % 26), (char)('a' + i / 26 % 26), (char)('a' + i / 676), 0 };
        for (int k = 0; k < 8; k++)
            (void)access_rate(c, "check", str_c(peer), 60);
    }
    CHECK_EQ(try_in(c, "codeni-filadelfia", HOUSE_PASSWORD, "", "p8", &why), ERR_OK);
    CHECK(access_rate(c, "check", STR("p9"), 1000));
    CHECK(!access_rate(c, "check", STR("p9"), 1));
}

static void resume(struct t *t, struct house_t *h, struct str token, enum err want, const char *key)
{
    struct ctx *c = &h->c;
    c->who = NULL;
    enum err e = session_resume(c, token);
    CHECK_EQ(e, want);
    if (key)
        CHECK(c->fault.key && !strcmp(c->fault.key, key));
    c->fault = (struct fault){ 0 };
}

static void session_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct str token = sign_in(t, h, "codeni-filadelfia"), path;
    int64_t start = c->now_us;
    CHECK(c->who && pack_has_word(c->who->roles, STR("protection")));      /* capabilities follow the role */
    c->now_us += 10 * MINUTE;
    resume(t, h, token, ERR_OK, NULL);
    c->now_us += 10 * MINUTE + 1;
    resume(t, h, token, ERR_DENIED, "access.locked");   /* left alone */
    CHECK(c->who);
    session_keep(c, STR("/case/x/note/new"), STR("a/text=Borrador"));
    REFUSED(c, ERR_DENIED, session_unlock(c, token, STR("otra-palabra")));
    resume(t, h, token, ERR_DENIED, "access.locked");
    OK(c, session_unlock(c, token, STR(HOUSE_PASSWORD)));
    resume(t, h, token, ERR_OK, NULL);
    CHECK_STR(session_kept(c, &path), "a/text=Borrador");
    CHECK_STR(path, "/case/x/note/new");
    REFUSED(c, ERR_DENIED, session_unlock(c, STR("0000"), STR(HOUSE_PASSWORD)));
    resume(t, h, STR("0000"), ERR_DENIED, "access.sign-in");
    resume(t, h, (struct str){ 0 }, ERR_DENIED, "access.sign-in");
    while (c->now_us <= start + 12 * HOUR - 9 * MINUTE) {
        c->now_us += 9 * MINUTE;
        resume(t, h, token, ERR_OK, NULL);
    }
    c->now_us = start + 12 * HOUR + 1;                  /* busy all day long, over all the same */
    resume(t, h, token, ERR_DENIED, "access.sign-in");
    token = sign_in(t, h, "codeni-filadelfia");
    session_end(c, token);
    resume(t, h, token, ERR_DENIED, "access.sign-in");
    token = sign_in(t, h, "codeni-filadelfia");
    OK(c, officer_set_password(c, STR("codeni-filadelfia"), STR("palabra-nueva")));
    resume(t, h, token, ERR_DENIED, "access.sign-in");
    OK(c, officer_set_password(c, STR("codeni-filadelfia"), STR(HOUSE_PASSWORD)));
    token = sign_in(t, h, "codeni-filadelfia");
    OK(c, officer_disable(c, STR("codeni-filadelfia"), true));
    resume(t, h, token, ERR_DENIED, "access.sign-in");
}

static struct str from_base32(struct ctx *c, struct str s)
{
    struct buf b;
    unsigned acc = 0;
    int bits = 0;
    buf_init(&b, &c->mem, 64);
    for (size_t i = 0; i < s.n; i++) {
        acc = acc << 5 | (unsigned)(s.p[i] >= 'A' ? s.p[i] - 'A' : s.p[i] - '2' + 26);
        bits += 5;
        if (bits >= 8)
            buf_char(&b, (char)(acc >> (bits -= 8) & 255));
    }
    return buf_str(&b);
}

static void totp_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct str id, shown;
    struct fault why;
    char code[9];
    c->who = officer_machine(c);
    OK(c, officer_add(c, &(struct officer_new){ .login = STR("con-codigo"), .name = STR("Oficial Inventada"),
        .office = STR("codeni-filadelfia"), .agency = STR("codeni"), .territory = STR("PY-19"), .roles = STR("codeni"),
        .lang = STR("es"), .password = STR(HOUSE_PASSWORD), .totp = true }, &id, &shown));
    struct str secret = from_base32(c, shown);
    CHECK_EQ(secret.n, 20);
    totp_code(secret, c->now_us / US_PER_S / 30, 6, code);
    CHECK_EQ(try_in(c, "con-codigo", HOUSE_PASSWORD, "", "q1", &why), ERR_DENIED);
    CHECK_EQ(try_in(c, "con-codigo", "otra-palabra", code, "q2", &why), ERR_DENIED);
    CHECK_EQ(try_in(c, "con-codigo", HOUSE_PASSWORD, code, "q3", &why), ERR_OK);
    CHECK_EQ(try_in(c, "con-codigo", HOUSE_PASSWORD, code, "q4", &why), ERR_DENIED);     /* not twice */
    c->now_us += 30 * US_PER_S;
    totp_code(secret, c->now_us / US_PER_S / 30, 6, code);
    CHECK_EQ(try_in(c, "con-codigo", HOUSE_PASSWORD, code, "q5", &why), ERR_OK);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM officer WHERE totp = $1", ARGS(TEXT(shown))), 0);  /* sealed */
}

static void tokens_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    c->who = NULL;
    struct str nobody = form_token(c);
    CHECK(nobody.n >= 32 && form_token_ok(c, nobody));
    CHECK(!form_token_ok(c, (struct str){ 0 }));
    CHECK(!form_token_ok(c, STR("00000000000000000000000000000000")));
    c->now_us += 5 * HOUR;
    CHECK(form_token_ok(c, nobody));
    c->now_us += HOUR;
    CHECK(!form_token_ok(c, nobody));
    nobody = form_token(c);
    (void)sign_in(t, h, "codeni-filadelfia");
    struct str mine = form_token(c);
    const struct officer *first = c->who;
    CHECK(form_token_ok(c, mine));
    CHECK(!form_token_ok(c, nobody));                   /* of the public page, not of this session */
    (void)sign_in(t, h, "mtess-filadelfia");
    CHECK(!form_token_ok(c, mine));                     /* of another session */
    c->who = first;
    c->now_us += 11 * HOUR;
    CHECK(form_token_ok(c, mine));                      /* as long as the session */
    c->who = NULL;
    CHECK(!form_token_ok(c, mine));
}

ON_ENGINES(sign_in_) ON_ENGINES(rates) ON_ENGINES(session) ON_ENGINES(totp) ON_ENGINES(tokens)

static const struct t_case cases[] = {
    { "wrong name, password or code answer the same; tries are slowed", sign_in_ },
    { "questions of strangers keep no officer out", rates },
    { "sessions lock, unlock, end, and die with the officer", session },
    { "a code works once", totp },
    { "form tokens belong to their session", tokens },
};
T_MAIN(cases)
