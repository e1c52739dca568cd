/* openrosa_list.c - which forms there are, their text, their files. */
#include "api/openrosa.h"

#include "base/node.h"
#include "forms/xml.h"
#include "signal/served.h"

enum { LIST_MAX = 1 << 20 };
#define XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

/* The address of this server as the client called it. */
static void base_put(struct call *k, struct buf *b)
{
    buf_put(b, k->rq->over_tls ? STR("https://") : STR("http://"));
    xml_put(b, k->rq->host);
    buf_put(b, STR("/openrosa/"));
}

static void element(struct buf *b, const char *name, struct str value)
{
    buf_char(b, '<');
    buf_put(b, str_c(name));
    buf_char(b, '>');
    xml_put(b, value);
    buf_put(b, STR("</"));
    buf_put(b, str_c(name));
    buf_char(b, '>');
}

static void address(struct call *k, struct buf *b, const char *name, const char *what, const char *md5)
{
    buf_char(b, '<');
    buf_put(b, str_c(name));
    buf_char(b, '>');
    base_put(k, b);
    buf_put(b, str_c(what));
    buf_char(b, '/');
    buf_put(b, str_c(md5));
    buf_put(b, STR(".xml</"));
    buf_put(b, str_c(name));
    buf_char(b, '>');
}

static void one_form(struct call *k, struct buf *b, const struct served_form *f, bool verbose)
{
    struct str title = form_title(f->form, k->c->lang);
    buf_put(b, STR("<xform>"));
    element(b, "formID", form_id(f->form));
    element(b, "name", title.n ? title : form_id(f->form));
    element(b, "version", form_version(f->form));
    element(b, "hash", str_join(&k->c->mem, STR("md5:"), str_c(f->md5)));
    if (verbose)
        element(b, "descriptionText", title);
    address(k, b, "downloadUrl", "form", f->md5);
    if (f->media_n)
        address(k, b, "manifestUrl", "manifest", f->md5);
    buf_put(b, STR("</xform>\n"));
}

static bool yes(const struct http_req *rq, const char *name)
{
    struct str v;
    return http_field(&rq->query, name, &v) && (str_is(v, "true") || str_is(v, "1"));
}

void openrosa_list(struct call *k)
{
    struct buf b;
    struct str only = { 0 };
    bool all = yes(k->rq, "listAllVersions"), verbose = yes(k->rq, "verbose");
    (void)http_field(&k->rq->query, "formID", &only);
    buf_init(&b, &k->c->mem, LIST_MAX);
    buf_put(&b, STR(XML_HEAD "<xforms xmlns=\"http://openrosa.org/xforms/xformsList\">\n"));
    for (size_t i = 0; i < served_count(k->c->node->served); i++) {
        const struct served_form *f = served_at(k->c->node->served, i);
        if ((all || f->newest) && (!only.p || str_eq(only, form_id(f->form))))
            one_form(k, &b, f, verbose);
    }
    buf_put(&b, STR("</xforms>\n"));
    if (b.failed)
        openrosa_fail(k, ERR_NOMEM);
    else
        xml_answer(k, 200, buf_str(&b));
}

void openrosa_form(struct call *k, struct str md5)
{
    const struct served_form *f = served_by_md5(k->c->node->served, md5);
    if (f)
        xml_answer(k, 200, f->xml);
    else
        openrosa_say(k, 404, "error", "submission.unknown-form");
}

static void one_file(struct call *k, struct buf *b, const struct served_form *f, const struct served_file *m)
{
    buf_put(b, STR("<mediaFile>"));
    element(b, "filename", m->name);
    element(b, "hash", str_join(&k->c->mem, STR("md5:"), str_c(m->md5)));
    buf_put(b, STR("<downloadUrl>"));
    base_put(k, b);
    buf_put(b, STR("media/"));
    buf_put(b, str_c(f->md5));
    buf_char(b, '/');
    buf_put(b, str_c(m->md5));
    buf_put(b, STR("</downloadUrl></mediaFile>\n"));
}

void openrosa_manifest(struct call *k, struct str md5)
{
    struct buf b;
    const struct served_form *f = served_by_md5(k->c->node->served, md5);
    if (!f) {
        openrosa_say(k, 404, "error", "submission.unknown-form");
        return;
    }
    buf_init(&b, &k->c->mem, LIST_MAX);
    buf_put(&b, STR(XML_HEAD "<manifest xmlns=\"http://openrosa.org/xforms/xformsManifest\">\n"));
    for (size_t i = 0; i < f->media_n; i++)
        one_file(k, &b, f, &f->media[i]);
    buf_put(&b, STR("</manifest>\n"));
    if (b.failed)
        openrosa_fail(k, ERR_NOMEM);
    else
        xml_answer(k, 200, buf_str(&b));
}

void openrosa_media(struct call *k, struct str form_md5, struct str file_md5)
{
    const struct served_form *f = served_by_md5(k->c->node->served, form_md5);
    for (size_t i = 0; f && i < f->media_n; i++)
        if (str_is(file_md5, f->media[i].md5)) {
            k->rs->status = 200;
            k->rs->type = str_ends(f->media[i].name, STR(".csv")) ? STR("text/csv; charset=utf-8")
                                                                  : STR("application/octet-stream");
            k->rs->body = f->media[i].bytes;
            return;
        }
    openrosa_say(k, 404, "error", "error.no-page");
}
