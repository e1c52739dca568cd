/* grid.c - tables that become cards on small screens, and pages of lists.
 *
 * display:block takes a table's meaning away in some browsers, so cards carry
 * ARIA roles in the markup.
 */
#include "page/page.h"

#define role(o, name) do { if ((o)->grid.cards) html(o, " role=\"" name "\""); } while (0)

static bool is_num(const struct out *o, size_t col)
{
    return col < 64 && (o->grid.num >> col & 1);
}

static void column_heads(struct out *o)
{
    html(o, "<thead");
    role(o, "rowgroup");
    html(o, "><tr");
    role(o, "row");
    html(o, ">");
    for (size_t i = 0; i < o->grid.n; i++) {
        html(o, "<th scope=\"col\"");
        role(o, "columnheader");
        if (is_num(o, i))
            html(o, " class=\"n\"");
        html(o, ">");
        key_out(o, o->grid.cols[i]);
        html(o, "</th>");
    }
    html(o, "</tr></thead>\n<tbody");
    role(o, "rowgroup");
    html(o, ">\n");
}

/* The caller's list of columns may end with the statement that began the grid
 * (a compound literal after "else" does): kept here. */
static const char *const *columns_kept(struct out *o, const struct grid *g, size_t *n)
{
    const char **cols = NEW_N(&o->c->mem, const char *, g->n ? g->n : 1);
    *n = cols ? g->n : 0;
    if (*n)
        memcpy(cols, g->cols, g->n * sizeof *cols);
    return cols;
}

void grid_begin(struct out *o, const struct grid *g)
{
    size_t n;
    const char *const *cols = columns_kept(o, g, &n);
    o->grid = (struct grid_state){ .cols = cols, .n = n, .num = g->num,
                                   .cards = !g->wide, .tasks = g->tasks, .rowhead = g->rowhead };
    if (g->wide) {
        html(o, "<div class=\"table-scroll\" tabindex=\"0\" role=\"group\"");
        attr(o, "aria-label", say_(o->c, str_c(g->caption)));
        html(o, ">\n<table class=\"table\">\n");
    } else if (g->tasks) {
        html(o, "<table class=\"table table--cards table--tasks\" role=\"table\">\n");
    } else {
        html(o, "<table class=\"table table--cards\" role=\"table\">\n");
    }
    if (g->title)
        html(o, "<caption>");
    else
        html(o, "<caption class=\"hide\">");
    key_out(o, g->caption);
    html(o, "</caption>\n");
    column_heads(o);
}

void grid_group(struct out *o, const char *key)
{
    html(o, "<tr class=\"group\"");
    role(o, "row");
    html(o, "><th scope=\"colgroup\"");
    role(o, "rowheader");
    attr_i64(o, "colspan", (int64_t)o->grid.n);
    html(o, ">");
    key_out(o, key);
    html(o, "</th></tr>\n");
}

void row_begin(struct out *o, enum tone t)
{
    html(o, "<tr");
    role(o, "row");
    if (t == TONE_LATE)
        html(o, " class=\"is-late\"");
    if (t == TONE_SOON)
        html(o, " class=\"is-soon\"");
    html(o, ">\n");
    o->grid.at = 0;
    o->grid.cell = false;
}

static void close_cell(struct out *o)
{
    if (!o->grid.cell)
        return;
    if (o->grid.head)
        html(o, "</th>\n");
    else
        html(o, "</td>\n");
    o->grid.cell = false;
}

/* Cards show the column's name before the cells that need it: not before the
 * first two, and in a work list neither before the case nor the state. */
static bool named(const struct out *o, size_t i)
{
    if (!o->grid.cards || i < 2 || i >= o->grid.n)
        return false;
    return !o->grid.tasks || (i > 2 && i + 1 < o->grid.n);
}

static void open_cell(struct out *o)
{
    size_t i = o->grid.at++;
    o->grid.head = i == 0 && o->grid.rowhead;
    o->grid.cell = true;
    if (o->grid.head) {
        html(o, "<th scope=\"row\"");
        role(o, "rowheader");
    } else {
        html(o, "<td");
        role(o, "cell");
    }
    if (is_num(o, i))
        html(o, " class=\"n\"");
    if (named(o, i))
        attr(o, "data-th", say_(o->c, str_c(o->grid.cols[i])));
    html(o, ">");
}

void cell(struct out *o)
{
    close_cell(o);
    open_cell(o);
}

void cell_text(struct out *o, struct str s)
{
    cell(o);
    text(o, s);
}

void cell_num(struct out *o, int64_t v)
{
    cell(o);
    number(o, v);
}

void row_end(struct out *o)
{
    close_cell(o);
    html(o, "</tr>\n");
}

void grid_end(struct out *o)
{
    html(o, "</tbody>\n</table>\n");
    if (!o->grid.cards)
        html(o, "</div>\n");
    o->grid = (struct grid_state){ 0 };
}

void pager_(struct out *o, struct str next, struct str path)
{
    if (!next.n)
        return;
    html(o, "<nav class=\"pager\"");
    T_ATTR(o, "aria-label", "page.pages");
    html(o, "><a class=\"btn btn--quiet\" rel=\"next\"");
    href_(o, path);
    html(o, ">");
    T(o, "page.next");
    html(o, "</a></nav>\n");
}

void empty(struct out *o, const char *key)
{
    html(o, "<p class=\"muted\">");
    key_out(o, key);
    html(o, "</p>\n");
}
