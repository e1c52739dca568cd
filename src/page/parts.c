/* parts.c - headings, sections, links, states, facts, lists. */
#include "page/page.h"

#include "base/node.h"

static const struct words *catalogue(const struct out *o)
{
    return o->c->node ? o->c->node->words : NULL;
}

/* ---- heads and sections --------------------------------------------------------------- */

void heading(struct out *o, const char *key)
{
    html(o, "<h1>");
    key_out(o, key);
    html(o, "</h1>\n");
}

/* Tags and actions may be left out: each call closes what is open. */
void head_begin(struct out *o)
{
    o->head = HEAD_TITLE;
    html(o, "<div class=\"casehead\">\n<div>\n<h1>");
}

void head_tags(struct out *o)
{
    o->head = HEAD_TAGS;
    html(o, "</h1>\n<div class=\"row\">\n");
}

static void head_left_end(struct out *o)
{
    if (o->head == HEAD_TITLE)
        html(o, "</h1>\n");
    else
        html(o, "</div>\n");
    html(o, "</div>\n");
}

void head_actions(struct out *o)
{
    head_left_end(o);
    o->head = HEAD_ACTIONS;
    html(o, "<div class=\"row\">\n");
}

void head_end(struct out *o)
{
    if (o->head == HEAD_ACTIONS)
        html(o, "</div>\n");
    else
        head_left_end(o);
    html(o, "</div>\n");
}

void lede(struct out *o, const char *key)
{
    html(o, "<p class=\"lede\">");
    key_out(o, key);
    html(o, "</p>\n");
}

void cols_begin(struct out *o)   { html(o, "<div class=\"cols cols--side\">\n<div class=\"stack\">\n"); }
void cols_side(struct out *o)    { html(o, "</div>\n<div class=\"stack\">\n"); }
void cols_end(struct out *o)     { html(o, "</div>\n</div>\n"); }
void halves_begin(struct out *o) { html(o, "<div class=\"cols cols--2\">\n"); }
void halves_end(struct out *o)   { html(o, "</div>\n"); }

/* The heading's key is its anchor too, dots as dashes, so that jump() finds it. */
static void anchor(struct out *o, struct str open, const char *key)
{
    put_(o, open);
    html(o, "h-");
    for (const char *p = key; *p; p++)
        buf_char(&o->b, ascii_alpha(*p) || ascii_digit(*p) ? *p : '-');
    html(o, "\"");
}

static void section(struct out *o, struct str open, const char *key)
{
    put_(o, open);
    anchor(o, STR(" aria-labelledby=\""), key);
    if (o->level == 3)
        html(o, ">\n<h3");
    else
        html(o, ">\n<h2");
    anchor(o, STR(" id=\""), key);
    html(o, ">");
    key_out(o, key);
    if (o->level == 3)
        html(o, "</h3>\n");
    else
        html(o, "</h2>\n");
}

void sheet_begin(struct out *o, const char *key) { section(o, STR("<section class=\"sheet\""), key); }
void part_begin(struct out *o, const char *key)  { section(o, STR("<section class=\"part\""), key); }
void bare_begin(struct out *o, const char *key)  { section(o, STR("<section"), key); }
void section_end(struct out *o)                  { html(o, "</section>\n"); }

void jump(struct out *o, const char *const *keys, size_t n)
{
    html(o, "<nav");
    T_ATTR(o, "aria-label", "page.on-this-page");
    html(o, ">\n<ul class=\"jump\">\n");
    for (size_t i = 0; i < n; i++) {
        html(o, "<li><a");
        anchor(o, STR(" href=\"#"), keys[i]);
        html(o, ">");
        key_out(o, keys[i]);
        html(o, "</a></li>\n");
    }
    html(o, "</ul>\n</nav>\n");
}

void para(struct out *o, const char *key)
{
    html(o, "<p>");
    key_out(o, key);
    html(o, "</p>\n");
}

void para_text(struct out *o, struct str s)
{
    struct str line;
    bool first = true;
    html(o, "<p class=\"measure\">");
    while (str_next(&s, '\n', &line)) {
        if (!first)
            html(o, "<br>");
        first = false;
        text(o, line);
    }
    html(o, "</p>\n");
}

void small(struct out *o, const char *key)
{
    html(o, "<p class=\"small muted\">");
    key_out(o, key);
    html(o, "</p>\n");
}

void more_begin(struct out *o, const char *key)
{
    html(o, "<details>\n<summary>");
    key_out(o, key);
    html(o, "</summary>\n");
}

void more_end(struct out *o) { html(o, "</details>\n"); }

/* ---- links and buttons -------------------------------------------------------------------- */

void link_text_(struct out *o, struct str s, struct str path)
{
    html(o, "<a");
    href_(o, path);
    html(o, ">");
    text(o, s);
    html(o, "</a>");
}

void link_(struct out *o, const char *key, struct str path)
{
    link_text_(o, say_(o->c, str_c(key)), path);
}

static void button_class(struct out *o, enum button kind)
{
    switch (kind) {
    case BTN:       html(o, " class=\"btn\""); break;
    case BTN_QUIET: html(o, " class=\"btn btn--quiet\""); break;
    case BTN_STOP:  html(o, " class=\"btn btn--stop\""); break;
    case BTN_SEAL:  html(o, " class=\"btn btn--seal\""); break;
    }
}

void go_button_(struct out *o, enum button kind, const char *key, struct str path)
{
    html(o, "<a");
    button_class(o, kind);
    href_(o, path);
    html(o, ">");
    key_out(o, key);
    html(o, "</a>\n");
}

void submit_as(struct out *o, enum button kind, const char *key, const char *name, struct str value)
{
    html(o, "<button");
    button_class(o, kind);
    if (name) {
        attr(o, "name", str_c(name));
        attr(o, "value", value);
    }
    html(o, ">");
    key_out(o, key);
    html(o, "</button>\n");
}

void submit(struct out *o, enum button kind, const char *key)
{
    submit_as(o, kind, key, NULL, (struct str){ 0 });
}

void act_button_(struct out *o, enum button kind, const char *key, struct str path)
{
    form_begin_(o, path, false);
    submit(o, kind, key);
    form_end(o);
}

void row_of(struct out *o)     { html(o, "<div class=\"row\">\n"); }
void row_of_end(struct out *o) { html(o, "</div>\n"); }

/* ---- states ---------------------------------------------------------------------------------- */

static struct str tone_name(enum tone t)
{
    switch (t) {
    case TONE_RUN:  return STR("run");
    case TONE_DONE: return STR("done");
    case TONE_SOON: return STR("soon");
    case TONE_LATE: return STR("late");
    case TONE_SEAL: return STR("seal");
    default:        return (struct str){ 0 };
    }
}

static void tone_class(struct out *o, struct str base, enum tone t)
{
    html(o, " class=\"");
    put_(o, base);
    if (t != TONE_PLAIN) {
        html(o, " ");
        put_(o, base);
        html(o, "--");
        put_(o, tone_name(t));
    }
    html(o, "\"");
}

void tag_text(struct out *o, enum tone t, struct str words)
{
    html(o, "<span");
    tone_class(o, STR("tag"), t);
    html(o, ">");
    text(o, words);
    html(o, "</span>\n");
}

void tag(struct out *o, enum tone t, const char *key)
{
    tag_text(o, t, say_(o->c, str_c(key)));
}

void count(struct out *o, int64_t n, const char *key)
{
    html(o, " <span class=\"count\">");
    if (n < COUNT_SHOWN)
        number(o, n);
    else
        html(o, "99+");
    html(o, "<span class=\"hide\"> ");
    key_out(o, key);
    html(o, "</span></span>");
}

void notice_begin(struct out *o, enum tone t)
{
    html(o, "<div");
    tone_class(o, STR("notice"), t);
    html(o, ">\n");
}

void notice_end(struct out *o) { html(o, "</div>\n"); }

void notice(struct out *o, enum tone t, const char *key)
{
    html(o, "<p");
    tone_class(o, STR("notice"), t);
    html(o, ">");
    key_out(o, key);
    html(o, "</p>\n");
}

/* ---- deadlines and dates ------------------------------------------------------------------------ */

static enum tone days_tone(int64_t days)
{
    return days < 0 ? TONE_LATE : days <= 1 ? TONE_SOON : TONE_PLAIN;
}

enum tone due_tone(struct ctx *c, int64_t due_us)
{
    const struct words *w = c->node ? c->node->words : NULL;
    if (!due_us)
        return TONE_PLAIN;
    if (due_us < c->now_us)
        return TONE_LATE;
    if (due_us - c->now_us > 3 * US_PER_DAY)
        return TONE_PLAIN;
    return days_tone(words_local_day(w, due_us) - words_local_day(w, c->now_us));
}

/* <time> with the local date (and hour) a person reads, the instant for machines. */
static void time_tag(struct out *o, struct str machine, struct str words)
{
    html(o, "<time");
    attr(o, "datetime", machine);
    html(o, ">");
    text(o, words);
    html(o, "</time>");
}

static int64_t today_of(struct out *o)
{
    if (!o->today)
        o->today = words_local_day(catalogue(o), o->c->now_us);
    return o->today;
}

/* Lists are sorted by time: the days of neighbours are mostly the same. */
static const struct day_said *say_day(struct out *o, int64_t day)
{
    struct day_said *s = &o->said[(uint64_t)day % COUNT_OF(o->said)];
    int64_t ahead = day - today_of(o);
    bool far = ahead > 180 || ahead < -180;
    if (s->day == day && s->date.n)
        return s;
    s->day = day;
    s->relative = words_relative_day(&o->c->mem, catalogue(o), o->c->lang, day, o->c->now_us);
    s->date = words_date(&o->c->mem, catalogue(o), o->c->lang, civil_from_days(day), far ? DATE_MEDIUM : DATE_DAY);
    return s;
}

static void due_words(struct out *o, enum tone t, struct str words, struct str machine, int64_t day)
{
    html(o, "<span");
    tone_class(o, STR("due"), t);
    html(o, ">");
    text(o, words);
    html(o, " ");
    time_tag(o, machine, say_day(o, day)->date);
    html(o, "</span>");
}

void due(struct out *o, int64_t due_us)
{
    if (!due_us) {
        html(o, "<span class=\"muted\">");
        T(o, "time.no-deadline");
        html(o, "</span>");
        return;
    }
    int64_t day = words_local_day(catalogue(o), due_us), ahead = day - today_of(o);
    bool near = ahead >= -1 && ahead <= 1;              /* the hour is said too */
    due_words(o, due_us < o->c->now_us ? TONE_LATE : days_tone(ahead),
              near ? words_relative(&o->c->mem, catalogue(o), o->c->lang, due_us, o->c->now_us) : say_day(o, day)->relative,
              instant_text(&o->c->mem, due_us), day);
}

void due_day(struct out *o, int64_t day)
{
    due_words(o, days_tone(day - today_of(o)), say_day(o, day)->relative,
              date_text(&o->c->mem, civil_from_days(day)), day);
}

void time_of(struct out *o, int64_t us)
{
    if (us)
        time_tag(o, instant_text(&o->c->mem, us),
                 words_instant(&o->c->mem, catalogue(o), o->c->lang, us));
}

void day_of(struct out *o, int64_t day)
{
    struct civil d = civil_from_days(day);
    time_tag(o, date_text(&o->c->mem, d),
             words_date(&o->c->mem, catalogue(o), o->c->lang, d, DATE_MEDIUM));
}

void date_of(struct out *o, struct str iso)
{
    struct civil d;
    if (date_parse(iso, &d))
        day_of(o, days_from_civil(d));
    else
        text(o, iso);
}

/* ---- facts ---------------------------------------------------------------------------------------- */

void facts_begin(struct out *o) { html(o, "<dl class=\"facts\">\n"); }
void facts_end(struct out *o)   { html(o, "</dl>\n"); }

void fact_begin(struct out *o, const char *key)
{
    html(o, "<div><dt>");
    key_out(o, key);
    html(o, "</dt><dd>");
}

void fact_end(struct out *o) { html(o, "</dd></div>\n"); }

void fact(struct out *o, const char *key, struct str value)
{
    if (!value.n)
        return;
    fact_begin(o, key);
    text(o, value);
    fact_end(o);
}

void fact_key(struct out *o, const char *key, const char *value_key)
{
    fact(o, key, say_(o->c, str_c(value_key)));
}

void fact_veiled(struct out *o, const char *key)
{
    fact_begin(o, key);
    html(o, "<span class=\"veil\" aria-hidden=\"true\"></span><span class=\"hide\">");
    T(o, "page.sealed");
    html(o, "</span>");
    fact_end(o);
}

/* ---- steps ------------------------------------------------------------------------------------------ */

void steps_begin(struct out *o, bool marks)
{
    if (marks)
        html(o, "<ol class=\"steps steps--mark\">\n");
    else
        html(o, "<ol class=\"steps\">\n");
    o->marks = marks;
}

void step_begin(struct out *o, enum tone t)
{
    html(o, "<li>");
    if (o->marks) {
        html(o, "<span");
        tone_class(o, STR("mark"), t);
        html(o, " aria-hidden=\"true\"></span>");
    }
    html(o, "<span>");
}

void step_note(struct out *o, struct str s)
{
    if (!s.n)
        return;
    html(o, "<small>");
    text(o, s);
    html(o, "</small>");
}

void step_side(struct out *o, struct str s, enum tone t)
{
    html(o, "</span><small");
    if (t == TONE_LATE || t == TONE_SOON)
        tone_class(o, STR("due"), t);
    html(o, ">");
    text(o, s);
    html(o, "</small>");
    o->side = true;
}

void step_end(struct out *o)
{
    if (o->side)
        html(o, "</li>\n");
    else
        html(o, "</span></li>\n");
    o->side = false;
}

void steps_end(struct out *o) { html(o, "</ol>\n"); }

void figures(struct out *o, const struct figure *s, size_t n)
{
    html(o, "<dl class=\"stats\">\n");
    for (size_t i = 0; i < n; i++) {
        html(o, "<div><dt>");
        key_out(o, s[i].key);
        html(o, "</dt><dd><span class=\"big\">");
        number(o, s[i].value);
        html(o, "</span>");
        if (s[i].note) {
            html(o, " <small>");
            key_out(o, s[i].note);
            html(o, "</small>");
        }
        html(o, "</dd></div>\n");
    }
    html(o, "</dl>\n");
}

/* ---- privacy -------------------------------------------------------------------------------------------- */

void sealed_begin(struct out *o, const char *key)
{
    html(o, "<section class=\"sealed\"");
    anchor(o, STR(" aria-labelledby=\""), key);
    html(o, ">\n<div class=\"sealed__head\"><h2");
    anchor(o, STR(" id=\""), key);
    html(o, ">");
    key_out(o, key);
    html(o, "</h2></div>\n<div class=\"sealed__body\">\n");
}

void sealed_end(struct out *o) { html(o, "</div>\n</section>\n"); }

void allow_begin(struct out *o) { html(o, "<ul class=\"allow\">\n"); }
void allow_end(struct out *o)   { html(o, "</ul>\n"); }

void allow_item(struct out *o, enum allow a, struct str what)
{
    if (a == ALLOW_NO) {
        html(o, "<li class=\"no\"><span class=\"hide\">");
        T(o, "page.not-allowed");
        html(o, " </span>");
    } else if (a == ALLOW_ASK) {
        html(o, "<li class=\"ask\"><span class=\"hide\">");
        T(o, "page.not-decided");
        html(o, " </span>");
    } else {
        html(o, "<li>");
    }
    text(o, what);
    html(o, "</li>\n");
}
