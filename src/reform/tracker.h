/* tracker.h - a reform from the issue to the last county that heard of it: each
 * step dated and documented, no stage passed over in silence. */
#ifndef REFORM_TRACKER_H
#define REFORM_TRACKER_H

#include "reform/standards.h"

struct reform {
    struct str id, title, issue;
    struct str requirements, provisions;     /* ids, spaces between */
    struct str stage, state;                 /* state: "open", "shelved" */
    struct str by;
    int64_t at_us;
};
struct reform_new { struct str title, issue, requirements, provisions; };
enum err reform_new(struct ctx *c, const struct reform_new *n, struct str *id) MUST_CHECK;
enum err reform_get(struct ctx *c, struct str id, struct reform *out) MUST_CHECK;
enum err reform_list(struct ctx *c, size_t limit, struct reform **out, size_t *n) MUST_CHECK;
enum err reform_shelve(struct ctx *c, struct str id, bool shelved, struct str reason) MUST_CHECK;

/* What happened in a stage. */
struct reform_entry {
    struct str id, stage, on, what, body, source, file, file_name, territory, lang, by;
    int64_t reach;                           /* people reached; -1: not said */
    bool skipped, back;                      /* passed over with a reason; gone back to */
    int64_t at_us;
};
struct entry_new {
    struct str stage, on, what, body, source; /* on: ISO date */
    struct str territory, lang;              /* dissemination: where, and the language of the plain version */
    int64_t reach;
    struct str file, file_name;              /* bytes; {0}: none */
};
/* Of the present stage or an earlier one; a source or a file is needed. */
enum err reform_entry_add(struct ctx *c, struct str id, const struct entry_new *e) MUST_CHECK;
/* In order of stage, then date. */
enum err reform_entries(struct ctx *c, struct str id, struct reform_entry **out, size_t *n) MUST_CHECK;
enum err reform_file(struct ctx *c, struct str id, struct str entry, struct str *bytes, struct str *name) MUST_CHECK;
/* To another stage.  Stages left without a documented entry, and going back,
 * need a reason, which is kept with each of them. */
enum err reform_move(struct ctx *c, struct str id, struct str to, struct str reason) MUST_CHECK;

/* ---- texts and comments ------------------------------------------------------------- */

enum { REFORM_TEXT_MAX = 60000, COMMENT_CHARS = 4000 };
struct reform_text { struct str id, note, by; int64_t n, at_us; };
enum err reform_text_add(struct ctx *c, struct str id, struct str text, struct str note, struct str *version) MUST_CHECK;
enum err reform_texts(struct ctx *c, struct str id, struct reform_text **out, size_t *n) MUST_CHECK;   /* oldest first */
enum err reform_text_read(struct ctx *c, struct str id, struct str version, struct str *text) MUST_CHECK;

struct reform_comment {
    struct str id, version, place, what, from, by, disposition, reason, decided_by;
    int64_t at_us, decided_us;
};
struct comment_new { struct str version, place, what, from; };
enum err reform_comment_add(struct ctx *c, struct str id, const struct comment_new *n) MUST_CHECK;
/* "accepted", "partly", "rejected"; the reason is needed with the last two. */
enum err reform_comment_decide(struct ctx *c, struct str id, struct str comment, struct str disposition, struct str reason) MUST_CHECK;
enum err reform_comments(struct ctx *c, struct str id, struct reform_comment **out, size_t *n) MUST_CHECK;

#endif
