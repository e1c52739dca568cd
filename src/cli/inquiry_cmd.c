/* inquiry_cmd.c - what an administrator or a courier's office types. */
#include "cli/inquiry_cmd.h"

#include "inquiry/inquiry.h"
#include "web/open.h"

#include <stdio.h>

static const char *option(const struct args *a, const char *name)
{
    for (int i = 0; i + 1 < a->n; i++)
        if (!strcmp(a->v[i], name))
            return a->v[i + 1];
    return NULL;
}

static bool flag(const struct args *a, const char *name)
{
    for (int i = 0; i < a->n; i++)
        if (!strcmp(a->v[i], name))
            return true;
    return false;
}

static struct str first(const struct args *a)
{
    return a->n && a->v[0][0] != '-' ? str_c(a->v[0]) : (struct str){ 0 };
}

/* Open the node, act as the machine, close it again. */
static int with_node(struct ctx *c, struct args *a, enum err (*act)(struct ctx *c, struct args *a))
{
    struct house *h;
    struct node_config cfg;
    cli_config(c, a, &cfg);
    if (house_open(c, &cfg, &h) != ERR_OK)
        return cli_fail(c);
    c->who = officer_machine(c);
    c->lang = STR("en");
    enum err e = act(c, a);
    int rc = e ? cli_fail(c) : 0;
    house_close(c, h);
    return rc;
}

/* ---- nodes -------------------------------------------------------------------------------- */

static enum err card(struct ctx *c, struct args *a)
{
    (void)a;
    struct str s = inquiry_card(c);
    printf("%.*s\n", STR_A(s));
    return ctx_check(c);
}

static enum err pair(struct ctx *c, struct args *a)
{
    const char *name = option(a, "--name"), *url = option(a, "--url");
    return inquiry_pair(c, first(a), str_c(name ? name : ""), str_c(url ? url : ""), flag(a, "--guardian"));
}

static enum err nodes(struct ctx *c, struct args *a)
{
    struct inquiry_peer *p;
    size_t n;
    (void)a;
    TRY(inquiry_peers(c, &p, &n));
    for (size_t i = 0; i < n; i++)
        printf("%.*s %-8s %-40.*s %.*s%s\n", STR_A(p[i].node), p[i].guardian ? "guardian" : "agency", STR_A(p[i].name),
               STR_A(p[i].url), p[i].closed ? " stopped" : "");
    return ERR_OK;
}

/* ---- asking, as an officer of this node ------------------------------------------------------ */

static enum err as_officer(struct ctx *c, const struct args *a, struct officer *who)
{
    const char *login = option(a, "--as");
    struct officer_row *o;
    size_t n;
    TRY(officer_list(c, (struct str){ 0 }, &o, &n));
    for (size_t i = 0; login && i < n; i++)
        if (str_is(o[i].login, login) && !o[i].disabled) {
            *who = (struct officer){ .id = o[i].id, .name = o[i].name, .office = o[i].office, .agency = o[i].agency,
                                     .territory = o[i].territory, .roles = o[i].roles };
            c->who = who;
            return ERR_OK;
        }
    return FAIL(c, ERR_INPUT, "error.not-found", "give --as LOGIN of an officer");
}

static void says(struct ctx *c, const char *key)
{
    struct str s = say_(c, str_c(key));
    printf("%.*s\n", STR_A(s));
}

static void line(struct ctx *c, const char *key)
{
    printf("  - ");
    says(c, key);
}

static void learns(struct ctx *c, const char *head, struct str name, const char *const *keys)
{
    struct str s = say_(c, str_c(head));
    printf("\n%.*s: %.*s\n", STR_A(s), STR_A(name));
    for (; *keys; keys++)
        line(c, *keys);
}

static void print_preview(struct ctx *c, const struct inquiry_preview *p)
{
    static const char *const kind[MATCH_TOKEN_KINDS] = { "inquiry.kind.id", "inquiry.kind.phone", "inquiry.kind.email",
        "inquiry.kind.names-day", "inquiry.kind.names-year" };
    static const char *const you[] = { "inquiry.you-1", "inquiry.you-2", "inquiry.you-3", NULL };
    static const char *const they[] = { "inquiry.they-1", "inquiry.they-2", "inquiry.they-3", "inquiry.they-4", NULL };
    static const char *const guardian[] = { "inquiry.guardian-1", "inquiry.guardian-2", NULL };
    says(c, "inquiry.compared");
    for (int i = 0; i < MATCH_TOKEN_KINDS; i++) {
        struct str s = say_(c, str_c(kind[i]));
        if (p->count[i])
            printf("  %zu  %.*s\n", p->count[i], STR_A(s));
    }
    learns(c, "inquiry.you", say_(c, STR("inquiry.this-node")), you);
    learns(c, "inquiry.they", p->answering.name, they);
    learns(c, "inquiry.guardian", p->guardian.name, guardian);
    printf("\n");
    says(c, "inquiry.not-protected");
    printf("%.*s; %lld and %lld questions left this week for the officer and the office\n", STR_A(p->case_ref),
           (long long)p->left.officer, (long long)p->left.office);
}

static enum err preview_of(struct ctx *c, struct args *a, struct inquiry_preview *p)
{
    static const char *const usage = "inquiry preview PERSON --agency NODE --as LOGIN";
    const char *agency = option(a, "--agency");
    if (!agency || !first(a).n)
        return FAIL(c, ERR_INPUT, "error.not-found", "%s", usage);
    return inquiry_preview(c, first(a), str_c(agency), p);
}

static enum err preview(struct ctx *c, struct args *a)
{
    struct officer who;
    struct inquiry_preview p;
    TRY(as_officer(c, a, &who));
    TRY(preview_of(c, a, &p));
    print_preview(c, &p);
    printf("Nothing has left this node.\n");
    return ERR_OK;
}

static enum err ask_now(struct ctx *c, struct args *a)
{
    struct officer who;
    struct inquiry_preview p;
    struct str id;
    const char *purpose = option(a, "--purpose");
    TRY(as_officer(c, a, &who));
    TRY(preview_of(c, a, &p));
    print_preview(c, &p);
    TRY(inquiry_ask(c, first(a), p.answering.node, str_c(purpose ? purpose : ""), flag(a, "--confirmed"), &id));
    printf("Asked: %.*s. Letters wait for the network or a courier (inquiry out FILE).\n", STR_A(id));
    return ERR_OK;
}

/* ---- courier ------------------------------------------------------------------------------------ */

static enum err out(struct ctx *c, struct args *a)
{
    struct str file;
    size_t n;
    const char *path = arena_z(&c->mem, first(a));
    if (!path || !*path)
        return FAIL(c, ERR_INPUT, "error.file", "give a file");
    TRY(inquiry_courier_out(c, &file, &n));
    TRY(file_write(c, path, file, 0600));
    printf("%zu letters in %s. After they are delivered: inquiry delivered\n", n, path);
    return ERR_OK;
}

static enum err delivered(struct ctx *c, struct args *a)
{
    size_t n;
    (void)a;
    TRY(inquiry_carried(c, &n));
    printf("%zu letters noted as delivered\n", n);
    return ERR_OK;
}

static enum err in(struct ctx *c, struct args *a)
{
    struct str file;
    struct courier_report r;
    const char *path = arena_z(&c->mem, first(a));
    if (!path || !*path)
        return FAIL(c, ERR_INPUT, "error.file", "give a file");
    TRY(file_read(c, path, COURIER_MAX, &file));
    TRY(inquiry_courier_in(c, file, &r));
    printf("%zu taken in, %zu known already, %zu for other nodes, %zu refused\n", r.taken, r.known, r.others, r.refused);
    if (r.key)
        says(c, r.key);
    return ERR_OK;
}

static enum err log_lines(struct ctx *c, struct args *a)
{
    struct inquiry *q;
    size_t n;
    (void)a;
    TRY(inquiry_log(c, 500, &q, &n));
    for (size_t i = 0; i < n; i++) {
        struct str at = instant_text(&c->mem, q[i].asked_us);
        struct str from = inquiry_node_name(c, q[i].asker), to = inquiry_node_name(c, q[i].answering);
        printf("%.*s %-6.*s %.*s > %.*s  %.*s  %.*s\n", STR_A(at), STR_A(q[i].role), STR_A(from), STR_A(to),
               STR_A(q[i].purpose), STR_A(q[i].case_ref));
    }
    return ERR_OK;
}

int inquiry_cmd_card(struct ctx *c, struct args *a) { return with_node(c, a, card); }
int inquiry_cmd_pair(struct ctx *c, struct args *a) { return with_node(c, a, pair); }
int inquiry_cmd_nodes(struct ctx *c, struct args *a) { return with_node(c, a, nodes); }
int inquiry_cmd_preview(struct ctx *c, struct args *a) { return with_node(c, a, preview); }
int inquiry_cmd_ask(struct ctx *c, struct args *a) { return with_node(c, a, ask_now); }
int inquiry_cmd_out(struct ctx *c, struct args *a) { return with_node(c, a, out); }
int inquiry_cmd_delivered(struct ctx *c, struct args *a) { return with_node(c, a, delivered); }
int inquiry_cmd_in(struct ctx *c, struct args *a) { return with_node(c, a, in); }
int inquiry_cmd_log(struct ctx *c, struct args *a) { return with_node(c, a, log_lines); }
