/* served.h - the forms that telephones fetch and submissions may come from.
 *
 * Three sources: the pack's form "signal", with the departments as a list to
 * choose from; the IOM's survey form of HTCDS 2.0, unchanged (CC BY 4.0, see
 * data/htcds/SOURCES.md); and whatever XForm (.xml) or XLSForm (.xlsx) an
 * administrator lays into the folder forms/ of the node, with its media beside
 * it in NAME-media/.  Read once at start, immutable after.
 */
#ifndef SERVED_H
#define SERVED_H

#include "forms/forms.h"

struct pack;

struct served_file { struct str name, bytes; char md5[33]; };
struct served_form {
    const struct form *form;
    struct str xml;                 /* what is sent, byte for byte */
    char md5[33];                   /* of xml, lower-case hex */
    const struct served_file *media; size_t media_n;
    bool newest;                    /* of the versions of this form id */
};
struct served;
enum { SERVED_MAX = 200, SERVED_FILES_MAX = 100, SERVED_FILE_BYTES = 8 * 1024 * 1024,
       SERVED_BYTES = 256 * 1024 * 1024 };

/* dir: the folder of more forms; it need not exist.  pack may be NULL.  A form
 * there that cannot be read is ERR_INPUT, and the detail names its file. */
enum err served_load(struct ctx *c, const struct pack *pack, const char *dir, struct served **out) MUST_CHECK;
void served_free(struct served *s);                             /* NULL is fine */
size_t served_count(const struct served *s);                    /* NULL: 0 */
const struct served_form *served_at(const struct served *s, size_t i);
/* version {0}: the newest.  NULL: none. */
const struct served_form *served_find(const struct served *s, struct str form_id, struct str version);
const struct served_form *served_by_md5(const struct served *s, struct str md5);

#endif
