/* forms.h - kinds are forms: XLSForm and XForm in, answers checked, XForm out.
 *
 * A `struct form` is immutable, lives in its own arena and is counted when
 * shared.  It comes from an XLSForm (three sheets, as CSV or XLSX) or from any
 * XForm another tool wrote.  Expressions are XPath 1.0 with the functions of
 * the ODK XForms specification, evaluated by libxml2.
 *
 * Everything returned by a function that takes a `struct ctx *` lies in its
 * arena, unless it is a `struct form`.  Nothing here touches the database.
 */
#ifndef FORMS_H
#define FORMS_H

#include "base/base.h"
#include "forms/sheet.h"

/* ---- what a form is ------------------------------------------------------ */

enum form_type {
    FORM_TEXT, FORM_INT, FORM_DECIMAL, FORM_RANGE, FORM_BOOLEAN,
    FORM_DATE, FORM_TIME, FORM_DATETIME,
    FORM_SELECT_ONE, FORM_SELECT_MANY, FORM_RANK,
    FORM_GEOPOINT, FORM_GEOTRACE, FORM_GEOSHAPE,
    FORM_FILE,          /* image, audio, video, file: the value is a file name */
    FORM_BARCODE, FORM_ACKNOWLEDGE,
    FORM_NOTE,          /* shown, never answered */
    FORM_CALCULATE, FORM_HIDDEN,
    FORM_META,          /* start, end, today, deviceid, meta/instanceID ... */
    FORM_GROUP, FORM_REPEAT,
};
const char *form_type_name(enum form_type t);      /* the XLSForm word: "select_one" */

/* Who may see a value at all, from anyone to nearly nobody. */
enum form_sensitivity { FORM_PUBLIC, FORM_OFFICE, FORM_CASE, FORM_IDENTITY, FORM_SEALED };
const char *form_sensitivity_name(enum form_sensitivity s);

struct form_lang { struct str code, name; };       /* "es", "Español (es)" */

/* One text in every language: v[i] belongs to form->lang[i]; empty = missing.
 * A text may hold ${path}: the value of another field (form_check fills it). */
struct form_texts { const struct str *v; size_t n; };

struct form_pair { struct str name, value; };      /* an extra column */
struct form_choice {
    struct str name;                               /* the stored value */
    struct form_texts label;
    const struct form_pair *extra; size_t extras;
};
struct form_list {
    struct str name;
    const struct form_choice *choice; size_t n;
    struct str file;                               /* "jr://file-csv/x.csv": items are outside */
};

#define FORM_NONE SIZE_MAX

/* One node of the form, in document order.  Empty strings mean "not given". */
struct form_field {
    struct str name;              /* "age" */
    struct str path;              /* "visit/age": below the root, without positions */
    enum form_type type;
    struct str type_text;         /* as written: "select_one list", "image", bind type */
    size_t parent;                /* index of the group or repeat around it; FORM_NONE = root */
    size_t end;                   /* one past its last descendant (index + 1 for a leaf) */
    const struct form_list *list; /* choices, or NULL */
    bool other;                   /* or_other: any further text is accepted */
    struct form_texts label, hint, guidance, constraint_message, required_message;
    /* XPath with ${name} already resolved */
    struct str relevant, required, constraint, calculation, readonly, choice_filter,
               repeat_count, dynamic_default;
    struct str default_value;     /* a literal default */
    struct str appearance, parameters, media_type, preload, preload_params, save_to;
    const struct form_pair *extra; size_t extras;  /* columns this program does not know */
    /* ours */
    enum form_sensitivity sensitivity;             /* default: case */
    bool index, search;
    struct str owner;             /* role that may set it; empty = whoever may edit */
    int line;                     /* of the survey sheet or the XForm */
};

struct form;
void form_ref(const struct form *f);
void form_unref(const struct form *f);             /* NULL is fine */

struct str form_id(const struct form *f);          /* settings.form_id / root @id */
struct str form_version(const struct form *f);
struct str form_title(const struct form *f, struct str lang);
struct str form_root(const struct form *f);        /* name of the root element: "data" */
size_t form_count(const struct form *f);
const struct form_field *form_field(const struct form *f, size_t i);
size_t form_index(const struct form *f, const struct form_field *x);
/* By path; positions ("a[2]/b") are ignored.  NULL when there is none. */
const struct form_field *form_find(const struct form *f, struct str path);
size_t form_langs(const struct form *f);
const struct form_lang *form_lang(const struct form *f, size_t i);
size_t form_lists(const struct form *f);
const struct form_list *form_list(const struct form *f, size_t i);
/* The text in `lang`; failing that in the default language, then in any. */
struct str form_text(const struct form *f, struct form_texts t, struct str lang);
const struct form_choice *form_choice(const struct form_list *l, struct str name);
bool form_is_leaf(const struct form_field *x);     /* carries a value */
struct str form_setting(const struct form *f, struct str name);   /* settings sheet, any column */

/* ---- reading forms --------------------------------------------------------
 * On failure with ERR_INPUT, *notes tells every problem found (at most 100);
 * on success it may hold warnings. */

struct form_note {
    struct str file;              /* "signal.survey.csv" */
    int line;                     /* 1 = first line of the file; 0 = the whole file */
    struct str column;            /* header of the column, or "" */
    struct str text;              /* English, for the author of the form */
    bool warning;
};
struct form_notes { struct form_note *v; size_t n; };

struct form_source {              /* texts of the three CSV files; choices and settings may be {0} */
    struct str name;              /* "signal": form id when settings give none, and in messages */
    struct str survey, choices, settings;
};
enum err form_load_csv(struct ctx *c, const struct form_source *s, const struct form **out,
                       struct form_notes *notes) MUST_CHECK;
/* DIR/NAME.survey.csv, NAME.choices.csv, NAME.settings.csv (the last two optional). */
enum err form_load_dir(struct ctx *c, const char *dir, const char *name,
                       const struct form **out, struct form_notes *notes) MUST_CHECK;
enum err form_load_xlsx(struct ctx *c, struct str name, struct str bytes,
                        const struct form **out, struct form_notes *notes) MUST_CHECK;
enum err form_load_sheets(struct ctx *c, struct str name, const struct sheet *survey,
                          const struct sheet *choices, const struct sheet *settings,
                          const struct form **out, struct form_notes *notes) MUST_CHECK;
/* Any XForm.  Keeps the bytes: form_xform() returns them unchanged. */
enum { XFORM_MAX = 8 * 1024 * 1024 };
enum err xform_load(struct ctx *c, struct str xml, const struct form **out,
                    struct form_notes *notes) MUST_CHECK;

/* ---- writing forms --------------------------------------------------------- */

/* The XForm that Collect and Enketo get: for a form read by xform_load the very
 * bytes it was read from, else generated once when the form was loaded. */
struct str form_xform(const struct form *f);
/* Header lines people fill in: one column per leaf, path as code, then labels. */
enum err form_template_csv(struct ctx *c, const struct form *f, struct str lang,
                           struct str *out) MUST_CHECK;
/* JSON Schema (draft 2020-12) of the answers as one object. */
enum err form_json_schema(struct ctx *c, const struct form *f, struct str lang,
                          struct str *out) MUST_CHECK;

/* ---- answers ---------------------------------------------------------------
 * A list in document order; repeats carry positions from 1: "child[2]/age".
 * Attributes of foreign forms appear as "meta/entity/@id". */

struct answer { struct str path, value; };
struct answers { struct answer *v; size_t n, room; };
/* Appends; false when the arena or ANSWERS_MAX refuses. */
enum { ANSWERS_MAX = 20000 };
bool answers_put(struct arena *mem, struct answers *a, struct str path, struct str value);
struct str answers_get(const struct answers *a, struct str path);      /* "" when absent */

/* A submission as Collect or Enketo sends it. */
struct submission {
    struct str form_id, version, root;
    struct str instance_id, deprecated_id, instance_name;
    bool encrypted;
    struct answers answers;       /* every leaf, also unknown ones and empty ones */
};
enum { SUBMISSION_MAX = 8 * 1024 * 1024 };
enum err submission_load(struct ctx *c, struct str xml, struct submission *out) MUST_CHECK;
/* Give paths the positions this form's repeats ask for ("child/age" -> "child[1]/age"). */
enum err answers_fit(struct ctx *c, const struct form *f, struct answers *a) MUST_CHECK;
/* File names the answers refer to (fields of type FORM_FILE). */
enum err answers_files(struct ctx *c, const struct form *f, const struct answers *a,
                       struct str **names, size_t *n) MUST_CHECK;
/* The instance XML of these answers (document order of the form; unknown paths are left out). */
enum err answers_xml(struct ctx *c, const struct form *f, const struct answers *a,
                     struct str instance_id, struct str *out) MUST_CHECK;

/* ---- checking answers -------------------------------------------------------- */

enum form_bad {
    FORM_BAD_TYPE, FORM_BAD_CHOICE, FORM_BAD_REQUIRED, FORM_BAD_CONSTRAINT,
    FORM_BAD_UNKNOWN,             /* a path this form does not have */
    FORM_BAD_EXPRESSION,          /* the form's own expression failed on these answers */
};
struct form_problem {
    struct str path;              /* with positions */
    const struct form_field *field;   /* NULL for unknown paths */
    enum form_bad bad;
    const char *key;              /* message key: "form.required", "form.not-a-date" ... */
    struct str message;           /* the form's own message in env->lang, or "" */
};
/* One node as it stands after all expressions settled, also unanswered and
 * non-relevant ones: what a page needs to draw the form. */
struct form_node {
    struct str path;
    const struct form_field *field;
    struct str value;             /* "" when not relevant */
    bool relevant, required, readonly;
    struct str label, hint;       /* in env->lang, ${...} filled; only when env->texts */
    const struct form_choice *const *choice; size_t choices;   /* after choice_filter */
};
struct form_env {
    struct str lang;
    int utc_offset_min;           /* for today(), now(), format-date: Asunción = -180 */
    const struct form_pair *media; size_t medias;  /* file name -> CSV or XML text (pulldata, itemsets) */
    bool texts;                   /* fill label and hint of nodes */
    bool draft;                   /* do not complain about what is still empty */
    bool first;                   /* a blank form: apply defaults and once() */
};
struct form_result {
    struct answers answers;       /* relevant answers after calculation, document order */
    struct answers extra;         /* answers to unknown paths, kept as they came */
    struct form_problem *problem; size_t problems;
    struct form_node *node; size_t nodes;
};
/* ERR_INPUT only when the answers cannot be laid out at all (caps, impossible
 * paths); wrong answers are problems, not errors.  Uses c->now_us. */
enum err form_check(struct ctx *c, const struct form *f, const struct answers *a,
                    const struct form_env *env, struct form_result *out) MUST_CHECK;

/* Type alone, without a form: "form.not-a-date" or NULL when fine.  "" is fine. */
const char *form_value_bad(enum form_type t, struct str value);

#endif
