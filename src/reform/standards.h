/* standards.h - international requirements, what each country's pack says of
 * them, and the stages of a reform: files of packs/, read once.
 *
 * packs/intl/ lies beside the country's folder; other countries' packs that lie
 * there too are shown for comparison, as far as their research goes.  Long-lived,
 * immutable, shared between threads; c->node->standards.
 */
#ifndef REFORM_STANDARDS_H
#define REFORM_STANDARDS_H

#include "pack/pack.h"

struct promise {                     /* one requirement */
    struct str id, instrument, article, topic, source;
    struct str es, en;
    enum pack_verified verified;
};
struct treaty { struct str id, adopted, es, en; };
struct stage { struct str id, es, en, what_es, what_en; };

enum gap_status { GAP_UNKNOWN, GAP_NOT, GAP_PARTLY, GAP_MET };
const char *gap_status_name(enum gap_status s);              /* "unknown" "not" "partly" "met" */
bool gap_status_of(struct str s, enum gap_status *out);
/* What a pack's research says of one requirement. */
struct mapped {
    struct str requirement, provisions, es, en, source;
    enum gap_status status;
    enum pack_verified verified;
    int line;                        /* of law/gaps.csv */
};
struct nation { struct str id; const struct mapped *row; size_t n; };     /* id: "PY" */

struct standards {
    const struct treaty *treaty;   size_t treaties;
    const struct promise *promise; size_t promises;          /* in order of the file */
    const struct stage *stage;     size_t stages;            /* in order */
    const struct nation *nation;   size_t nations;           /* the node's own first */
};
/* Next to the folder of p.  No packs/intl there: empty lists.  ERR_INPUT
 * "reform.broken" names file and line. */
enum err standards_load(struct ctx *c, const struct pack *p, struct standards **out) MUST_CHECK;
void standards_free(struct standards *s);                    /* NULL is fine */

/* For `pack check`: rows of the node's own country whose provisions or source
 * the pack does not hold, or that claim more certainty than their provisions. */
typedef void standards_say(void *arg, int line, struct str what);
void standards_check(const struct pack *p, const struct standards *s, standards_say *say, void *arg);

const struct promise *promise_find(const struct standards *s, struct str id, size_t *at);
const struct stage *stage_find(const struct standards *s, struct str id, size_t *at);
const struct mapped *mapped_find(const struct nation *n, struct str requirement);
/* In c->lang: Spanish, else English. */
struct str two_words(struct ctx *c, struct str es, struct str en);

#endif
