/* sign.c - the front door: sign in, lock, unlock, leave; quick exit; static
 * files; language. */
#include "web/web.h"

#include "access/access.h"
#include "page/files.h"
#include "web/porter.h"
#include "web/reuse.h"

enum { LEFT_S = 600 };                  /* how long public addresses stay neutral */

/* The doors that officers use stay open in a browser that has just left. */
bool web_open_when_left(struct str path)
{
    return web_open_when_locked(path) || str_is(path, "/sign-in") || str_is(path, "/unlock") ||
           str_is(path, "/language");
}

bool web_open_when_locked(struct str path)
{
    return str_is(path, "/lock") || str_is(path, "/sign-out") || str_is(path, "/salir") ||
           str_starts(path, STR("/static/"));
}

/* What was typed, as a urlencoded text, for the lock page to give back. */
struct str web_fields_text(struct ctx *c, const struct request *rq)
{
    struct buf b;
    buf_init(&b, &c->mem, 64 * 1024);
    for (size_t i = 0; i < rq->form_n; i++) {
        if (str_is(rq->form[i].name, "token") || str_is(rq->form[i].name, "password"))
            continue;
        buf_put(&b, rq->form[i].name);
        buf_char(&b, '\n');
        buf_fmt(&b, "%zu\n", rq->form[i].value.n);
        buf_put(&b, rq->form[i].value);
        buf_char(&b, '\n');
    }
    return b.failed ? (struct str){ 0 } : buf_str(&b);
}

/* Only our own paths are led to; anything else goes home. */
static struct str own_path(struct str to)
{
    bool ours = to.n && to.p[0] == '/' && !(to.n > 1 && (to.p[1] == '/' || to.p[1] == '\\'));
    for (size_t i = 0; i < to.n; i++)           /* browsers drop tabs and line ends: "/<tab>/host" */
        ours = ours && (unsigned char)to.p[i] > ' ' && to.p[i] != 0x7f;
    return ours ? to : STR("/work");
}

static enum err sign_in_form(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    (void)c;
    page_begin(o, &(struct page){ .title_key = "sign.title", .narrow = true });
    heading(o, "sign.heading");
    errors(o);
    form_begin(o, "/sign-in");
    hidden(o, "to", own_path(req_field(rq, "to")));
    ask(o, &(struct ask){ .name = "login", .label = "sign.login", .width = W_M, .autocomplete = "username" });
    ask(o, &(struct ask){ .name = "password", .label = "sign.password", .type = "password", .width = W_M,
                          .autocomplete = "current-password" });
    ask(o, &(struct ask){ .name = "code", .label = "sign.code", .hint = "sign.code-hint", .width = W_S,
                          .optional = true, .autocomplete = "one-time-code" });
    submit(o, BTN, "sign.enter");
    form_end(o);
    page_end(o);
    return ERR_OK;
}

static enum err sign_in_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    if (c->who)
        return go(c, rs, "/work");
    return sign_in_form(c, rq, rs);
}

static void session_cookie(struct response *rs, struct str token, int64_t age_s)
{
    rs->cookies[rs->cookies_n++] = (struct set_cookie){ STR(SESSION_COOKIE), token, age_s, true };
}

static enum err sign_in(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct str token;
    enum err e = session_begin(c, req_field(rq, "login"), req_field(rq, "password"),
                               req_field(rq, "code"), rq->peer, &token);
    if (e == ERR_DENIED) {
        c->fault = (struct fault){ 0 };
        rs->status = 422;
        wrong(&rs->out, "login", "access.wrong-login");
        return sign_in_form(c, rq, rs);
    }
    TRY(e);
    session_cookie(rs, token, -1);
    return go_(rs, own_path(req_field(rq, "to")));
}

static enum err sign_out(struct ctx *c, const struct request *rq, struct response *rs)
{
    session_end(c, rq->session);
    if (c->who)
        reuse_forget(c, c->who->session);
    session_cookie(rs, (struct str){ 0 }, 0);
    rs->forget = true;
    return go(c, rs, "/");
}

static enum err lock_form(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    rs->out.open = true;
    page_begin(o, &(struct page){ .title_key = "lock.title", .narrow = true });
    heading(o, "lock.heading");
    lede(o, "lock.kept");
    errors(o);
    form_begin(o, "/unlock");
    hidden(o, "to", own_path(req_field(rq, "to")));
    ask(o, &(struct ask){ .name = "password", .label = "sign.password", .type = "password", .width = W_M,
                          .autocomplete = "current-password" });
    submit(o, BTN, "lock.open");
    form_end(o);
    act_button(o, BTN_QUIET, "lock.sign-out", "/sign-out");
    page_end(o);
    return ctx_check(c);
}

static enum err lock(struct ctx *c, const struct request *rq, struct response *rs)
{
    (void)rq;
    session_lock(c);
    reuse_forget(c, c->who->session);
    return go(c, rs, "/lock");
}

/* The next "name, length, value" of what web_fields_text wrote. */
static bool next_field(struct str *rest, struct str *name, struct str *value)
{
    struct str size;
    int64_t n;
    if (!str_cut(*rest, '\n', name, rest) || !str_cut(*rest, '\n', &size, rest) ||
        !str_to_i64(size, &n) || n < 0 || (uint64_t)n >= rest->n)
        return false;
    *value = str_sub(*rest, 0, (size_t)n);
    *rest = str_sub(*rest, (size_t)n + 1, rest->n);
    return true;
}

/* What was typed when the lock came: one button sends it as it was. */
static enum err kept_page(struct ctx *c, struct response *rs, struct str path, struct str body)
{
    struct out *o = &rs->out;
    struct str name, value;
    o->token = form_token(c);
    o->open = false;
    page_begin(o, &(struct page){ .title_key = "lock.title", .tab = "work", .narrow = true });
    heading(o, "lock.typed");
    lede(o, "lock.typed-why");
    form_begin_(o, path, false);
    while (next_field(&body, &name, &value)) {
        html(o, "<input type=\"hidden\"");
        attr(o, "name", name);
        attr(o, "value", value);
        html(o, ">\n");
    }
    submit(o, BTN, "lock.send-typed");
    form_end(o);
    go_button(o, BTN_QUIET, "lock.leave-typed", "/work");
    page_end(o);
    return ERR_OK;
}

static enum err unlock(struct ctx *c, const struct request *rq, struct response *rs)
{
    enum err e = session_unlock(c, rq->session, req_field(rq, "password"));
    if (e == ERR_DENIED) {
        c->fault = (struct fault){ 0 };
        rs->status = 422;
        wrong(&rs->out, "password", "access.wrong-login");
        return lock_form(c, rq, rs);
    }
    TRY(e);
    struct str path, body = session_kept(c, &path);
    if (body.n) {
        session_keep(c, path, (struct str){ 0 });       /* given back once */
        return kept_page(c, rs, own_path(path), body);
    }
    return go_(rs, own_path(req_field(rq, "to")));
}

static enum err set_language(struct ctx *c, const struct request *rq, struct response *rs)
{
    bool post = rq->method == POST;
    struct str lang = post ? req_field(rq, "l") : req_query(rq, "l");
    if (web_lang_ok(c, lang))
        rs->cookies[rs->cookies_n++] = (struct set_cookie){ STR("lang"), lang, -1, true };
    return go_(rs, own_path(post ? req_field(rq, "back") : req_query(rq, "to")));
}

/* The neutral page of the quick exit: it names nothing of ours, and for ten
 * minutes every public address answers with it. */
static enum err leave(struct ctx *c, const struct request *rq, struct response *rs)
{
    (void)rq;
    (void)c;
    rs->cookies[rs->cookies_n++] = (struct set_cookie){ STR("left"), STR("1"), LEFT_S, true };
    rs->forget = true;
    page_away(&rs->out);
    return ERR_OK;
}

static enum err static_file(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct static_file f;
    if (!static_find(rq->path, &f))
        return FAIL(c, ERR_NOT_FOUND, "error.no-page", "static file");
    rs->type = f.type;
    rs->body = f.bytes;
    rs->gzip = f.gzip;
    rs->keep = true;
    return ERR_OK;
}

const struct route web_routes[] = {
    { GET,  "/static/:file", static_file,  .open = true, .help = "Style, scripts, images." },
    { GET,  "/health",       health_text,  .open = true, .help = "Is it up, for machines that watch." },
    { GET,  "/sign-in",      sign_in_page, .open = true, .help = "Sign-in form." },
    { POST, "/sign-in",      sign_in,      .open = true, .help = "Sign in." },
    { POST, "/sign-out",     sign_out,     .open = true, .help = "Sign out and forget." },
    { GET,  "/lock",         lock_form,    .open = true, .help = "Locked screen." },
    { POST, "/lock",         lock,         .any = true,  .help = "Lock this session." },
    { POST, "/unlock",       unlock,       .open = true, .help = "Unlock with the password." },
    { POST, "/language",     set_language, .any = true,  .help = "An officer's language." },
    { GET,  "/language",     set_language, .open = true, .help = "Choose a language." },
    { GET,  "/salir",        leave,        .open = true, .help = "Quick exit: a neutral page." },
    { 0 }
};
