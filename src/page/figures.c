/* figures.c - timeline, bars, law results: drawn here, nothing in the browser.
 * Every picture stands beside the words it repeats. */
#include "page/page.h"

#include "base/node.h"

static const struct words *catalogue(const struct out *o)
{
    return o->c->node ? o->c->node->words : NULL;
}

/* ---- the rail ------------------------------------------------------------------------- */

enum { TRACKS = 4 };
static const int track_x[TRACKS] = { 10, 32, 54, 76 };
struct span { int64_t from, to; bool used; };      /* items a track is alive between */

static struct str agency_class(int track)
{
    static const struct str names[TRACKS] = { STR_INIT("1"), STR_INIT("2"), STR_INIT("3"), STR_INIT("4") };
    return names[track];
}

/* Circle, square, diamond, triangle: one shape per track, centred at x, 16. */
static void node_shape(struct out *o, int track, int64_t x, int64_t y, bool planned)
{
    struct str cls = agency_class(track);
    if (track == 0)
        html(o, "<circle class=\"");
    else if (track == 1)
        html(o, "<rect class=\"");
    else
        html(o, "<path class=\"");
    put_(o, planned ? STR("dot-next l") : STR("a"));
    put_(o, cls);
    html(o, "\"");
    if (track == 0)
        buf_fmt(&o->b, " cx=\"%lld\" cy=\"%lld\" r=\"6\"/>", (long long)x, (long long)y);
    else if (track == 1)
        buf_fmt(&o->b, " x=\"%lld.5\" y=\"%lld.5\" width=\"11\" height=\"11\"/>",
                (long long)x - 6, (long long)y - 6);
    else if (track == 2)
        buf_fmt(&o->b, " d=\"M%lld %lldl7 7-7 7-7-7z\"/>", (long long)x, (long long)y - 7);
    else
        buf_fmt(&o->b, " d=\"M%lld %lldl7 12h-14z\"/>", (long long)x, (long long)y - 7);
}

static void line(struct out *o, int track, bool plan, const char *y1, const char *y2)
{
    html(o, "<line class=\"tk tk--");
    put_(o, plan ? STR("plan l") : STR("live l"));
    put_(o, agency_class(track));
    buf_fmt(&o->b, "\" x1=\"%d\" x2=\"%d\" y1=\"%s\" y2=\"%s\"/>", track_x[track], track_x[track], y1, y2);
}

static void arrow(struct out *o, int from, int to)
{
    int d = to > from ? 1 : -1, x1 = track_x[from] + 8 * d, x2 = track_x[to] - 9 * d;
    buf_fmt(&o->b, "<path class=\"hand\" d=\"M%d 16H%dm%d -4l%d 4l%d 4\"/>",
            x1, x2, -5 * d, 5 * d, -5 * d);
}

static bool touches(const struct rail_item *it, int track)
{
    return it->track == track || it->to == track;
}

/* Newest first, so a track begins at its last touched row and ends at the first. */
static struct span span_of(const struct rail_item *item, size_t n, int track)
{
    struct span s = { 0, 0, false };
    for (size_t i = 0; i < n; i++) {
        if (!touches(&item[i], track))
            continue;
        if (!s.used)
            s.from = (int64_t)i;
        s.to = (int64_t)i;
        s.used = true;
    }
    return s;
}

static void lines(struct out *o, const struct rail_item *item, const struct span *span, int64_t row)
{
    for (int t = 0; t < TRACKS; t++) {
        const struct span *s = &span[t];
        if (!s->used || row < s->from || row > s->to || s->from == s->to)
            continue;
        line(o, t, item[row].planned, row == s->from ? "16" : "0", row == s->to ? "16" : "100%");
    }
}

static bool on_rail(int track)
{
    return track >= 0 && track < TRACKS;
}

static void rail_picture(struct out *o, const struct rail_item *item, const struct span *span, int64_t row)
{
    const struct rail_item *it = &item[row];
    html(o, "<svg aria-hidden=\"true\" focusable=\"false\">");
    lines(o, item, span, row);
    if (on_rail(it->track) && on_rail(it->to) && it->to != it->track) {
        arrow(o, it->track, it->to);
        node_shape(o, it->to, track_x[it->to], 16, it->planned);
    }
    if (on_rail(it->track))
        node_shape(o, it->track, track_x[it->track], 16, it->planned);
    html(o, "</svg>\n");
}

static void rail_time(struct out *o, int64_t us)
{
    int64_t day = words_local_day(catalogue(o), us);
    struct civil d = civil_from_days(day);
    int64_t year = civil_from_days(words_local_day(catalogue(o), o->c->now_us)).year;
    struct str s = words_date(&o->c->mem, catalogue(o), o->c->lang, d, DATE_MEDIUM);
    if (d.year == year && s.n > 5)               /* "24 nov 2026" without its year */
        s = str_sub(s, 0, s.n - 5);
    html(o, "<time");
    attr(o, "datetime", date_text(&o->c->mem, d));
    html(o, ">");
    text(o, s);
    html(o, "</time>\n");
}

static void rail_row(struct out *o, const struct rail_item *item, const struct span *span, int64_t row)
{
    const struct rail_item *it = &item[row];
    if (it->planned)
        html(o, "<li class=\"future\">");
    else
        html(o, "<li>");
    rail_time(o, it->us);
    rail_picture(o, item, span, row);
    html(o, "<div class=\"rail__what\"><p class=\"strong\">");
    if (it->late) {
        T(o, "page.late");
        html(o, " ");
    }
    text(o, it->title);
    html(o, "</p><p class=\"rail__who\">");
    text(o, it->who);
    html(o, "</p></div></li>\n");
}

static void today_row(struct out *o, const struct span *span, int64_t row, int64_t n)
{
    const struct words *w = catalogue(o);
    struct civil d = civil_from_days(words_local_day(w, o->c->now_us));
    html(o, "<li class=\"today\">");
    html(o, "<svg aria-hidden=\"true\" focusable=\"false\">");
    for (int t = 0; t < TRACKS && row > 0 && row < n; t++)
        if (span[t].used && span[t].from < row && span[t].to >= row)
            line(o, t, false, "0", "100%");
    html(o, "</svg>\n<div class=\"rail__what\">");
    TF(o, "page.today", W_TEXT("date", words_date(&o->c->mem, w, o->c->lang, d, DATE_WEEKDAY)));
    html(o, "</div></li>\n");
}

static void rail_keys(struct out *o, const struct str *tracks, size_t n)
{
    html(o, "<ul class=\"keys\">\n");
    for (size_t i = 0; i < n && i < TRACKS; i++) {
        html(o, "<li><svg viewBox=\"0 0 16 16\" aria-hidden=\"true\" focusable=\"false\">");
        node_shape(o, (int)i, 8, 8, false);
        html(o, "</svg>");
        text(o, tracks[i]);
        html(o, "</li>\n");
    }
    html(o, "</ul>\n");
}

void rail(struct out *o, const struct str *tracks, size_t n, const struct rail_item *item, size_t items)
{
    struct span span[TRACKS];
    int64_t now_us = o->c->now_us;
    bool today = !items || item[0].us <= now_us;    /* nothing ahead: no line */
    for (int t = 0; t < TRACKS; t++)
        span[t] = span_of(item, items, t);
    rail_keys(o, tracks, n);
    html(o, "<ol class=\"rail\">\n");
    for (size_t i = 0; i < items; i++) {
        if (!today && item[i].us <= now_us) {
            today_row(o, span, (int64_t)i, (int64_t)items);
            today = true;
        }
        rail_row(o, item, span, (int64_t)i);
    }
    html(o, "</ol>\n");
}

/* ---- bars --------------------------------------------------------------------------------- */

static int64_t largest(const struct bar *b, size_t n)
{
    int64_t max = 1;
    for (size_t i = 0; i < n; i++) {
        max = b[i].value > max ? b[i].value : max;
        max = b[i].goal > max ? b[i].goal : max;
    }
    return max;
}

/* Tenths of a percent of max, without overflow. */
static int64_t share(int64_t v, int64_t max)
{
    return v <= 0 ? 0 : max > INT64_MAX / 2000 ? v / (max / 1000) : v * 1000 / max;
}

static void plot(struct out *o, const struct bar *b, int64_t max)
{
    int64_t w = share(b->value, max), g = share(b->goal, max);
    html(o, "<svg class=\"ch\" aria-hidden=\"true\" focusable=\"false\">"
            "<rect class=\"base\" x=\"0\" y=\"20%\" width=\"100%\" height=\"60%\"/>");
    html(o, "<rect class=\"val\" x=\"0\" y=\"20%\" height=\"60%\" width=\"");
    buf_fmt(&o->b, "%lld.%lld%%\"/>", (long long)(w / 10), (long long)(w % 10));
    if (b->goal > 0)
        buf_fmt(&o->b, "<line class=\"goal\" x1=\"%lld.%lld%%\" x2=\"%lld.%lld%%\" y1=\"5%%\" y2=\"95%%\"/>",
                (long long)(g / 10), (long long)(g % 10), (long long)(g / 10), (long long)(g % 10));
    html(o, "</svg>");
}

static void bar_row(struct out *o, const struct bar *b, int64_t max, bool goals, const char *value)
{
    html(o, "<tr><th scope=\"row\">");
    text(o, b->label);
    if (b->note.n) {
        html(o, "<small>");
        text(o, b->note);
        html(o, "</small>");
    }
    html(o, "</th><td class=\"plot\">");
    plot(o, b, max);
    html(o, "</td><td class=\"n\"");
    attr(o, "data-th", say_(o->c, str_c(value)));
    html(o, ">");
    number(o, b->value);
    html(o, "</td>");
    if (goals) {
        html(o, "<td class=\"n\"");
        T_ATTR(o, "data-th", "page.goal");
        html(o, ">");
        if (b->goal)
            number(o, b->goal);
        html(o, "</td>");
    }
    html(o, "</tr>\n");
}

void bars(struct out *o, const char *caption, const char *label, const char *value,
          const struct bar *b, size_t n)
{
    int64_t max = largest(b, n);
    bool goals = false;
    for (size_t i = 0; i < n; i++)
        goals |= b[i].goal > 0;
    html(o, "<table class=\"bars\">\n<caption class=\"hide\">");
    key_out(o, caption);
    html(o, "</caption>\n<thead><tr><th scope=\"col\">");
    key_out(o, label);
    html(o, "</th><td></td><th scope=\"col\" class=\"n\">");
    key_out(o, value);
    html(o, "</th>");
    if (goals) {
        html(o, "<th scope=\"col\" class=\"n\">");
        T(o, "page.goal");
        html(o, "</th>");
    }
    html(o, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < n; i++)
        bar_row(o, &b[i], max, goals, value);
    html(o, "</tbody>\n</table>\n");
}

/* ---- law ------------------------------------------------------------------------------------ */

static void cite(struct out *o, const struct law_result *l)
{
    html(o, "<p class=\"small\">");
    if (l->cite_path.n) {
        html(o, "<a");
        attr_url(o, "href", l->cite_path);
        html(o, ">");
        text(o, l->cite);
        html(o, "</a>");
    } else {
        text(o, l->cite);
    }
    if (l->checked.n) {
        html(o, " <span class=\"muted\">");
        T(o, "page.checked");
        html(o, " ");
        date_of(o, l->checked);
        html(o, "</span>");
    }
    html(o, "</p>\n");
}

void law_result(struct out *o, const struct law_result *l)
{
    html(o, "<article class=\"law\">\n<div class=\"row row--base\"><h3>");
    text(o, l->name);
    html(o, "</h3>\n");
    tag_text(o, l->tone, l->verdict);
    if (l->review)
        tag(o, TONE_SOON, "page.legal-review");
    html(o, "</div>\n");
    if (l->why.n) {
        html(o, "<p>");
        text(o, l->why);
        html(o, "</p>\n");
    }
    if (l->cite.n)
        cite(o, l);
    if (l->quote.n) {
        html(o, "<blockquote>");
        text(o, l->quote);
        html(o, "</blockquote>\n");
    }
    html(o, "</article>\n");
}
