#include "page/pdf.h"

#include "page/html.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

/* Points: 72 to an inch. */
static const double PAPER_W = 595.28, PAPER_H = 841.89, SIDE = 45.4, TOP = 51, BOTTOM = 62;
static const double MM = 2.83465;

struct pdf {
    struct ctx *c;
    struct pdf_paper paper;
    cairo_surface_t *page[PDF_PAGES];
    size_t pages;
    cairo_t *cr;                     /* on the last page */
    PangoContext *pango;
    double y;
    bool too_long;
    struct str head[PDF_COLS];       /* the table being written */
    double width[PDF_COLS];
    size_t cols;
};

enum face { SANS, SANS_BOLD, SERIF_BOLD, MONO_BOLD };

static const char *face_name(enum face f)
{
    static const char *const names[] = {
        [SANS] = "Noto Sans, Noto Sans Thai", [SANS_BOLD] = "Noto Sans, Noto Sans Thai, Bold",
        [SERIF_BOLD] = "Noto Serif, Noto Serif Thai, Bold",
        [MONO_BOLD] = "Noto Sans Mono, Noto Sans, Bold",
    };
    return names[f];
}

/* ---- pages --------------------------------------------------------------------------- */

static void page_add(struct pdf *p)
{
    cairo_rectangle_t r = { 0, 0, PAPER_W, PAPER_H };
    if (p->pages == PDF_PAGES) {
        p->too_long = true;
        p->y = TOP;                  /* draws over the last page; pdf_end refuses */
        return;
    }
    cairo_destroy(p->cr);
    cairo_surface_t *s = cairo_recording_surface_create(CAIRO_CONTENT_COLOR_ALPHA, &r);
    p->page[p->pages++] = s;
    p->cr = cairo_create(s);
    p->y = TOP;
}

static bool room(const struct pdf *p, double h)
{
    return p->y + h <= PAPER_H - BOTTOM;
}

/* Whatever comes next and must not be cut. */
static void want(struct pdf *p, double h)
{
    if (!room(p, h) && p->y > TOP)
        page_add(p);
}

/* ---- text ------------------------------------------------------------------------------ */

static PangoLayout *layout(struct pdf *p, struct str s, enum face f, double size, double width)
{
    PangoLayout *l = pango_layout_new(p->pango);
    PangoFontDescription *d = pango_font_description_from_string(face_name(f));
    pango_font_description_set_absolute_size(d, size * PANGO_SCALE);
    pango_layout_set_font_description(l, d);
    pango_font_description_free(d);
    pango_layout_set_width(l, (int)(width * PANGO_SCALE));
    pango_layout_set_wrap(l, PANGO_WRAP_WORD_CHAR);
    if (s.n && s.n < 1024 * 1024 && utf8_valid(s))
        pango_layout_set_text(l, s.p, (int)s.n);
    return l;
}

static double height(PangoLayout *l)
{
    int h;
    pango_layout_get_size(l, NULL, &h);
    return (double)h / PANGO_SCALE;
}

static void draw_layout(struct pdf *p, PangoLayout *l, double x, double y)
{
    cairo_move_to(p->cr, x, y);
    pango_cairo_show_layout(p->cr, l);
}

/* Line by line over as many pages as it takes. */
static void flow(struct pdf *p, struct str s, enum face f, double size, double x, double width)
{
    PangoLayout *l = layout(p, s, f, size, width);
    int n = pango_layout_get_line_count(l);
    for (int i = 0; i < n; i++) {
        PangoLayoutLine *line = pango_layout_get_line_readonly(l, i);
        PangoRectangle r;
        pango_layout_line_get_extents(line, NULL, &r);
        double h = (double)r.height / PANGO_SCALE;
        want(p, h);
        cairo_move_to(p->cr, x, p->y - (double)r.y / PANGO_SCALE);
        pango_cairo_show_layout_line(p->cr, line);
        p->y += h;
    }
    g_object_unref(l);
}

static void title(struct pdf *p, struct str s, double size, double before, double after)
{
    p->y += p->y > TOP ? before : 0;
    want(p, size * 3);                       /* a heading does not stand alone */
    flow(p, s, SERIF_BOLD, size, SIDE, PAPER_W - 2 * SIDE);
    p->y += after;
}

static void ink(struct pdf *p, double grey)
{
    cairo_set_source_rgb(p->cr, grey, grey, grey);
}

static void rule(struct pdf *p, double x1, double x2, double y, double width)
{
    cairo_set_line_width(p->cr, width);
    cairo_move_to(p->cr, x1, y);
    cairo_line_to(p->cr, x2, y);
    cairo_stroke(p->cr);
}

/* ---- parts ------------------------------------------------------------------------------- */

void pdf_heading(struct pdf *p, struct str s) { title(p, s, 18, 12, 6); }
void pdf_section(struct pdf *p, struct str s) { title(p, s, 13, 14, 4); }

void pdf_para(struct pdf *p, struct str s)
{
    flow(p, s, SANS, 10.5, SIDE, PAPER_W - 2 * SIDE);
    p->y += 6;
}

void pdf_small(struct pdf *p, struct str s)
{
    ink(p, 0.3);
    flow(p, s, SANS, 8.5, SIDE, PAPER_W - 2 * SIDE);
    ink(p, 0);
    p->y += 5;
}

void pdf_notice(struct pdf *p, struct str s)
{
    PangoLayout *l = layout(p, s, SANS, 10.5, PAPER_W - 2 * SIDE - 14);
    double h = height(l);
    want(p, h + 8);
    cairo_rectangle(p->cr, SIDE, p->y, 3, h + 8);
    cairo_fill(p->cr);
    draw_layout(p, l, SIDE + 14, p->y + 4);
    p->y += h + 16;
    g_object_unref(l);
}

void pdf_fact(struct pdf *p, struct str label, struct str value)
{
    double left = 130, width = PAPER_W - 2 * SIDE - left - 8;
    PangoLayout *a = layout(p, label, SANS, 9, left), *b = layout(p, value, SANS, 10.5, width);
    double ha = height(a), hb = height(b), h = ha > hb ? ha : hb;
    want(p, h < 200 ? h + 6 : 40);
    ink(p, 0.3);
    draw_layout(p, a, SIDE, p->y + 1);
    ink(p, 0);
    if (room(p, h)) {
        draw_layout(p, b, SIDE + left + 8, p->y);
        p->y += h + 3;
    } else {
        flow(p, value, SANS, 10.5, SIDE + left + 8, width);
        p->y += 3;
    }
    ink(p, 0.8);
    rule(p, SIDE, PAPER_W - SIDE, p->y, 0.5);
    ink(p, 0);
    p->y += 3;
    g_object_unref(a);
    g_object_unref(b);
}

void pdf_sealed(struct pdf *p, struct str label)
{
    PangoLayout *a = layout(p, label, SANS, 9, 130);
    want(p, height(a) + 6);
    ink(p, 0.3);
    draw_layout(p, a, SIDE, p->y + 1);
    ink(p, 0.6);
    cairo_rectangle(p->cr, SIDE + 138, p->y + 2, 120, 9);
    cairo_fill(p->cr);
    ink(p, 0);
    p->y += height(a) + 6;
    g_object_unref(a);
}

void pdf_code(struct pdf *p, struct str code)
{
    PangoLayout *l = layout(p, code, MONO_BOLD, 24, PAPER_W - 2 * SIDE - 24);
    double h = height(l);
    pango_layout_set_alignment(l, PANGO_ALIGN_CENTER);
    p->y += 6;
    want(p, h + 24);
    cairo_set_line_width(p->cr, 1);
    cairo_rectangle(p->cr, SIDE, p->y, PAPER_W - 2 * SIDE, h + 20);
    cairo_stroke(p->cr);
    draw_layout(p, l, SIDE + 12, p->y + 10);
    p->y += h + 32;
    g_object_unref(l);
}

/* ---- tables -------------------------------------------------------------------------------- */

static void row_at(struct pdf *p, const struct str *cells, enum face f, bool heads);

void pdf_table(struct pdf *p, const struct str *heads, const int *widths, size_t n)
{
    int sum = 0;
    p->cols = n < PDF_COLS ? n : PDF_COLS;
    for (size_t i = 0; i < p->cols; i++)
        sum += widths[i] > 0 ? widths[i] : 1;
    for (size_t i = 0; i < p->cols; i++) {
        p->width[i] = (PAPER_W - 2 * SIDE) * (widths[i] > 0 ? widths[i] : 1) / sum;
        p->head[i] = heads[i];
    }
    p->y += 4;
    want(p, 60);
    row_at(p, p->head, SANS_BOLD, true);
}

static void row_at(struct pdf *p, const struct str *cells, enum face f, bool heads)
{
    PangoLayout *l[PDF_COLS];
    double h = 0, x = SIDE;
    for (size_t i = 0; i < p->cols; i++) {
        l[i] = layout(p, cells[i], f, 9, p->width[i] - 8);
        double hi = height(l[i]);
        h = hi > h ? hi : h;
    }
    if (!heads && !room(p, h + 6) && p->y > TOP) {
        page_add(p);
        row_at(p, p->head, SANS_BOLD, true);       /* heads again on every page */
    }
    for (size_t i = 0; i < p->cols; i++) {
        draw_layout(p, l[i], x + 4, p->y + 3);
        x += p->width[i];
        g_object_unref(l[i]);
    }
    p->y += h + 6;
    ink(p, heads ? 0 : 0.75);
    rule(p, SIDE, PAPER_W - SIDE, p->y, heads ? 1 : 0.5);
    ink(p, 0);
}

void pdf_row(struct pdf *p, const struct str *cells)
{
    row_at(p, cells, SANS, false);
}

void pdf_table_end(struct pdf *p)
{
    p->cols = 0;
    p->y += 8;
}

/* ---- for the pen ------------------------------------------------------------------------------ */

void pdf_tick(struct pdf *p, struct str s, bool on)
{
    PangoLayout *l = layout(p, s, SANS, 10.5, PAPER_W - 2 * SIDE - 20);
    double h = height(l);
    want(p, h + 4);
    cairo_set_line_width(p->cr, 0.8);
    cairo_rectangle(p->cr, SIDE + 1, p->y + 2.5, 9, 9);
    cairo_stroke(p->cr);
    if (on) {
        cairo_move_to(p->cr, SIDE + 3, p->y + 7);
        cairo_line_to(p->cr, SIDE + 5, p->y + 9.5);
        cairo_line_to(p->cr, SIDE + 9, p->y + 4);
        cairo_stroke(p->cr);
    }
    draw_layout(p, l, SIDE + 18, p->y);
    p->y += h + 4;
    g_object_unref(l);
}

void pdf_lines(struct pdf *p, struct str label, int n)
{
    if (label.n)
        flow(p, label, SANS, 9, SIDE, PAPER_W - 2 * SIDE);
    for (int i = 0; i < n; i++) {
        want(p, 22);
        p->y += 20;
        ink(p, 0.5);
        rule(p, SIDE, PAPER_W - SIDE, p->y, 0.5);
        ink(p, 0);
    }
    p->y += 8;
}

void pdf_sign(struct pdf *p, struct str left, struct str right)
{
    double half = (PAPER_W - 2 * SIDE - 30) / 2;
    const struct str label[] = { left, right };
    want(p, 70);
    p->y += 45;
    for (int i = 0; i < 2; i++) {
        double x = SIDE + i * (half + 30);
        PangoLayout *l = layout(p, label[i], SANS, 8.5, half);
        rule(p, x, x + half, p->y, 0.7);
        draw_layout(p, l, x, p->y + 3);
        g_object_unref(l);
    }
    p->y += 24;
}

void pdf_gap(struct pdf *p, int mm)
{
    p->y += mm * MM;
}

void pdf_new_page(struct pdf *p)
{
    if (p->y > TOP)
        page_add(p);
}

/* ---- begin and end --------------------------------------------------------------------------------- */

enum err pdf_begin(struct ctx *c, const struct pdf_paper *paper, struct pdf **out)
{
    struct pdf *p = NEW(&c->mem, struct pdf);
    if (!p)
        return FAIL(c, ERR_NOMEM, "pdf.failed", "begin");
    p->c = c;
    p->paper = *paper;
    if (!p->paper.lang.n)
        p->paper.lang = c->lang;
    p->pango = pango_font_map_create_context(pango_cairo_font_map_get_default());
    const char *lang = arena_z(&c->mem, p->paper.lang);
    if (lang && *lang)
        pango_context_set_language(p->pango, pango_language_from_string(lang));
    page_add(p);
    *out = p;
    return ERR_OK;
}

static cairo_status_t keep(void *to, const unsigned char *bytes, unsigned n)
{
    struct buf *b = to;
    buf_put(b, (struct str){ (const char *)bytes, n });
    return b->failed ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

/* Brand above, foot and number below. */
static void stamp(struct pdf *p, size_t i)
{
    struct ctx *c = p->c;
    struct str number = SAYF(c, "pdf.page", W_INT("n", (int64_t)i + 1), W_INT("all", (int64_t)p->pages));
    PangoLayout *foot = layout(p, p->paper.foot, SANS, 7.5, PAPER_W - 2 * SIDE - 80);
    PangoLayout *page = layout(p, number, SANS, 7.5, 75);
    PangoLayout *brand = layout(p, p->paper.brand, SERIF_BOLD, 9, 300);
    pango_layout_set_alignment(page, PANGO_ALIGN_RIGHT);
    ink(p, 0.35);
    rule(p, SIDE, PAPER_W - SIDE, PAPER_H - BOTTOM + 12, 0.5);
    draw_layout(p, foot, SIDE, PAPER_H - BOTTOM + 16);
    draw_layout(p, page, PAPER_W - SIDE - 75, PAPER_H - BOTTOM + 16);
    draw_layout(p, brand, SIDE, 26);
    ink(p, 0);
    g_object_unref(foot);
    g_object_unref(page);
    g_object_unref(brand);
}

static void properties(struct pdf *p, cairo_surface_t *s)
{
    const char *title = arena_z(&p->c->mem, p->paper.title);
    struct str when = instant_text(&p->c->mem, p->c->now_us);
    if (title)
        cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_TITLE, title);
    if (when.n && when.p)
        cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATE_DATE,
                                       arena_z(&p->c->mem, when));
}

/* The recorded pages onto paper, now that their number is known. */
static cairo_status_t print(struct pdf *p, struct buf *to)
{
    cairo_surface_t *s = cairo_pdf_surface_create_for_stream(keep, to, PAPER_W, PAPER_H);
    cairo_t *last = p->cr;
    properties(p, s);
    p->cr = cairo_create(s);
    for (size_t i = 0; i < p->pages; i++) {
        cairo_set_source_surface(p->cr, p->page[i], 0, 0);
        cairo_paint(p->cr);
        stamp(p, i);
        cairo_show_page(p->cr);
    }
    cairo_surface_finish(s);
    cairo_status_t e = cairo_status(p->cr);
    if (e == CAIRO_STATUS_SUCCESS)
        e = cairo_surface_status(s);
    cairo_destroy(p->cr);
    cairo_surface_destroy(s);
    p->cr = last;
    return e;
}

static void drop(struct pdf *p)
{
    cairo_destroy(p->cr);
    for (size_t i = 0; i < p->pages; i++)
        cairo_surface_destroy(p->page[i]);
    g_object_unref(p->pango);
}

enum err pdf_end(struct pdf *p, struct str *bytes)
{
    struct ctx *c = p->c;
    struct buf b;
    buf_init(&b, &c->mem, PDF_MAX);
    cairo_status_t e = print(p, &b);
    bool too_long = p->too_long;
    drop(p);
    if (too_long || b.failed)
        return FAIL(c, ERR_NOMEM, "pdf.too-large", "%zu bytes", b.n);
    if (e != CAIRO_STATUS_SUCCESS)
        return FAIL(c, ERR_IO, "pdf.failed", "cairo: %d", (int)e);
    *bytes = buf_str(&b);
    return ERR_OK;
}
