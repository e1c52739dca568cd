/* flow_cli.c - `amparo flow check` and `amparo flow draw`. */
#include "flow/flow_model.h"

static const char *severity_name(enum flow_severity s)
{
    static const char *const names[] = { "note", "warning", "wrong" };
    return names[s];
}

/* Names come from the file: no control bytes on a terminal. */
static void say(FILE *out, struct str s)
{
    for (size_t i = 0; i < s.n && i < 300; i++) {
        unsigned char ch = (unsigned char)s.p[i];
        (void)fputc(ch < 0x20 || ch == 0x7f ? ' ' : ch, out);
    }
}

static void say_process(FILE *out, const struct flow_model *m, size_t at)
{
    struct flow_process p = flow_process_at(m, at);
    (void)fputs("  process ", out);
    say(out, p.id);
    if (p.name.n || p.pool.n) {
        (void)fputs(" \"", out);
        say(out, p.name.n ? p.name : p.pool);
        (void)fputc('"', out);
    }
    (void)fprintf(out, ": %zu lanes, %zu elements, %zu flows\n", p.lanes, p.nodes, p.flows);
    for (size_t i = 0; i < flow_lanes(m); i++) {
        struct flow_lane l = flow_lane_at(m, i);
        if (l.pool || !str_eq(l.process, p.id))
            continue;
        (void)fputs("    lane ", out);
        say(out, l.id);
        (void)fputs(" \"", out);
        say(out, l.name);
        (void)fputs("\"\n", out);
    }
}

static void say_kinds(FILE *out, const struct flow_model *m)
{
    for (int k = 0; k < FLOW_EXTRA; k++) {
        size_t n = 0;
        for (size_t i = 0; i < m->node.n; i++)
            n += m->node.v[i].kind == (enum flow_kind)k;
        if (n)
            (void)fprintf(out, "    %zu %s\n", n, flow_kind_name((enum flow_kind)k));
    }
}

static void say_finding(FILE *out, const char *path, const struct flow_finding *f)
{
    (void)fprintf(out, "  %s:%d: %s: ", path, f->line, severity_name(f->severity));
    say(out, f->id);
    (void)fprintf(out, "%s%s", f->id.n ? ": " : "", flow_finding_text(f->key));
    if (f->arg.n) {
        (void)fputs(" (", out);
        say(out, f->arg);
        (void)fputc(')', out);
    }
    (void)fputc('\n', out);
}

static void say_model(FILE *out, const struct flow_model *m)
{
    size_t lanes = 0;
    for (size_t i = 0; i < m->lane.n; i++)
        lanes += !m->lane.v[i].pool;
    (void)fprintf(out, "  %zu processes, %zu pools, %zu lanes, %zu elements, %zu flows, "
                       "%zu message flows, %zu artifacts, %zu diagrams\n",
                  m->process.n, m->pool.n, lanes, m->node.n,
                  m->way.n, m->mail.n, m->art.n, m->diagram.n);
    for (size_t i = 0; i < flow_processes(m); i++)
        say_process(out, m, i);
    say_kinds(out, m);
}

static enum err check_file(struct ctx *c, FILE *out, const char *path, struct flow_model **m,
                           size_t *wrong)
{
    struct str bytes;
    struct flow_finding *f;
    size_t n, count[3] = { 0 };
    TRY(file_read(c, path, FLOW_FILE_MAX, &bytes));
    TRY(flow_load(c, bytes, &flow_feel, m));
    TRY(flow_check(c, *m, &f, &n));
    (void)fprintf(out, "%s: BPMN 2.0", path);
    if ((*m)->exporter.n) {
        (void)fputs(", written by ", out);
        say(out, (*m)->exporter);
    }
    (void)fputc('\n', out);
    say_model(out, *m);
    for (size_t i = 0; i < n; i++) {
        say_finding(out, path, &f[i]);
        count[f[i].severity]++;
    }
    (void)fprintf(out, "  %zu wrong, %zu warnings, %zu notes\n", count[FLOW_WRONG], count[FLOW_WARN],
                  count[FLOW_NOTE]);
    *wrong += count[FLOW_WRONG];
    return ERR_OK;
}

static void say_failure(FILE *out, const char *path, const struct ctx *c)
{
    (void)fprintf(out, "%s: cannot be read: %s: %s\n", path,
                  c->fault.key ? c->fault.key : "unknown", c->fault.detail);
}

enum { CLI_MEMORY = 512 << 20 };

bool flow_cli_check(FILE *out, const char *path, size_t *wrong)
{
    struct ctx c;
    struct flow_model *m = NULL;
    ctx_init(&c, CLI_MEMORY);
    bool ok = check_file(&c, out, path, &m, wrong) == ERR_OK;
    if (!ok)
        say_failure(out, path, &c);
    flow_free(m);
    ctx_done(&c);
    return ok;
}

static enum err draw_file(struct ctx *c, FILE *out, const char *path, const char *diagram,
                          struct str state, struct flow_model **m)
{
    struct str bytes;
    struct buf svg;
    struct flow_view v = { .diagram = str_c(diagram), .state = state, .standalone = true };
    TRY(file_read(c, path, FLOW_FILE_MAX, &bytes));
    TRY(flow_load(c, bytes, &flow_feel, m));
    buf_init(&svg, &c->mem, FLOW_SVG_MAX);
    TRY(flow_draw(c, *m, &v, &svg));
    if (fwrite(svg.p, 1, svg.n, out) != svg.n)
        return FAIL(c, ERR_IO, "flow.write", "SVG of %zu bytes", svg.n);
    return ERR_OK;
}

bool flow_cli_draw(FILE *out, FILE *err, const char *path, const char *diagram, struct str state)
{
    struct ctx c;
    struct flow_model *m = NULL;
    ctx_init(&c, CLI_MEMORY);
    bool ok = draw_file(&c, out, path, diagram, state, &m) == ERR_OK;
    if (!ok)
        say_failure(err, path, &c);
    flow_free(m);
    ctx_done(&c);
    return ok;
}
