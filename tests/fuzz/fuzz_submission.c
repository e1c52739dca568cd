/* Any bytes as a submission, checked against a form with groups, repeats and rules. */
#include "forms/forms.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct form *the_form(void)
{
    static const struct form *f;
    struct ctx c;
    struct form_notes notes;
    if (f)
        return f;
    struct form_source s = { .name = STR("f"), .survey =
        STR("type,name,label,relevant,required,constraint,calculation,choice_filter\n"
            "text,place,P,,yes,,,\nselect_one l,one,O,,,,,z = ${place}\nbegin group,g,G,,,,,\n"
            "integer,n,N,,,. > 0,,\nbegin repeat,r,R,${n} > 0,,,,\ndate,d,D,,yes,. < today(),,\n"
            "calculate,age,,,,,int((today() - ${d}) div 365.25),\nselect_multiple l,m,M,${age} < 18,,count-selected(.) < 3,,\n"
            "geopoint,w,W,,,,,\nend repeat,,,,,,,\nend group,,,,,,,\ncalculate,t,,,,,count(${r}),\nimage,i,I,,,,,\n"),
        .choices = STR("list_name,name,label,z\nl,a,A,x\nl,b,B,y\n") };
    ctx_init(&c, 16 * 1024 * 1024);
    if (form_load_csv(&c, &s, &f, &notes) != ERR_OK)
        abort();
    ctx_done(&c);
    return f;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx c;
    struct submission s, back;
    struct form_result r;
    struct str xml;
    struct form_env env = { .lang = STR("es"), .texts = true };
    ctx_init(&c, 64 * 1024 * 1024);
    if (submission_load(&c, (struct str){ (const char *)data, size }, &s) == ERR_OK &&
        form_check(&c, the_form(), &s.answers, &env, &r) == ERR_OK &&
        answers_xml(&c, the_form(), &r.answers, s.instance_id, &xml) == ERR_OK) {
        if (submission_load(&c, xml, &back) != ERR_OK && !c.mem.failed)
            abort();                              /* what we write we can read */
    }
    ctx_done(&c);
    return 0;
}
