/* law_t.h - for tests of the law base: a made-up country without a ledger. */
#ifndef LAW_T_H
#define LAW_T_H

#include "law/law.h"
#include "web_t.h"
#include "work/work.h"

static inline bool contains(struct str s, const char *z)
{
    size_t at;
    return str_find(s, str_c(z), &at);
}

/* ---- a made-up country without a ledger ------------------------------------------------ */

struct country { struct ctx c; struct node node; struct pack *p; struct procedures *pr; struct words *w; struct law *l; };

static inline bool country_open(struct t *t, struct country *k, const char *dir)
{
    memset(k, 0, sizeof *k);
    ctx_init(&k->c, 256 << 20);
    k->c.lang = STR("es");
    OK(&k->c, pack_load(&k->c, dir, &k->p));
    if (!k->p)
        return false;
    OK(&k->c, procedures_load(&k->c, k->p, &k->pr));
    OK(&k->c, words_load(&k->c, &(struct words_config){ 0 }, &k->w));
    OK(&k->c, law_load(&k->c, k->p, k->pr, &k->l));
    k->node = (struct node){ .pack = k->p, .procedures = k->pr, .words = k->w, .law = k->l };
    k->c.node = &k->node;
    return k->l != NULL;
}

static inline void country_end(struct country *k)
{
    law_free(k->l);
    procedures_free(k->pr);
    words_free(k->w);
    pack_unref(k->p);
    ctx_done(&k->c);
}

#define LAW_PACK "tests/data/pack-law"

#endif
