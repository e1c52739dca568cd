/* Any fields a browser might send to a form's page: read, checked, shown again
 * with everything escaped.  The bytes are name=value lines; "^" as a name
 * stands for the mark of an asked question. */
#include "page/form_html.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char survey[] =
    "type,name,label,required,relevant\n"
    "text,place,Where,yes,\ninteger,age,Age,,\nselect_one yn,works,Works,,\n"
    "select_multiple yn,many,Many,,${works} = 'yes'\ndate,seen,Seen,,\ndateTime,visit,Visit,,\n"
    "decimal,pay,Pay,,\nbegin_repeat,child,Child,,\ntext,first,First,,\nbegin_repeat,toy,Toy,,\n"
    "text,kind,Kind,,\nend_repeat,,,,\nend_repeat,,,,\nimage,photo,Photo,,\ngeopoint,at,At,,\n";
static const char choices[] = "list_name,name,label\nyn,yes,Yes\nyn,no,No\n";

static const struct form *the_form(void)
{
    static const struct form *f;                 /* one for the whole run of the fuzzer */
    const struct form_source src = { STR("test"), str_c(survey), str_c(choices), { 0 } };
    struct form_notes notes;
    struct ctx c;
    if (!f) {
        ctx_init(&c, 16 << 20);
        if (form_load_csv(&c, &src, &f, &notes) != ERR_OK)
            abort();
        ctx_done(&c);
    }
    return f;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { FIELDS = 60 };
    struct sent sent[FIELDS];
    struct request rq = { .method = POST, .path = STR("/x"), .form = sent };
    struct str rest = { (const char *)data, size }, line;
    struct form_result r;
    struct ctx c;
    struct out o;
    bool ok;

    if (size > 8192 || !utf8_valid(rest) || memchr(data, 0, size))
        return 0;                                /* the server refuses these before */
    ctx_init(&c, 32 << 20);
    c.now_us = 1795532400000000;
    while (rq.form_n < FIELDS && str_next(&rest, '\n', &line)) {
        struct sent s = { line, { 0 } };
        (void)str_cut(line, '=', &s.name, &s.value);
        if (str_is(s.name, "^"))
            s.name = STR("form.asked");
        sent[rq.form_n++] = s;
    }
    out_init(&o, &c, 4 << 20);
    o.rq = &rq;
    if (form_take(&c, &rq, the_form(), NULL, &r, &ok) == ERR_OK) {
        if (ok && r.problems)
            abort();
        if (form_show(&c, &o, the_form(), NULL, &r) == ERR_OK) {
            size_t at;
            if (str_find(buf_str(&o.b), STR("<x"), &at))
                abort();                         /* no tag of ours begins so */
        }
    }
    ctx_done(&c);
    return 0;
}
