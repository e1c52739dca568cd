#include "web/open.h"

#include "access/access.h"
#include "crypto/crypto.h"
#include "db/db.h"
#include "http/http_auth.h"
#include "inquiry/meter.h"
#include "law/law.h"
#include "pack/pack.h"
#include "reform/standards.h"
#include "rulebook/rulebook.h"
#include "page/route.h"
#include "signal/signal.h"
#include "signal/served.h"
#include "things/things.h"
#include "web/desks.h"
#include "web/porter.h"
#include "web/reuse.h"
#include "words/words.h"
#include "work/work.h"

#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

struct house {
    struct node node;
    struct arena mem;
    struct ledger *ledger;
    struct pack *pack;
    struct procedures *procedures;
    struct law *law;
    struct words *words;
    struct things *things;
    struct access_state *access;
    pthread_t filler;                        /* fills the indexes of things */
    bool filling;
    int stop, stopping;                      /* atomic */
    struct inquiry_meter *meter;
    struct served *served;
    struct http_nonces *nonces;
    struct reuse *reuse;
    struct rulebook *rulebook;
    struct standards *standards;
    struct remaking remaking;
};
enum { NONCE_MINUTES = 10 };

static struct str in_folder(struct arena *mem, struct str dir, const char *name)
{
    return str_join(mem, dir, STR("/"), str_c(name));
}

enum err house_ledger_config(struct ctx *c, const struct node_config *cfg, struct arena *mem,
                             struct ledger_config *out)
{
    struct desk_list desks;
    TRY(desks_gather(mem, &desks));
    *out = (struct ledger_config){
        .url = cfg->db.n ? arena_dup(mem, cfg->db)
                         : str_join(mem, STR("sqlite:"), cfg->data, STR("/ledger.db")),
        .tables_url = cfg->db.n ? arena_dup(mem, cfg->db)
                                : str_join(mem, STR("sqlite:"), cfg->data, STR("/tables.db")),
        .key_file = in_folder(mem, cfg->data, "node.key"),
        .passphrase = arena_dup(mem, cfg->passphrase),
        .projectors = desks.projectors, .projectors_n = desks.projectors_n,
        .tables = desks.tables, .tables_n = desks.tables_n };
    return mem->failed ? FAIL(c, ERR_NOMEM, "error.too-big", "configuration") : ERR_OK;
}

static enum err open_country(struct ctx *c, const struct node_config *cfg, struct house *h)
{
    const char *dir = arena_z(&h->mem, cfg->pack);
    if (!dir)
        return FAIL(c, ERR_INPUT, "pack.none", "no pack folder given");
    TRY(pack_load(c, dir, &h->pack));
    TRY(procedures_load(c, h->pack, &h->procedures));
    TRY(standards_load(c, h->pack, &h->standards));
    TRY(law_load(c, h->pack, h->procedures, &h->law));
    struct str words_dir = in_folder(&h->mem, cfg->pack, "words");
    const char *const *dirs = &words_dir.p;
    TRY(words_load(c, &(struct words_config){ .dirs = dirs, .n = 1,
        .zone = arena_z(&h->mem, h->pack->zone) }, &h->words));
    return ERR_OK;
}

static void *fill(void *arg)
{
    struct house *h = arg;
    struct ctx c;
    ctx_init(&c, 1 << 20);
    c.node = &h->node;
    enum err e = ledger_connect(&c, h->ledger, &c.db);
    if (!e)
        e = things_load(&c, &h->stop);
    if (e)
        log_line(LOG_ERROR, "indexes of things: %s: %s", err_name(e), c.fault.detail);
    db_close(c.db);
    ctx_done(&c);
    (void)malloc_trim(0);               /* what filling took and nobody else will */
    return NULL;
}

static enum err fill_begin(struct ctx *c, struct house *h)
{
    sigset_t all, before;
    (void)sigfillset(&all);                  /* signals are for the thread that waits for them */
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    h->filling = pthread_create(&h->filler, NULL, fill, h) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return h->filling ? ERR_OK : FAIL(c, ERR_IO, "error.internal", "thread of the things");
}

static enum err open_parts(struct ctx *c, const struct node_config *cfg, struct house *h)
{
    struct ledger_config lc;
    TRY(crypto_start(c));
    if (cfg->pack.n)
        TRY(open_country(c, cfg, h));
    else
        TRY(words_load(c, &(struct words_config){ 0 }, &h->words));
    TRY(house_ledger_config(c, cfg, &h->mem, &lc));
    if (cfg->create) {
        (void)mkdir(arena_z(&h->mem, cfg->data), 0700);
        TRY(ledger_create(c, &lc));
    }
    h->access = access_state_new(cfg->quick);
    h->reuse = cfg->anew ? NULL : reuse_new();
    h->nonces = http_nonces_new(NONCE_MINUTES * 60 * US_PER_S);
    h->rulebook = rulebook_new();
    h->meter = inquiry_meter_new();
    TRY(served_load(c, h->pack, arena_z(&h->mem, in_folder(&h->mem, cfg->data, "forms")), &h->served));
    TRY(things_new(c, &h->things));
    h->node = (struct node){ .pack = h->pack, .procedures = h->procedures, .words = h->words, .law = h->law,
        .things = h->things, .panels = desk_panels, .access = h->access,
        .served = h->served, .nonces = h->nonces, .reuse = h->reuse, .rulebook = h->rulebook,
        .meter = h->meter, .stopping = &h->stopping,
        .standards = h->standards };
    c->node = &h->node;
    lc.remaking = &h->remaking;
    struct porter *p = cfg->door ? porter_start(&h->node, cfg->door, &h->remaking) : NULL;
    enum err e = ledger_open(c, &lc, &h->ledger);
    porter_stop(p);
    TRY(e);
    h->node.ledger = h->ledger;
    TRY(ledger_connect(c, h->ledger, &c->db));
    if (!h->pack)
        return ERR_OK;
    return cfg->create ? things_load(c, &h->stop) : fill_begin(c, h);      /* a new one has nothing to read */
}

enum err house_open(struct ctx *c, const struct node_config *cfg, struct house **out)
{
    struct house *h = calloc(1, sizeof *h);
    if (!h)
        return FAIL(c, ERR_NOMEM, "error.too-big", "house");
    arena_init(&h->mem, 8 << 20);
    enum err e = open_parts(c, cfg, h);
    if (e) {
        house_close(c, h);
        return e;
    }
    *out = h;
    return ERR_OK;
}

void house_close(struct ctx *c, struct house *h)
{
    if (!h)
        return;
    __atomic_store_n(&h->stop, 1, __ATOMIC_RELAXED);
    if (h->filling)
        (void)pthread_join(h->filler, NULL);
    db_close(c->db);
    c->db = NULL;
    ledger_close(h->ledger);
    things_free(h->things);
    access_state_free(h->access);
    http_nonces_free(h->nonces);
    reuse_free(h->reuse);
    rulebook_free(h->rulebook);
    inquiry_meter_free(h->meter);
    standards_free(h->standards);
    served_free(h->served);
    law_free(h->law);
    procedures_free(h->procedures);
    words_free(h->words);
    pack_unref(h->pack);
    arena_free(&h->mem);
    c->node = NULL;
    free(h);
}

struct node *house_node(struct house *h)
{
    return &h->node;
}
