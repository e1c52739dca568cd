/* api.h - what other programs speak with: OpenRosa for ODK Collect and Enketo,
 * rows of HTCDS; and the devices that may.
 *
 * Owns the kinds device (in the open directory dossier), submission and
 * submission_file (in the dossier of the signal they made) and their tables.
 * A submission becomes a signal with every field kept; its XML is kept byte for
 * byte in the same change, its attachments are sealed with the same dossier.
 */
#ifndef API_H
#define API_H

#include "access/access.h"
#include "page/route.h"

struct http_req;
struct http_resp;

/* ---- devices: a telephone of a monitor, with credentials of its own -------------- */

/* Digest needs MD5(login:realm:password), which no Argon2id hash gives; so a
 * device gets a random secret, shown once, and only its HA1 is kept, sealed. */
#define DEVICE_REALM "Amparo"
struct device { struct str id, login, label, office, territory; bool disabled; int64_t made_us; };
struct device_new { struct str id, login, secret; };
/* c->who makes it ("device.manage"); office {0}: her own. */
enum err device_add(struct ctx *c, struct str label, struct str office, struct device_new *out) MUST_CHECK;
enum err device_disable(struct ctx *c, struct str id, bool disabled) MUST_CHECK;
/* office {0}: all. */
enum err device_list(struct ctx *c, struct str office, struct device **out, size_t *n) MUST_CHECK;
/* False: none, disabled, or it could not be found out. */
bool device_find(struct ctx *c, struct str login, struct device *out, char ha1[33]);

/* What Collect reads from its QR code: base 64 of the deflated settings. */
enum err collect_settings(struct ctx *c, struct str server_url, struct str login, struct str secret,
                          struct str project, struct str *out) MUST_CHECK;
/* The same as a picture; <svg>…</svg> without ids, scripts or styles. */
void qr_svg(struct out *o, struct str payload, const char *label_key);

/* ---- submissions -------------------------------------------------------------------- */

struct submission_part { struct str name, type, bytes; };
struct submission_in {
    struct str xml;
    const struct submission_part *part; size_t n;   /* attachments that came with it */
    struct str device;                              /* its id; {0}: an officer sent it */
    struct str territory;                           /* where the sender works: when the answers name no place */
};
struct submission_out {
    struct str id, signal, instance;
    bool again, edit;               /* known already; takes the place of another */
    size_t missing;                 /* attachments still expected */
};
/* Durable on ERR_OK.  ERR_INPUT: not a submission; ERR_NOT_FOUND: unknown form,
 * version or submission to correct; ERR_CONFLICT: this instance was sent with
 * other bytes, or the one to correct was corrected already. */
enum err submission_take(struct ctx *c, const struct submission_in *in, struct submission_out *out) MUST_CHECK;
/* The bytes as they were sent, of the newest submission of a signal or of one
 * submission.  The caller has asked who may see them. */
enum err submission_xml(struct ctx *c, struct str id, struct str *xml) MUST_CHECK;

/* ---- rows of the HTCDS workbook --------------------------------------------------------- */

struct import_report { size_t rows, made, known; };
/* All rows of a file (.xlsx or .csv) as signals of the channel "htcds", each
 * with all its fields; a row that was imported before is passed over.  Any row
 * with an error: nothing is imported, ERR_INPUT, and the notes say where.
 * say: told every note and row, in English, for the operator. */
typedef void import_say(void *arg, int line, const char *what, struct str detail);
enum err import_htcds(struct ctx *c, struct str bytes, struct str territory, import_say *say, void *arg,
                      struct import_report *out) MUST_CHECK;

/* ---- on the wire and on pages ---------------------------------------------------------------- */

enum { OPENROSA_BODY_MAX = 32 * 1024 * 1024 };
/* Everything under /openrosa/; a row of desk_foreign. */
void openrosa_run(struct ctx *c, const struct http_req *rq, struct http_resp *rs);

extern const struct route api_routes[];
/* On a signal's page: the submission, its files, its XML. */
enum err api_panel_signal(struct ctx *c, struct out *o, const struct subject *s);

extern const struct projector api_projectors[];
extern const size_t api_projectors_n;
extern const struct table api_tables[];
extern const size_t api_tables_n;

#endif
