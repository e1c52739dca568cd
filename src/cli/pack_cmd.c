#include "cli/pack_cmd.h"
#include "flow/flow.h"
#include "law/text.h"
#include "reform/standards.h"

#include <stdio.h>

static enum finding_level level_of(enum flow_severity s)
{
    return s == FLOW_WRONG ? FINDING_ERROR : s == FLOW_WARN ? FINDING_WARNING : FINDING_NOTE;
}

static enum err say_findings(struct ctx *c, const struct flow_model *m, pack_say *say, void *arg)
{
    struct flow_finding *f;
    size_t n;

    TRY(flow_check(c, m, &f, &n));
    for (size_t i = 0; i < n; i++) {
        char text[400];
        snprintf(text, sizeof text, STR_F "%s%s%s" STR_F, STR_A(f[i].id), f[i].id.n ? ": " : "",
                 flow_finding_text(f[i].key), f[i].arg.n ? " " : "", STR_A(str_sub(f[i].arg, 0, 120)));
        say(arg, level_of(f[i].severity), f[i].line, text);
    }
    return ERR_OK;
}

static enum err procedure(struct ctx *c, struct str xml, pack_say *say, void *arg)
{
    struct flow_model *m = NULL;
    enum err e = flow_load(c, xml, &flow_feel, &m);

    if (e == ERR_INPUT) {
        say(arg, FINDING_ERROR, 0, c->fault.detail);
        c->fault = (struct fault){ 0 };
        return ERR_OK;
    }
    TRY(e);
    e = say_findings(c, m, say, arg);
    flow_free(m);
    return e;
}

static enum err law_text(struct ctx *c, struct str id, struct str markdown, pack_say *say, void *arg)
{
    struct law_doc d;
    struct str from;
    enum err e = law_text_read(c, markdown, &d);

    if (e == ERR_INPUT) {
        say(arg, FINDING_ERROR, 0, c->fault.detail);
        c->fault = (struct fault){ 0 };
        return ERR_OK;
    }
    TRY(e);
    if (!str_eq(d.id, law_text_instrument(id, &from)))
        say(arg, FINDING_ERROR, 0, "the header's id is not the file's name");
    return ERR_OK;
}

const struct pack_hooks pack_flow_hooks = { procedure, law_text };

/* ---- what a pack says of international requirements: a room above pack/ knows them ---- */

static void gap_line(void *arg, int line, struct str what)
{
    size_t *wrong = arg;
    ++*wrong;
    printf("law/gaps.csv:%d: error: " STR_F " [reform.gaps]\n", line, STR_A(what));
}

static size_t check_gaps(const char *dir)
{
    struct ctx c;
    struct pack *p = NULL;
    struct standards *s = NULL;
    size_t wrong = 0;
    ctx_init(&c, 64 << 20);
    if (pack_load(&c, dir, &p) != ERR_OK)
        c.fault = (struct fault){ 0 };              /* said already, with its line */
    else if (standards_load(&c, p, &s) == ERR_OK)
        standards_check(p, s, gap_line, &wrong);
    else
        wrong = (size_t)printf("error: %s\n", c.fault.detail) > 0;
    standards_free(s);
    pack_unref(p);
    ctx_done(&c);
    return wrong;
}

int pack_cmd_check(int argc, char **argv)
{
    int rc = pack_check_cli(argc, argv, &pack_flow_hooks);
    size_t wrong = 0;
    for (int i = 0; i < argc && rc != 2; i++)
        wrong += check_gaps(argv[i]);
    return wrong && !rc ? 1 : rc;
}
