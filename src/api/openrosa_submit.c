/* openrosa_submit.c - what is posted. */
#include "api/openrosa.h"

/* The XML, and every other part with a name to match. */
static enum err parts_of(struct call *k, struct submission_in *in)
{
    struct ctx *c = k->c;
    struct submission_part *p = NEW_N(&c->mem, struct submission_part, k->rq->parts.n + 1);
    size_t n = 0;
    TRY(ctx_check(c));
    *in = (struct submission_in){ .device = k->device.id, .part = p };
    in->territory = k->device.id.n ? k->device.territory : c->who->territory;
    for (size_t i = 0; i < k->rq->parts.n; i++) {
        const struct http_part *part = &k->rq->parts.v[i];
        if (str_is(part->name, "xml_submission_file")) {
            if (in->xml.n)
                return FAIL(c, ERR_INPUT, "submission.two-xml", "two XML parts");
            in->xml = part->bytes;
        } else {
            p[n++] = (struct submission_part){ part->filename.n ? part->filename : part->name, part->type, part->bytes };
        }
    }
    in->n = n;
    return in->xml.n ? ERR_OK : FAIL(c, ERR_INPUT, "submission.no-xml", "%zu parts", k->rq->parts.n);
}

void openrosa_submission(struct call *k)
{
    struct submission_in in;
    struct submission_out out;
    if (k->rq->method != HTTP_POST) {
        k->rs->status = 204;            /* the headers tell how much may be sent at once */
        return;
    }
    enum err e = parts_of(k, &in);
    if (!e)
        e = submission_take(k->c, &in, &out);
    if (e)
        openrosa_fail(k, e);
    else
        openrosa_say(k, 201, "submit_success", out.missing ? "submission.waiting"
                                             : out.again ? "submission.again" : "submission.received");
}
