/* inquiry_cmd.c - what an administrator or a courier's office types. */
#include "cli/inquiry_cmd.h"

#include "inquiry/inquiry.h"
#include "web/open.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* "" when it is not given. */
static const char *option(const struct args *a, const char *name)
{
    for (int i = 0; i + 1 < a->n; i++)
        if (!strcmp(a->v[i], name))
            return a->v[i + 1];
    return "";
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
    const char *name = option(a, "--name"), *url = option(a, "--url"), *ca = option(a, "--ca");
    struct inquiry_pairing p = { .card = first(a), .name = str_c(name), .url = str_c(url),
                                 .guardian = flag(a, "--guardian") };
    if (*ca)
        TRY(file_read(c, ca, PEER_CA_MAX, &p.ca));
    return inquiry_pair(c, &p);
}

static enum err nodes(struct ctx *c, struct args *a)
{
    struct inquiry_peer *p;
    size_t n;
    (void)a;
    TRY(inquiry_peers(c, &p, &n));
    for (size_t i = 0; i < n; i++)
        printf("%.*s %-8s %-40.*s %.*s%s\n", STR_A(p[i].node), p[i].guardian ? "guardian" : "agency", STR_A(p[i].name),
               STR_A(p[i].url), p[i].closed ? " stopped" : p[i].paused ? " paused" : "");
    return ERR_OK;
}

/* ---- courier ------------------------------------------------------------------------------------ */

static enum err write_letters(struct ctx *c, FILE *f, struct courier *k)
{
    for (;;) {
        struct ctx room;                            /* one letter in memory at a time */
        struct str bytes = { 0 };
        ctx_init(&room, 4 << 20);
        room.node = c->node;
        room.db = c->db;
        enum err e = inquiry_courier_next(&room, k, &bytes);
        if (e)
            c->fault = room.fault;
        else if (bytes.n && fwrite(bytes.p, 1, bytes.n, f) != bytes.n)
            e = FAIL(c, ERR_IO, "error.file", "letters could not be written");
        room.db = NULL;
        ctx_done(&room);
        TRY(e);
        if (!bytes.n)
            return ERR_OK;
    }
}

/* Beside the file first: a stick that is pulled out early holds nothing half. */
static enum err out(struct ctx *c, struct args *a)
{
    struct courier k;
    const char *path = arena_z(&c->mem, first(a)), *beside = arena_z(&c->mem, str_join(&c->mem, first(a), STR(".part")));
    if (!path || !*path || !beside)
        return FAIL(c, ERR_INPUT, "error.file", "give a file");
    TRY(inquiry_courier_begin(c, &k));
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    FILE *f = fd >= 0 ? fdopen(fd, "wb") : NULL;
    if (!f)
        return FAIL(c, ERR_IO, "error.file", "%s cannot be written", beside);
    enum err e = write_letters(c, f, &k);
    bool good = fflush(f) == 0 && fsync(fd) == 0;
    good = fclose(f) == 0 && good;
    if (!e && (!good || rename(beside, path) != 0))
        e = FAIL(c, ERR_IO, "error.file", "%s cannot be written", path);
    if (e)
        (void)unlink(beside);
    else
        printf("%zu letters in %s. After they are delivered: inquiry delivered\n", k.n, path);
    return e;
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
    size_t n;
    const char *path = arena_z(&c->mem, first(a));
    if (!path || !*path)
        return FAIL(c, ERR_INPUT, "error.file", "give a file");
    TRY(file_read(c, path, COURIER_MAX, &file));
    TRY(inquiry_courier_in(c, file, &r));
    do
        TRY(inquiry_work(c, &n));
    while (n);
    printf("%zu taken in, %zu known already, %zu for other nodes, %zu refused\n", r.taken, r.known, r.others, r.refused);
    if (r.key) {
        struct str s = say_(c, str_c(r.key));
        printf("%.*s\n", STR_A(s));
    }
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
int inquiry_cmd_out(struct ctx *c, struct args *a) { return with_node(c, a, out); }
int inquiry_cmd_delivered(struct ctx *c, struct args *a) { return with_node(c, a, delivered); }
int inquiry_cmd_in(struct ctx *c, struct args *a) { return with_node(c, a, in); }
int inquiry_cmd_log(struct ctx *c, struct args *a) { return with_node(c, a, log_lines); }
