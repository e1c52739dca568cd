/* node.h - what one running Amparo shares between its threads.
 *
 * Floor 0 names the parts without knowing them; each pointer's own room owns
 * and explains it.  Filled once by main before any thread starts, immutable
 * from then on (the ledger and the index guard themselves).
 */
#ifndef NODE_H
#define NODE_H

struct ledger;          /* ledger/ledger.h: changes, keys, fold            */
struct pack;            /* pack/pack.h: the country                        */
struct procedures;      /* work/work.h: the pack's procedures, ready to run */
struct law;             /* law/law.h: the pack's law, ready to ask         */
struct words;           /* words/words.h: message catalogues               */
struct things;          /* things/things.h: who and what is known here     */
struct panel;           /* page/page.h: what desks show on others' pages   */
struct access_state;    /* access/access.h: sessions, throttles             */
struct served;          /* signal/served.h: forms that phones and imports fill */
struct reuse;           /* web/reuse.h: finished pages                       */
struct http_nonces;     /* http/http_auth.h: challenges of Digest            */
struct rulebook;        /* rulebook/rulebook.h: amended decision models, compiled */
struct inquiry_meter;   /* inquiry/meter.h: letters of each paired node        */
struct standards;       /* reform/standards.h: international requirements          */

struct node {
    struct ledger *ledger;
    const struct pack *pack;
    const struct procedures *procedures;
    const struct words *words;
    const struct law *law;
    struct things *things;
    const struct panel *panels;     /* ends with a row of zeros */
    struct access_state *access;
    const struct served *served;
    struct http_nonces *nonces;
    struct rulebook *rulebook;
    struct inquiry_meter *meter;
    int *stopping;                  /* atomic: 1 once calls to others must end; may be NULL */
    struct reuse *reuse;            /* NULL: no page is given twice */
    const struct standards *standards;
};

#endif
