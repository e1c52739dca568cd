/* frame.c - the page around its content: header, tabs, crumbs, footer. */
#include "page/page.h"

#include "base/embed.h"
#include "base/node.h"
#include "base/who.h"
#include "page/files.h"

static const struct { const char *tag, *name; } lang_names[] = {
    { "es", "Español" }, { "gn", "Avañeʼẽ" }, { "en", "English" }, { "th", "ไทย" },
};

static struct str lang_name(struct str tag)
{
    for (size_t i = 0; i < COUNT_OF(lang_names); i++)
        if (str_is(tag, lang_names[i].tag))
            return str_c(lang_names[i].name);
    return tag;
}

static size_t langs_of(struct out *o, struct str out[SITE_LANGS])
{
    return o->site->langs ? o->site->langs(o->c, out) : 0;
}

static struct str lang_of(const struct out *o)
{
    return o->c->lang.n ? o->c->lang : STR("es");
}

static void own(struct out *o, const char *path)
{
    href_(o, str_c(path ? path : "/"));
}

/* ---- head ------------------------------------------------------------------------ */

static void script(struct out *o, const char *file)
{
    html(o, "<script");
    attr_url(o, "src", static_url(o->c, file));
    html(o, " defer></script>\n");
}

static void head(struct out *o, const struct page *p)
{
    html(o, "<!doctype html>\n<html");
    attr(o, "lang", lang_of(o));
    html(o, ">\n<head>\n<meta charset=\"utf-8\">\n<title>");
    if (p->title_key)
        key_out(o, p->title_key);
    else
        text(o, p->title);
    html(o, "</title>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<meta name=\"referrer\" content=\"no-referrer\">\n"
            "<meta name=\"robots\" content=\"noindex\">\n<link rel=\"icon\"");
    attr_url(o, "href", static_url(o->c, "img/blank.svg"));
    html(o, " type=\"image/svg+xml\">\n<link rel=\"stylesheet\"");
    attr_url(o, "href", static_url(o->c, "style.css"));
    html(o, ">\n");
    if (o->open)
        script(o, "leave.js");
    else if (o->c->who)
        script(o, "work.js");
    html(o, "</head>\n");
}

static void skip_link(struct out *o)
{
    html(o, "<a class=\"skip\" href=\"#contenido\">");
    T(o, "page.skip");
    html(o, "</a>\n");
}

/* ---- the public header --------------------------------------------------------------- */

/* Not on the answer to a form, which has no address of its own: following a link
 * there would lose it, a receipt's number too. */
static void language_links(struct out *o)
{
    if (o->rq && o->rq->method != GET)
        return;
    struct str here = o->rq ? o->rq->path : STR("/");
    html(o, "<nav");
    T_ATTR(o, "aria-label", "page.language");
    html(o, ">\n<ul class=\"langs\">\n");
    struct str l[SITE_LANGS];
    size_t n = langs_of(o, l);
    for (size_t i = 0; i < n; i++) {
        html(o, "<li><a");
        attr_url(o, "href", str_join(&o->c->mem, here, STR("?l="), l[i]));
        attr(o, "lang", l[i]);
        attr(o, "hreflang", l[i]);
        if (str_eq(lang_of(o), l[i]))
            html(o, " aria-current=\"true\"");
        html(o, ">");
        text(o, lang_name(l[i]));
        html(o, "</a></li>\n");
    }
    html(o, "</ul>\n</nav>\n");
}

static void public_header(struct out *o)
{
    html(o, "<body class=\"has-exit\">\n");
    skip_link(o);
    html(o, "<header class=\"site\">\n<div class=\"wrap\">\n<a class=\"brand\"");
    own(o, "/");
    html(o, ">");
    text(o, str_c(o->site->name));
    html(o, "</a>\n");
    language_links(o);
    html(o, "<a class=\"exit\" id=\"salir\"");
    own(o, o->site->exit);                      /* in the language of this page: less to wonder at */
    html(o, " rel=\"nofollow noreferrer\" draggable=\"false\">");
    T(o, "page.exit");
    html(o, " <small class=\"keyhint\">");
    T(o, "page.exit.keys");
    html(o, "</small></a>\n</div>\n</header>\n");
}

/* ---- the work header ------------------------------------------------------------------ */

static void search_box(struct out *o)
{
    html(o, "<form class=\"bar__find\" role=\"search\" method=\"get\"");
    attr_url(o, "action", str_c(o->site->search));
    html(o, ">\n<label class=\"hide\" for=\"q\">");
    T(o, "page.search.label");
    html(o, "</label>\n<input id=\"q\" name=\"q\" type=\"search\" autocomplete=\"off\" maxlength=\"100\"");
    T_ATTR(o, "placeholder", "page.search.example");
    html(o, ">\n</form>\n");
}

static void who(struct out *o)
{
    html(o, "<ul class=\"bar__who\">\n<li>");
    text(o, o->c->who->name);
    html(o, "</li>\n<li><form method=\"post\"");
    attr_url(o, "action", str_c(o->site->lock));
    html(o, ">");
    hidden(o, "token", o->token);
    html(o, "<button class=\"linkish\" id=\"lock\">");
    T(o, "page.lock");
    html(o, "</button></form></li>\n</ul>\n");
}

static void tab(struct out *o, const struct tab *t, bool on)
{
    int64_t n = o->site->count ? o->site->count(o->c, t->id) : 0;
    if (on)
        html(o, "<li class=\"on\"><a aria-current=\"page\"");
    else
        html(o, "<li><a");
    own(o, t->path);
    html(o, ">");
    key_out(o, t->key);
    if (n > 0)
        count(o, n, "page.waiting");
    html(o, "</a></li>\n");
}

static void tabs(struct out *o, const char *on)
{
    html(o, "<nav");
    T_ATTR(o, "aria-label", "page.sections");
    html(o, ">\n<ul class=\"tabs\">\n");
    for (const struct tab *t = o->site->tabs; t && t->id; t++)
        if (!t->verb || !o->site->may || o->site->may(o->c, t->verb))
            tab(o, t, on && strcmp(on, t->id) == 0);
    html(o, "</ul>\n</nav>\n");
}

static void work_header(struct out *o, const struct page *p)
{
    html(o, "<body class=\"work\">\n");
    skip_link(o);
    html(o, "<header class=\"bar\">\n<div class=\"wrap\">\n<div class=\"bar__top\">\n<a class=\"brand\"");
    own(o, o->site->home);
    html(o, ">");
    text(o, str_c(o->site->name));
    html(o, "</a>\n");
    if (o->c->who) {
        search_box(o);
        who(o);
    }
    html(o, "</div>\n");
    if (o->c->who)
        tabs(o, p->tab);
    html(o, "</div>\n</header>\n");
}

/* ---- main ------------------------------------------------------------------------------- */

static void crumbs(struct out *o, const struct page *p)
{
    if (!p->crumbs[0].key)
        return;
    html(o, "<p class=\"crumbs\">");
    for (size_t i = 0; i < COUNT_OF(p->crumbs) && p->crumbs[i].key; i++) {
        if (i)
            html(o, " / ");
        if (p->crumbs[i].path.n)
            link_(o, p->crumbs[i].key, p->crumbs[i].path);
        else
            key_out(o, p->crumbs[i].key);
    }
    html(o, "</p>\n");
}

/* ?done=saved shows the message done.saved, if there is one: an address can
 * choose among our sentences, never bring its own. */
static void done_notice(struct out *o)
{
    struct str what = o->rq ? req_query(o->rq, "done") : (struct str){ 0 };
    struct str key = str_join(&o->c->mem, STR("done."), what);
    if (!what.n || what.n > 40 || str_eq(say_(o->c, key), key))
        return;
    html(o, "<div class=\"notice notice--done\" role=\"status\"><p>");
    text(o, say_(o->c, key));
    html(o, "</p></div>\n");
}

void page_begin(struct out *o, const struct page *p)
{
    if (o->part)
        return;
    head(o, p);
    if (o->site && o->open)
        public_header(o);
    else if (o->site)
        work_header(o, p);
    else
        html(o, "<body>\n");
    html(o, "<main id=\"contenido\" tabindex=\"-1\">\n");
    if (p->narrow)
        html(o, "<div class=\"wrap wrap--text\">\n");
    else if (!p->bleed)
        html(o, "<div class=\"wrap\">\n");
    if (p->bleed)
        return;
    crumbs(o, p);
    done_notice(o);
}

static void foot_link(struct out *o, const char *key, const char *path)
{
    if (!path)
        return;
    html(o, "<li><a");
    own(o, path);
    html(o, ">");
    key_out(o, key);
    html(o, "</a></li>\n");
}

/* Officers change their language with one button each: it is kept for them. */
static void foot_languages(struct out *o)
{
    struct str l[SITE_LANGS];
    size_t n = langs_of(o, l);
    for (size_t i = 0; i < n; i++) {
        if (str_eq(lang_of(o), l[i]))
            continue;
        html(o, "<li><form method=\"post\"");
        attr_url(o, "action", str_c(o->site->language));
        html(o, ">");
        hidden(o, "token", o->token);
        hidden(o, "back", o->rq ? o->rq->path : STR("/"));
        html(o, "<button class=\"linkish\" name=\"l\"");
        attr(o, "value", l[i]);
        attr(o, "lang", l[i]);
        html(o, ">");
        text(o, lang_name(l[i]));
        html(o, "</button></form></li>\n");
    }
}

/* On paper only: who holds this sheet answers for it. */
static void print_foot(struct out *o)
{
    html(o, "<p class=\"print-only print-foot\">");
    TF(o, "page.printed", W_TEXT("who", o->c->who->name),
       W_TEXT("when", words_instant(&o->c->mem, o->c->node ? o->c->node->words : NULL, o->c->lang,
                                    o->c->now_us)));
    html(o, "</p>\n");
}

/* A language that says "page.unchecked" has not been read by a speaker yet; who
 * has read it takes the message out of the language's file, and the note goes. */
static bool unchecked(const struct out *o, struct str lang)
{
    return o->c->node && words_has(o->c->node->words, lang, STR("page.unchecked"));
}

/* The same page in the first language offered that is checked.  What answers a
 * form has no address of its own: a link there would lose it, a receipt's
 * number too. */
static void checked_link(struct out *o)
{
    struct str l[SITE_LANGS];
    size_t n = langs_of(o, l), i = 0;
    while (i < n && unchecked(o, l[i]))
        i++;
    if (i == n || !o->rq || o->rq->method != GET)
        return;
    html(o, " <a");
    attr_url(o, "href", str_join(&o->c->mem, o->rq->path, STR("?l="), l[i]));
    attr(o, "lang", l[i]);
    attr(o, "hreflang", l[i]);
    html(o, ">");
    text(o, lang_name(l[i]));
    html(o, "</a>");
}

static void unchecked_note(struct out *o)
{
    html(o, "<p class=\"foot__note\">");
    text(o, say_(o->c, STR("page.unchecked")));
    checked_link(o);
    html(o, "</p>\n");
}

static void footer(struct out *o)
{
    html(o, "<footer class=\"foot\">\n<div class=\"wrap\">\n");
    if (o->open && unchecked(o, lang_of(o)))
        unchecked_note(o);
    html(o, "<ul>\n");
    foot_link(o, "page.help", o->open ? o->site->home : o->site->help);     /* the numbers to call are there */
    if (!o->open && o->c->who && o->site->language)
        foot_languages(o);
    foot_link(o, "page.privacy", o->site->privacy);
    html(o, "</ul>\n</div>\n</footer>\n");
}

void page_end(struct out *o)
{
    if (o->part)
        return;
    if (o->site && !o->open && o->c->who)
        print_foot(o);
    html(o, "</div>\n</main>\n");
    if (o->site)
        footer(o);
    html(o, "</body>\n</html>\n");
}

void page_away(struct out *o)
{
    struct str list = SAY(o->c, "away.list"), item;
    html(o, "<!doctype html>\n<html");
    attr(o, "lang", lang_of(o));
    html(o, ">\n<head>\n<meta charset=\"utf-8\">\n<title>");
    T(o, "away.title");
    html(o, "</title>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<meta name=\"referrer\" content=\"no-referrer\">\n<link rel=\"icon\"");
    attr_url(o, "href", static_url(o->c, "img/blank.svg"));
    html(o, " type=\"image/svg+xml\">\n</head>\n<body>\n<main>\n<h1>");
    T(o, "away.heading");
    html(o, "</h1>\n<p>");
    T(o, "away.serves");
    html(o, "</p>\n<ul>\n");
    while (str_next(&list, '\n', &item)) {
        html(o, "<li>");
        text(o, item);
        html(o, "</li>\n");
    }
    html(o, "</ul>\n<p>");
    T(o, "away.how");
    html(o, "</p>\n</main>\n</body>\n</html>\n");
}

/* ---- when something went wrong ------------------------------------------------------------- */

static const char *fault_title(enum err e)
{
    switch (e) {
    case ERR_INPUT:     return "fault.input";
    case ERR_DENIED:    return "fault.denied";
    case ERR_NOT_FOUND: return "fault.not-found";
    case ERR_CONFLICT:  return "fault.conflict";
    case ERR_BUSY:      return "fault.busy";
    default:            return "fault.broken";
    }
}

/* The fault's own words, then what to do.  A cause without words of its own
 * (a broken disk) shows only the general sentence. */
void page_fault(struct out *o, const struct fault *f)
{
    const char *title = fault_title(f->code);
    struct str key = str_c(f->key ? f->key : ""), said = say_(o->c, key);
    page_begin(o, &(struct page){ .title_key = title, .narrow = true });
    heading(o, title);
    if (key.n && !str_eq(said, key)) {
        html(o, "<p class=\"notice notice--plain\">");
        text(o, said);
        html(o, "</p>\n");
    }
    html(o, "<p>");
    text(o, say_join(o->c, "fault.help", str_c(err_name(f->code))));
    html(o, "</p>\n<p>");
    go_button_(o, BTN_QUIET, "fault.home", str_c(o->site && !o->open ? o->site->home : "/"));
    html(o, "</p>\n");
    page_end(o);
}
