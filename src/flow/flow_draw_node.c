/* flow_draw_node.c - one flow node: its shape, its sign, its state. */
#include "flow/flow_pen.h"

static void circle(struct pen *p, int64_t x, int64_t y, int64_t r)
{
    svg_put(p, "<circle");
    svg_attr(p, "cx", x);
    svg_attr(p, "cy", y);
    svg_attr(p, "r", r);
    svg_put(p, "/>");
}

/* A sign drawn in a square of 24, put with its corner at (x, y), `size` wide. */
static void sign(struct pen *p, const char *path, int64_t x, int64_t y, int64_t size, bool filled)
{
    svg_put(p, "<path class=\"flow-sign\" stroke-width=\"1.5\" fill=\"");
    if (filled)
        svg_put(p, "#1c2a2f");
    else
        svg_put(p, "none");
    svg_put(p, "\" transform=\"translate(");
    svg_num(p, x);
    svg_put(p, " ");
    svg_num(p, y);
    svg_put(p, ") scale(");
    svg_num(p, size / 24 > 0 ? size / 24 : 1);
    svg_put(p, ")\" d=\"");
    buf_put(p->out, str_c(path));                    /* from the tables below only */
    svg_put(p, "\"/>");
}

static const char *task_sign(enum flow_kind k, bool *filled)
{
    *filled = k == FLOW_SEND;
    switch (k) {
    case FLOW_USER: return "M12 3a4 4 0 1 0 .1 0M4 21v-3a5 5 0 0 1 5-5h6a5 5 0 0 1 5 5v3z";
    case FLOW_MANUAL: return "M4 12l5-6h9v3h-6h8v3h-8h8v3h-8h6v3H8l-4-3z";
    case FLOW_SERVICE: return "M12 8a4 4 0 1 0 .1 0M12 2v4M12 18v4M2 12h4M18 12h4M5 5l3 3M16 16l3 3M5 19l3-3M16 8l3-3";
    case FLOW_SCRIPT: return "M6 3h14c-4 4-2 6 0 9s2 6-2 9H4c4-4 3-6 1-9s-2-6 1-9zM8 8h8M8 12h8M9 16h8";
    case FLOW_RULE: return "M3 5h18v14H3zM3 10h18M9 10v9M3 15h18";
    case FLOW_SEND: return "M3 5h18l-9 8zM3 7l9 8 9-8v12H3z";
    case FLOW_RECEIVE: return "M3 5h18v14H3zM3 5l9 8 9-8";
    default: return NULL;
    }
}

static const char *event_sign(enum def_kind k)
{
    switch (k) {
    case DEF_MESSAGE: return "M3 6h18v12H3zM3 6l9 7 9-7";
    case DEF_TIMER: return "M12 3a9 9 0 1 0 .1 0M12 6v6l4 3";
    case DEF_SIGNAL: return "M12 3l9 16H3z";
    case DEF_ERROR: return "M4 20l5-14 6 8 5-10-5 16-6-8z";
    case DEF_ESCALATION: return "M12 3l7 17-7-7-7 7z";
    case DEF_CONDITIONAL: return "M4 3h16v18H4zM7 8h10M7 12h10M7 16h10";
    case DEF_LINK: return "M3 9h10V5l8 7-8 7v-4H3z";
    case DEF_TERMINATE: return "M12 4a8 8 0 1 0 .1 0z";
    case DEF_COMPENSATE: return "M12 5v14l-9-7zM21 5v14l-9-7z";
    default: return "M5 5l14 14M19 5L5 19";
    }
}

static const char *gate_sign(enum flow_kind k)
{
    switch (k) {
    case FLOW_XOR: return "M6 5l12 14M18 5L6 19";
    case FLOW_AND: return "M12 3v18M3 12h18";
    case FLOW_OR: return "M12 4a8 8 0 1 0 .1 0";
    case FLOW_EVENT_GATE: return "M12 2a10 10 0 1 0 .1 0M12 6l6 4-2 7H8l-2-7z";
    default: return "M12 3v18M3 12h18M6 6l12 12M18 6L6 18";
    }
}

/* ---- state -------------------------------------------------------------------------- */

static const char *fill_of(enum state_mark s)
{
    static const char *const fills[] = { "#ffffff", "#e2eef2", "#f8e3da", "#e5f0e3", "#f2eee5", "#e2eef2" };
    return fills[s];
}

static const char *stroke_of(enum state_mark s)
{
    static const char *const strokes[] = { "#857e6f", "#16556a", "#98341a", "#32632e", "#857e6f", "#16556a" };
    return strokes[s];
}

/* The mark repeats in its shape what the colour says. */
static void badge(struct pen *p, enum state_mark s, struct area a)
{
    static const char *const paths[] = {
        NULL,
        "M12 2a10 10 0 1 0 .1 0zM12 2v20a10 10 0 0 1 0-20z",       /* running: half a circle */
        "M2 2h20v20H2zM12 6v8M12 17v2",                            /* late: a square that warns */
        "M12 2a10 10 0 1 0 .1 0zM7 12l4 4 7-8",                    /* done: a tick */
        "M12 2a10 10 0 1 0 .1 0zM5 19L19 5",                       /* skipped: struck out */
        "M12 2a10 10 0 1 0 .1 0zM8 6l6 6-6 6M13 6l6 6-6 6",        /* ahead: double arrow */
    };
    if (s == MARK_NONE)
        return;
    svg_put(p, "<path class=\"flow-badge\" stroke-width=\"2\" fill=\"#ffffff\" transform=\"translate(");
    svg_num(p, a.x + a.w - 900);
    svg_put(p, " ");
    svg_num(p, a.y - 900);
    svg_put(p, ") scale(0.75)\" d=\"");
    buf_put(p->out, str_c(paths[s]));
    svg_put(p, "\"/>");
}

static void open_group(struct pen *p, const struct node *n, enum state_mark s)
{
    svg_put(p, "<g class=\"flow-node flow-");
    buf_put(p->out, str_c(flow_kind_name(n->kind)));
    svg_put(p, " flow-");
    buf_put(p->out, str_c(mark_class(s)));
    svg_put(p, "\" data-node=\"");
    svg_text(p, n->id);
    svg_put(p, "\" fill=\"");
    buf_put(p->out, str_c(fill_of(s)));
    svg_put(p, "\" stroke=\"");
    buf_put(p->out, str_c(stroke_of(s)));
    svg_put(p, "\" stroke-width=\"");
    buf_char(p->out, s == MARK_NOW || s == MARK_LATE ? '3' : '2');
    svg_put(p, "\"");
    if (s == MARK_SKIPPED)
        svg_put(p, " stroke-dasharray=\"6 4\"");
    svg_put(p, "><title>");
    svg_text(p, n->name.n ? n->name : n->id);
    if (mark_key(s)) {
        svg_put(p, ": ");
        svg_text(p, svg_word(p, mark_key(s)));
    }
    svg_put(p, "</title>");
}

/* ---- activities ------------------------------------------------------------------------ */

static void activity_markers(struct pen *p, const struct node *n, struct area a, bool collapsed)
{
    int64_t x = a.x + a.w / 2 - 700, y = a.y + a.h - 1600;
    if (collapsed)
        sign(p, "M2 2h20v20H2zM12 6v12M6 12h12", x, y, 1400, false);
    if (n->kind == FLOW_ADHOC)
        sign(p, "M3 14c3-6 6-6 9-2s6 4 9-2", x + 1700, y, 1400, false);
    if (n->loop.kind == LOOP_WHILE)
        sign(p, "M8 20a9 9 0 1 1 6 0M8 20v-5M8 20H3", x - 1700, y, 1400, false);
    if (n->loop.kind == LOOP_EACH)
        sign(p, n->loop.sequential ? "M3 6h18M3 12h18M3 18h18" : "M6 3v18M12 3v18M18 3v18", x - 1700, y,
             1400, false);
}

static void activity(struct pen *p, const struct node *n, struct area a, bool inside)
{
    bool filled;
    const char *path = task_sign(n->kind, &filled);
    svg_put(p, "<rect rx=\"8\"");
    svg_area(p, a);
    if (n->kind == FLOW_CALL)
        svg_put(p, " stroke-width=\"4\"");
    if (n->by_event)
        svg_put(p, " stroke-dasharray=\"2 3\"");
    if (inside)
        svg_put(p, " fill-opacity=\"0.4\"");
    svg_put(p, "/>");
    if (path)
        sign(p, path, a.x + 500, a.y + 500, 1600, filled);
    bool collapsed = !inside && n->inner >= 0 && n->kind != FLOW_CALL;
    activity_markers(p, n, a, collapsed);
    if (inside || a.h > 12000)
        svg_label(p, n->name, (struct area){ a.x, a.y + 300, a.w, 0 });
    else
        svg_wrap(p, n->name, a.x + a.w / 2, a.y + a.h / 2, a.w - 800, (int)(a.h / 1400));
}

/* ---- events and gateways -------------------------------------------------------------------- */

static void below(struct pen *p, const struct node *n, const struct shape *s)
{
    struct area at = { s->at.x - 3000, s->at.y + s->at.h + 200, s->at.w + 6000, 0 };
    svg_label(p, n->name, s->has_label ? s->label : at);
}

static void event(struct pen *p, const struct node *n, const struct shape *s)
{
    struct area a = s->at;
    int64_t r = (a.w < a.h ? a.w : a.h) / 2, x = a.x + a.w / 2, y = a.y + a.h / 2;
    bool catching = n->kind == FLOW_CATCH || n->kind == FLOW_BOUNDARY || n->kind == FLOW_THROW;
    bool dashed = (n->kind == FLOW_BOUNDARY || n->kind == FLOW_START) && !n->interrupting;
    if (n->kind == FLOW_END)
        svg_put(p, "<g stroke-width=\"4\">");
    else if (dashed)
        svg_put(p, "<g stroke-dasharray=\"4 3\">");
    circle(p, x, y, r);
    if (catching)
        circle(p, x, y, r > 300 ? r - 300 : r);
    if (n->kind == FLOW_END || dashed)
        svg_put(p, "</g>");
    int64_t size = r * 11 / 10;
    bool solid = n->kind == FLOW_THROW || n->kind == FLOW_END;
    if (n->n_def > 1)
        sign(p, "M12 3l9 7-3 10H6L3 10z", x - size / 2, y - size / 2, size, solid);
    else if (n->n_def == 1)
        sign(p, event_sign(n->def[0].kind), x - size / 2, y - size / 2, size, solid);
    below(p, n, s);
}

static void gateway(struct pen *p, const struct node *n, const struct shape *s)
{
    struct area a = s->at;
    int64_t x = a.x + a.w / 2, y = a.y + a.h / 2, size = (a.w < a.h ? a.w : a.h) * 45 / 100;
    svg_put(p, "<path d=\"M");
    int64_t at[8] = { x, a.y, a.x + a.w, y, x, a.y + a.h, a.x, y };
    for (int i = 0; i < 8; i += 2) {
        if (i)
            buf_char(p->out, 'L');
        svg_num(p, at[i]);
        buf_char(p->out, ' ');
        svg_num(p, at[i + 1]);
    }
    svg_put(p, "Z\"/>");
    if (n->kind != FLOW_XOR || s->marker || !p->m->diagram.n)
        sign(p, gate_sign(n->kind), x - size / 2, y - size / 2, size, false);
    below(p, n, s);
}

/* ---- */

bool draws_inside(const struct flow_model *m, const struct diagram *d, const struct shape *s)
{
    if (s->el.kind != EL_NODE || m->node.v[s->el.at].inner < 0 || m->node.v[s->el.at].kind == FLOW_CALL)
        return false;
    (void)d;
    return s->known_expanded ? s->expanded : s->at.w > 15000 && s->at.h > 10000;
}

void draw_node(struct pen *p, const struct shape *s)
{
    const struct node *n = &p->m->node.v[s->el.at];
    enum state_mark mark = mark_of(p, s->el.at);
    open_group(p, n, mark);
    if (kind_is_activity(n->kind))
        activity(p, n, s->at, draws_inside(p->m, p->d, s));
    else if (kind_is_gate(n->kind))
        gateway(p, n, s);
    else
        event(p, n, s);
    badge(p, mark, s->at);
    svg_put(p, "</g>\n");
}
