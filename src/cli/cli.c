#include "cli/cli.h"

#include "words/words.h"

#include <stdio.h>
#include <stdlib.h>

int cli_fail(struct ctx *c)
{
    struct words *w = NULL;
    struct fault f = c->fault;
    c->fault = (struct fault){ 0 };
    struct str said = str_c(f.key);
    if (words_load(c, &(struct words_config){ 0 }, &w) == ERR_OK)
        said = words_get(w, STR("en"), str_c(f.key));
    (void)fprintf(stderr, "amparo: %.*s\n        (%s: %s)\n", STR_A(said), err_name(f.code), f.detail);
    words_free(w);
    return 1;
}

static void help(FILE *to)
{
    (void)fprintf(to, "amparo COMMAND [--data DIR] [--db postgres:CONNINFO] [--pack DIR] ...\n\n");
    for (size_t i = 0; i < commands_n; i++)
        (void)fprintf(to, "  %-44s %s\n", commands[i].usage, commands[i].help);
    (void)fprintf(to,
        "\n  --data DIR      folder of the node (default: ./amparo-data)\n"
        "  --db URL        \"postgres:host=... dbname=...\" instead of the folder's own files\n"
        "  --pack DIR      country pack (default: packs/py, or /usr/share/amparo/packs/py)\n"
        "  --passphrase-file FILE   first line opens the key file; else AMPARO_PASSPHRASE, else none\n");
}

static bool is_help(const char *word)
{
    return !strcmp(word, "--help") || !strcmp(word, "-h");
}

/* "match" explains itself at more length. */
static bool wants_help(const struct command *cmd, const struct args *a)
{
    bool asked = false;
    for (int i = 0; i < a->n; i++)
        asked |= is_help(a->v[i]);
    return asked && strcmp(cmd->name, "match") != 0;
}

/* The command with the longest name that the words begin with. */
static const struct command *find(int argc, char **argv, int *used)
{
    const struct command *best = NULL;
    for (size_t i = 0; i < commands_n; i++) {
        struct str rest = str_c(commands[i].name), word;
        int k = 0;
        while (str_next(&rest, ' ', &word) && 1 + k < argc && str_is(word, argv[1 + k]))
            k++;
        int words = 1;
        for (const char *p = commands[i].name; *p; p++)
            words += *p == ' ';
        if (k == words && (!best || words > *used)) {
            best = &commands[i];
            *used = words;
        }
    }
    return best;
}

/* Take the options every command knows off the list. */
static bool common(struct args *a, int *i)
{
    struct { const char *name; const char **to; } opt[] = {
        { "--data", &a->data }, { "--db", &a->db }, { "--pack", &a->pack }, { "--passphrase-file", &a->pass_file } };
    for (size_t k = 0; k < COUNT_OF(opt); k++)
        if (!strcmp(a->v[*i], opt[k].name) && *i + 1 < a->n) {
            *opt[k].to = a->v[++*i];
            return true;
        }
    if (!strcmp(a->v[*i], "--port") && *i + 1 < a->n) {
        a->port = (int)strtol(a->v[++*i], NULL, 10);
        return true;
    }
    if (!strcmp(a->v[*i], "--serve"))
        return a->serve = true;
    return false;
}

int cli_main(int argc, char **argv)
{
    struct ctx c;
    int used = 0, kept = 0;
    const struct command *cmd = argc > 1 ? find(argc, argv, &used) : NULL;
    if (!cmd) {
        bool asked = argc > 1 && (!strcmp(argv[1], "help") || is_help(argv[1]));
        help(asked || argc < 2 ? stdout : stderr);
        return asked || argc < 2 ? 0 : 2;
    }
    struct args a = { .n = argc - 1 - used, .v = argv + 1 + used, .data = "amparo-data", .port = 8080 };
    for (int i = 0; i < a.n; i++)
        if (!common(&a, &i))
            a.v[kept++] = a.v[i];
    a.n = kept;
    if (wants_help(cmd, &a)) {
        (void)printf("amparo %s\n        %s\n", cmd->usage, cmd->help);
        return 0;
    }
    ctx_init(&c, 512u << 20);
    int rc = cmd->run(&c, &a);
    ctx_done(&c);
    return rc;
}
