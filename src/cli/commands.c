/* commands.c - what an administrator runs. */
#include "cli/cli.h"

#include "access/access.h"
#include "admin/admin.h"
#include "api/api.h"
#include "checker/checker.h"
#include "db/db.h"
#include "cli/akn_cmd.h"
#include "cli/law_cmd.h"
#include "cli/inquiry_cmd.h"
#include "cli/pack_cmd.h"
#include "demo/demo.h"
#include "flow/flow.h"
#include "match/match.h"
#include "pack/pack.h"
#include "page/sheet_out.h"
#include "rules/rules.h"
#include "web/open.h"
#include "web/web.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- configuration ---------------------------------------------------------------- */

static struct str passphrase(struct ctx *c, const struct args *a)
{
    struct str all = { 0 }, line, rest;
    const char *env = getenv("AMPARO_PASSPHRASE");
    const char *file = a->pass_file, *dir = getenv("CREDENTIALS_DIRECTORY");
    if (!file && dir)
        file = arena_z(&c->mem, str_join(&c->mem, str_c(dir), STR("/passphrase")));
    if (file && file_read(c, file, 4096, &all) == ERR_OK)
        return str_trim(str_cut(all, '\n', &line, &rest) ? line : all);
    c->fault = (struct fault){ 0 };
    return env ? str_c(env) : (struct str){ 0 };
}

static bool is_pack(struct ctx *c, struct str dir)
{
    const char *ini = arena_z(&c->mem, str_join(&c->mem, dir, STR("/pack.ini")));
    return ini && access(ini, R_OK) == 0;
}

/* A folder, or the short name of a pack that came with the program. */
static struct str named_pack(struct ctx *c, struct str given)
{
    struct str here = str_join(&c->mem, STR("packs/"), given), installed = str_join(&c->mem, STR("/usr/share/amparo/packs/"), given);
    if (is_pack(c, given))
        return given;
    return is_pack(c, here) ? here : is_pack(c, installed) ? installed : given;
}

static struct str pack_dir(struct ctx *c, const struct args *a)
{
    if (a->pack)
        return named_pack(c, str_c(a->pack));
    return access("packs/py/pack.ini", R_OK) == 0 ? STR("packs/py") : STR("/usr/share/amparo/packs/py");
}

static struct node_config config_of(struct ctx *c, const struct args *a)
{
    return (struct node_config){ .data = str_c(a->data), .db = str_c(a->db), .pack = pack_dir(c, a),
                                 .passphrase = passphrase(c, a) };
}

void cli_config(struct ctx *c, const struct args *a, struct node_config *out)
{
    *out = config_of(c, a);
}

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

/* ---- init ---------------------------------------------------------------------------- */

static void print_sheet(const struct str *share, int m, int n)
{
    printf("\nRECOVERY SHEET. Any %d of these %d lines open the node again if its key file is lost.\n"
           "Print it, cut it, give each line to another person, lock it away. It is not stored.\n\n", m, n);
    for (int i = 0; i < n; i++)
        printf("  %.*s\n", STR_A(share[i]));
    printf("\n");
}

static int cmd_init(struct ctx *c, struct args *a)
{
    struct house *h;
    struct node_config cfg = config_of(c, a);
    struct str share[5];
    if (!cfg.passphrase.n && !flag(a, "--no-passphrase")) {
        (void)fprintf(stderr, "amparo: give a passphrase (--passphrase-file FILE or AMPARO_PASSPHRASE),\n"
                      "        or say --no-passphrase: then whoever reads the disk reads everything.\n");
        return 2;
    }
    cfg.create = true;
    if (house_open(c, &cfg, &h) != ERR_OK)
        return cli_fail(c);
    int rc = 0;
    house_close(c, h);
    struct ledger_config lc;
    if (house_ledger_config(c, &cfg, &c->mem, &lc) == ERR_OK && ledger_shares(c, &lc, 3, 5, share) == ERR_OK)
        print_sheet(share, 3, 5);
    else
        rc = cli_fail(c);
    if (!rc)
        printf("Node made in %s. Next: amparo user add LOGIN --name NAME --office OFFICE --roles ROLES\n", a->data);
    return rc;
}

/* ---- serve --------------------------------------------------------------------------- */

static int wait_for_end(void)
{
    sigset_t set;
    int got = 0;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM);
    (void)sigwait(&set, &got);
    return got;
}

/* Block the ending signals before any thread starts; no core files with
 * people's data in them. */
static void harden(void)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGPIPE);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    (void)setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
}

static struct web_config web_config_of(struct args *a)
{
    const char *threads = option(a, "--threads");
    return (struct web_config){ .bind = option(a, "--bind"), .port = a->port,
        .threads = threads ? (int)strtol(threads, NULL, 10) : 0, .tls_cert = option(a, "--tls-cert"),
        .tls_key = option(a, "--tls-key"), .trust_proxy = flag(a, "--trust-proxy") };
}

static int serve_house(struct ctx *c, const struct web_config *cfg, struct house *h)
{
    struct web *w;
    struct web_config wc = *cfg;
    if (web_start(c, h, &wc, &w) != ERR_OK)
        return cli_fail(c);
    printf("Amparo serves on http%s://%s:%d/\n", wc.tls_cert ? "s" : "", wc.bind ? wc.bind : "127.0.0.1", web_port(w));
    (void)fflush(stdout);
    (void)wait_for_end();
    web_stop(w);
    return 0;
}

static int cmd_serve(struct ctx *c, struct args *a)
{
    struct house *h;
    struct node_config cfg = config_of(c, a);
    cfg.quick = flag(a, "--quick-passwords");
    cfg.anew = flag(a, "--anew");
    struct web_config wc = web_config_of(a);
    cfg.door = &wc;
    harden();
    if (house_open(c, &cfg, &h) != ERR_OK)
        return cli_fail(c);
    int rc = serve_house(c, &wc, h);
    house_close(c, h);
    return rc;
}

/* ---- demo ----------------------------------------------------------------------------- */

static int cmd_demo(struct ctx *c, struct args *a)
{
    struct house *h;
    struct node_config cfg = config_of(c, a);
    const char *seed = option(a, "--seed"), *cases = option(a, "--cases"), *turns = option(a, "--turns");
    struct demo_config dc = { .seed = seed ? strtoull(seed, NULL, 10) : 2026,
                              .cases = cases ? strtoull(cases, NULL, 10) : 260,
                              .turns = turns ? strtoull(turns, NULL, 10) : 0,
                              .signals = 320, .quiet = flag(a, "--quiet") };
    harden();
    if (dc.cases > 260)
        dc.signals = dc.cases + 60;
    cfg.passphrase = (struct str){ 0 };
    cfg.quick = true;
    if (!strcmp(a->data, "amparo-data"))
        cfg.data = STR("amparo-demo");
    cfg.create = access(arena_z(&c->mem, str_join(&c->mem, cfg.data, STR("/node.key"))), F_OK) != 0;
    if (house_open(c, &cfg, &h) != ERR_OK)
        return cli_fail(c);
    int rc = cfg.create && demo_fill(c, &dc) != ERR_OK ? cli_fail(c) : 0;
    if (!rc)
        demo_print_logins(c, stdout);
    struct web_config wc = web_config_of(a);
    if (!rc && a->serve)
        rc = serve_house(c, &wc, h);
    house_close(c, h);
    return rc;
}

/* ---- officers ------------------------------------------------------------------------- */

static bool read_secret(struct ctx *c, const char *prompt, struct str *out)
{
    char t[300];
    (void)fprintf(stderr, "%s", prompt);
    if (!fgets(t, sizeof t, stdin))
        return false;
    *out = arena_dup(&c->mem, str_trim(str_c(t)));
    return out->n > 0;
}

static enum err user_add(struct ctx *c, const struct args *a, struct str *secret)
{
    const char *name = option(a, "--name"), *office = option(a, "--office"), *roles = option(a, "--roles");
    const struct office *o;
    struct officer_new n = { .login = str_c(a->n ? a->v[0] : ""), .name = str_c(name),
        .lang = str_c(option(a, "--lang") ? option(a, "--lang") : "es"), .totp = flag(a, "--totp") };
    struct str id;
    c->who = officer_machine(c);
    o = office ? pack_office(c->node->pack, str_c(office)) : NULL;
    if (!name || !o)
        return FAIL(c, ERR_INPUT, "user.office", "give --name and an --office of the pack");
    n.office = o->id;
    n.agency = o->agency;
    n.territory = o->territory;
    n.roles = roles ? str_c(roles) : o->roles;
    if (!read_secret(c, "Password: ", &n.password))
        return FAIL(c, ERR_INPUT, "officer.password-length", "no password on standard input");
    return officer_add(c, &n, &id, secret);
}

static enum err user_change(struct ctx *c, const struct args *a, const char *what)
{
    struct str login = str_c(a->n ? a->v[0] : ""), password;
    c->who = officer_machine(c);
    if (!strcmp(what, "disable") || !strcmp(what, "enable"))
        return officer_disable(c, login, !strcmp(what, "disable"));
    if (!read_secret(c, "New password: ", &password))
        return FAIL(c, ERR_INPUT, "officer.password-length", "no password on standard input");
    return officer_set_password(c, login, password);
}

static enum err user_list(struct ctx *c)
{
    struct officer_row *o;
    size_t n;
    TRY(officer_list(c, (struct str){ 0 }, &o, &n));
    for (size_t i = 0; i < n; i++)
        printf("%-20.*s %-36.*s %-30.*s%s%s\n", STR_A(o[i].login), STR_A(o[i].office), STR_A(o[i].name),
               o[i].totp ? " code" : "", o[i].disabled ? " disabled" : "");
    return ERR_OK;
}

static int with_house(struct ctx *c, struct args *a, struct house **h)
{
    struct node_config cfg = config_of(c, a);
    return house_open(c, &cfg, h) == ERR_OK ? 0 : cli_fail(c);
}

static int cmd_user_add(struct ctx *c, struct args *a)
{
    struct house *h;
    struct str secret = { 0 };
    if (with_house(c, a, &h))
        return 1;
    int rc = user_add(c, a, &secret) == ERR_OK ? 0 : cli_fail(c);
    if (!rc && secret.n)
        printf("One-time code secret (type it into the phone app, shown once): %.*s\n", STR_A(secret));
    house_close(c, h);
    return rc;
}

static int user_act(struct ctx *c, struct args *a, const char *what)
{
    struct house *h;
    if (with_house(c, a, &h))
        return 1;
    enum err e = !strcmp(what, "list") ? user_list(c) : user_change(c, a, what);
    int rc = e ? cli_fail(c) : 0;
    house_close(c, h);
    return rc;
}

static int cmd_user_list(struct ctx *c, struct args *a) { return user_act(c, a, "list"); }
static int cmd_user_password(struct ctx *c, struct args *a) { return user_act(c, a, "password"); }
static int cmd_user_disable(struct ctx *c, struct args *a) { return user_act(c, a, "disable"); }
static int cmd_user_enable(struct ctx *c, struct args *a) { return user_act(c, a, "enable"); }

/* ---- keeping ---------------------------------------------------------------------------- */

static int cmd_verify(struct ctx *c, struct args *a)
{
    struct house *h;
    struct verify_report r;
    if (with_house(c, a, &h))
        return 1;
    int rc = ledger_verify(c, c->node->ledger, flag(a, "--chain"), &r) == ERR_OK ? 0 : cli_fail(c);
    if (!rc)
        printf("%lld changes in %lld batches: chain and signatures hold%s\n", (long long)r.changes,
               (long long)r.batches, flag(a, "--chain") ? "" : ", tables equal the fold");
    house_close(c, h);
    return rc;
}

static int cmd_rebuild(struct ctx *c, struct args *a)
{
    struct house *h;
    if (with_house(c, a, &h))
        return 1;
    int rc = ledger_rebuild(c, c->node->ledger) == ERR_OK ? 0 : cli_fail(c);
    house_close(c, h);
    return rc;
}

static int cmd_backup(struct ctx *c, struct args *a)
{
    struct house *h;
    if (a->n < 1)
        return 2;
    if (with_house(c, a, &h))
        return 1;
    c->who = officer_machine(c);
    enum err e = ledger_backup(c, c->node->ledger, a->v[0]);
    if (!e)
        e = health_backup_made(c);
    int rc = e ? cli_fail(c) : 0;
    if (!rc)
        printf("Backup in %s\n", a->v[0]);
    house_close(c, h);
    return rc;
}

static int cmd_restore(struct ctx *c, struct args *a)
{
    struct ledger_config lc;
    struct node_config cfg = config_of(c, a);
    if (a->n < 1)
        return 2;
    const char *dir = arena_z(&c->mem, cfg.data);
    bool made = dir && mkdir(dir, 0700) == 0;
    if (house_ledger_config(c, &cfg, &c->mem, &lc) != ERR_OK || ledger_restore(c, &lc, a->v[0]) != ERR_OK) {
        if (made)
            (void)rmdir(dir);               /* only when it stayed empty */
        return cli_fail(c);
    }
    printf("Restored into %s. Check it with: amparo verify --data %s\n", a->data, a->data);
    return 0;
}

/* ---- export ------------------------------------------------------------------------------ */

struct cases_out { struct node *node; struct db *db; char last[ID_LEN + 1]; };

static enum err cases_more(struct ctx *c, void *state, struct sheet_out *s, bool *end)
{
    struct cases_out *x = state;
    AUTO_ROWS r = { 0 };
    size_t n = 0;
    c->node = x->node;
    c->db = x->db;
    TRY(db_query(c, &r,
        "SELECT id, code, territory, office, status, stage, urgency, cl, fl, ht, opened_us FROM case_row"
        " WHERE id > $1 ORDER BY id LIMIT 500", ARGS(TEXT(str_c(x->last)))));
    while (rows_next(&r)) {
        struct str id = row_str(&r, 0);
        memcpy(x->last, id.p, id.n < ID_LEN ? id.n : ID_LEN);
        for (int i = 1; i < 7; i++)
            put_text(s, row_str(&r, i));
        for (int i = 7; i < 10; i++)
            put_int(s, row_i64(&r, i));
        put_time(s, row_i64(&r, 10));
        put_row(s);
        n++;
    }
    *end = n < 500;
    return rows_end(&r);
}

/* Codes, places and stages of all cases; no titles, no people. */
static enum err export_cases(struct ctx *c, const char *path)
{
    static const struct str heads[] = { STR_INIT("code"), STR_INIT("territory"), STR_INIT("office"), STR_INIT("status"),
        STR_INIT("stage"), STR_INIT("urgency"), STR_INIT("child_labour"), STR_INIT("forced_labour"), STR_INIT("trafficking"),
        STR_INIT("opened") };
    struct cases_out x = { .node = c->node, .db = c->db };
    struct sheet_source src = { .name = "cases", .heads = heads, .n = COUNT_OF(heads), .more = cases_more, .state = &x };
    char hash[SHEET_HASH];
    int64_t rows = 0;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return FAIL(c, ERR_IO, "error.file", "%s: exists already, or cannot be made", path);
    enum err e = write_sheet(c, fd, str_ends(str_c(path), STR(".xlsx")) ? SHEET_XLSX : SHEET_CSV, &src, &rows, hash);
    (void)close(fd);
    TRY(e);
    printf("%lld rows, %s\n", (long long)rows, hash);
    c->who = officer_machine(c);
    return access_event(c, STR("export"), "export", str_c(hash));
}

static int cmd_export(struct ctx *c, struct args *a)
{
    struct house *h;
    if (a->n < 1)
        return 2;
    if (with_house(c, a, &h))
        return 1;
    int rc = export_cases(c, a->v[0]) == ERR_OK ? 0 : cli_fail(c);
    house_close(c, h);
    return rc;
}

/* The first three lines of a recovery sheet, typed in, make the key file again. */
static int cmd_recover(struct ctx *c, struct args *a)
{
    struct ledger_config lc;
    struct node_config cfg = config_of(c, a);
    struct str share[3];
    size_t n = 0;
    while (n < COUNT_OF(share) && read_secret(c, "One line of the sheet: ", &share[n]))
        n++;
    if (house_ledger_config(c, &cfg, &c->mem, &lc) != ERR_OK || ledger_recover(c, &lc, share, n) != ERR_OK)
        return cli_fail(c);
    printf("Key file made again in %s\n", a->data);
    return 0;
}

/* ---- rooms' own commands ------------------------------------------------------------------ */

static int cmd_pack_check(struct ctx *c, struct args *a)
{
    (void)c;
    return a->n ? pack_cmd_check(a->n, a->v) : 2;
}

static int cmd_flow_check(struct ctx *c, struct args *a)
{
    size_t wrong = 0;
    bool read = true;
    (void)c;
    for (int i = 0; i < a->n; i++)
        read = flow_cli_check(stdout, a->v[i], &wrong) && read;
    return a->n == 0 || !read ? 2 : wrong ? 1 : 0;
}

static int cmd_flow_draw(struct ctx *c, struct args *a)
{
    (void)c;
    return a->n && flow_cli_draw(stdout, stderr, a->v[0], a->n > 1 ? a->v[1] : NULL, (struct str){ 0 }) ? 0 : 1;
}

static int cmd_rules_tck(struct ctx *c, struct args *a)
{
    struct rules_tck r;
    if (!a->n)
        return 2;
    if (rules_tck(c, a->v[0], option(a, "--csv"), &r) != ERR_OK)
        return cli_fail(c);
    (void)fwrite(r.report.p, 1, r.report.n, stdout);
    return r.failed != 0;
}

/* ---- law check: situations in a file -------------------------------------------------------- */

static void say_mistake(void *arg, struct str mistake)
{
    int *left = arg;
    if ((*left)-- > 0)
        (void)fprintf(stderr, "%.*s\n", STR_A(mistake));
}

static enum err law_check(struct ctx *c, const struct args *a, const struct pack *p, struct checker_batch *b)
{
    static const int heard = 20;
    const char *decision = option(a, "--decision"), *to = option(a, "--out");
    struct sheet_source src;
    char hash[SHEET_HASH];
    int64_t rows = 0;
    int left = heard;
    *b = (struct checker_batch){ .pack = p, .decision = str_c(decision ? decision : "screening"), .told = say_mistake, .arg = &left };
    b->fd = open(a->v[0], O_RDONLY | O_CLOEXEC);
    if (b->fd < 0)
        return FAIL(c, ERR_NOT_FOUND, "error.file", "%s: cannot be read", a->v[0]);
    enum err e = checker_batch_open(c, b, &src);
    int out = e ? -1 : open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (!e && out < 0)
        e = FAIL(c, ERR_IO, "error.file", "%s: exists already, or cannot be made", to);
    if (!e)
        e = write_sheet(c, out, str_ends(str_c(to), STR(".xlsx")) ? SHEET_XLSX : SHEET_CSV, &src, &rows, hash);
    (void)close(b->fd);
    if (out >= 0)
        (void)close(out);
    if (b->wrong > heard)
        (void)fprintf(stderr, "... and %lld more\n", (long long)b->wrong - heard);
    return e;
}

static int cmd_law_check(struct ctx *c, struct args *a)
{
    struct pack *p = NULL;
    struct checker_batch b;
    if (!a->n || !option(a, "--out"))
        return 2;
    if (pack_load(c, arena_z(&c->mem, pack_dir(c, a)), &p) != ERR_OK)
        return cli_fail(c);
    int rc = law_check(c, a, p, &b) == ERR_OK ? b.wrong != 0 : cli_fail(c);
    if (!c->fault.key)
        printf("%lld situations, %lld with mistakes\n", (long long)b.rows, (long long)b.wrong);
    pack_unref(p);
    return rc;
}

static int cmd_rules_check(struct ctx *c, struct args *a)
{
    return a->n ? rules_cmd_check(c, a->n, a->v) : 2;
}

static int cmd_match(struct ctx *c, struct args *a)
{
    return match_cli(c, a->n + 1, a->v - 1, stdout, stderr);
}

/* ---- devices of monitors, imports ------------------------------------------------------------ */

static enum err device_made(struct ctx *c, const struct args *a, struct device_new *d, struct str *settings)
{
    const char *office = option(a, "--office"), *url = option(a, "--url");
    c->who = officer_machine(c);
    if (!office || !pack_office(c->node->pack, str_c(office)))
        return FAIL(c, ERR_INPUT, "device.office", "give an --office of the pack");
    TRY(device_add(c, str_c(a->n ? a->v[0] : ""), str_c(office), d));
    struct str base = url ? str_c(url) : STR("http://127.0.0.1:8080");
    return collect_settings(c, str_join(&c->mem, base, STR("/openrosa")), d->login, d->secret, STR("Amparo"), settings);
}

static int cmd_device_add(struct ctx *c, struct args *a)
{
    struct house *h;
    struct device_new d = { 0 };
    struct str settings = { 0 };
    if (with_house(c, a, &h))
        return 1;
    int rc = device_made(c, a, &d, &settings) == ERR_OK ? 0 : cli_fail(c);
    if (!rc)
        printf("login %.*s\nsecret %.*s\nsettings %.*s\n", STR_A(d.login), STR_A(d.secret), STR_A(settings));
    house_close(c, h);
    return rc;
}

static int device_print(struct ctx *c)
{
    struct device *d;
    size_t n;
    if (device_list(c, (struct str){ 0 }, &d, &n) != ERR_OK)
        return cli_fail(c);
    for (size_t i = 0; i < n; i++)
        printf("%.*s %-12.*s %-36.*s %.*s%s\n", STR_A(d[i].id), STR_A(d[i].login), STR_A(d[i].office),
               STR_A(d[i].label), d[i].disabled ? " disabled" : "");
    return 0;
}

static int device_act(struct ctx *c, struct args *a, const char *what)
{
    struct house *h;
    int rc = 0;
    if (with_house(c, a, &h))
        return 1;
    c->who = officer_machine(c);
    if (!strcmp(what, "list"))
        rc = device_print(c);
    else if (device_disable(c, str_c(a->n ? a->v[0] : ""), !strcmp(what, "disable")) != ERR_OK)
        rc = cli_fail(c);
    house_close(c, h);
    return rc;
}

static int cmd_device_list(struct ctx *c, struct args *a) { return device_act(c, a, "list"); }
static int cmd_device_disable(struct ctx *c, struct args *a) { return device_act(c, a, "disable"); }
static int cmd_device_enable(struct ctx *c, struct args *a) { return device_act(c, a, "enable"); }

static void import_line(void *arg, int line, const char *what, struct str detail)
{
    (void)arg;
    printf("row %d: %s%s%.*s\n", line, what, detail.n ? ": " : "", STR_A(detail));
}

static enum err import_file(struct ctx *c, const struct args *a, struct import_report *r)
{
    struct str bytes;
    const char *territory = option(a, "--territory");
    c->who = officer_machine(c);
    TRY(file_read(c, a->v[0], SHEET_BYTES_MAX, &bytes));
    return import_htcds(c, bytes, str_c(territory ? territory : ""), import_line, NULL, r);
}

static int cmd_import_htcds(struct ctx *c, struct args *a)
{
    struct house *h;
    struct import_report r = { 0 };
    if (!a->n)
        return 2;
    if (with_house(c, a, &h))
        return 1;
    int rc = import_file(c, a, &r) == ERR_OK ? 0 : cli_fail(c);
    printf("%zu rows: %zu imported, %zu known already\n", r.rows, r.made, r.known);
    house_close(c, h);
    return rc;
}

const struct command commands[] = {
    { "init", cmd_init, "init [--no-passphrase]", "Make a node: keys, ledger, recovery sheet." },
    { "serve", cmd_serve, "serve [--port N] [--bind A] [--tls-cert F --tls-key F] [--anew]", "Serve pages and clocks." },
    { "demo", cmd_demo, "demo [--serve] [--port N] [--seed N] [--cases N] [--turns N]", "A fictional country, with log-ins printed." },
    { "user add", cmd_user_add, "user add LOGIN --name N --office O [--roles R] [--totp]", "Make an officer; password on standard input." },
    { "user list", cmd_user_list, "user list", "Officers." },
    { "user password", cmd_user_password, "user password LOGIN", "New password; ends her sessions." },
    { "user disable", cmd_user_disable, "user disable LOGIN", "No more sign-in; ends her sessions." },
    { "user enable", cmd_user_enable, "user enable LOGIN", "Sign-in again." },
    { "device add", cmd_device_add, "device add LABEL --office O [--url https://HOST]", "Credentials for a monitor's telephone; printed once." },
    { "device list", cmd_device_list, "device list", "Telephones that may send." },
    { "device disable", cmd_device_disable, "device disable ID", "It may not send any more." },
    { "device enable", cmd_device_enable, "device enable ID", "It may send again." },
    { "import htcds", cmd_import_htcds, "import htcds FILE.xlsx|csv [--territory ID]", "Rows of the HTCDS workbook become signals." },
    { "pack check", cmd_pack_check, "pack check DIR...", "Every cross-reference of a pack, with file and line." },
    { "law compare", cmd_law_compare, "law compare --pack DIR --with DIR|FILE.dmn --situations FILE.csv [--decision ID] [--out CSV]",
      "Which answers change between two laws, and why." },
    { "law export", law_cmd_export, "law export --pack DIR --instrument ID [--at DATE]", "An instrument as Akoma Ntoso, as it stands or on a day." },
    { "law import", law_cmd_import, "law import FILE.xml --out DIR", "Akoma Ntoso into the files of a pack." },
    { "verify", cmd_verify, "verify [--chain]", "Chain, signatures, and tables equal the fold." },
    { "rebuild", cmd_rebuild, "rebuild", "Drop the tables and fold the ledger again." },
    { "backup", cmd_backup, "backup FILE", "The whole node in one checked file." },
    { "restore", cmd_restore, "restore FILE", "Make a node from a backup." },
    { "export", cmd_export, "export FILE.csv|FILE.xlsx", "All cases without names, with row count and hash." },
    { "recover", cmd_recover, "recover", "Make a lost key file again from the recovery sheet." },
    { "flow check", cmd_flow_check, "flow check FILE...", "What a BPMN file holds and what is wrong with it." },
    { "flow draw", cmd_flow_draw, "flow draw FILE [DIAGRAM]", "The diagram as SVG." },
    { "law check", cmd_law_check, "law check SITUATIONS.csv --out RESULTS.csv [--decision ID] [--pack DIR]", "What the tables say to each situation." },
    { "rules check", cmd_rules_check, "rules check FILE.dmn|PACKDIR...", "Gaps, overlaps, unknown names and articles in decision tables." },
    { "rules tck", cmd_rules_tck, "rules tck DIR [--csv FILE]", "Run a folder of DMN conformance cases." },
    { "inquiry card", inquiry_cmd_card, "inquiry card", "The line by which another node pairs with this one." },
    { "inquiry pair", inquiry_cmd_pair, "inquiry pair CARD --name N [--url https://HOST] [--ca PEM] [--guardian]", "Pair with another agency's node." },
    { "inquiry nodes", inquiry_cmd_nodes, "inquiry nodes", "Paired nodes." },
    { "inquiry out", inquiry_cmd_out, "inquiry out FILE", "Waiting letters for a courier." },
    { "inquiry delivered", inquiry_cmd_delivered, "inquiry delivered", "The courier has delivered them." },
    { "inquiry in", inquiry_cmd_in, "inquiry in FILE", "Read a courier's file." },
    { "inquiry log", inquiry_cmd_log, "inquiry log", "Every question of this node." },
    { "match", cmd_match, "match FILE.csv [FILE2.csv] --out PAIRS.csv", "Find the same person in files." },
};
const size_t commands_n = COUNT_OF(commands);
