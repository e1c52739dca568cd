/* checker_api.c - POST /api/check: JSON in, JSON out; no log-in, nothing kept. */
#include "checker/checker_web.h"

#include "access/access.h"
#include "base/node.h"
#include "law/law.h"
#include "rulebook/rulebook.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

enum { API_ITEMS_MAX = 128, API_DEPTH = 6 };

/* ---- in ----------------------------------------------------------------------------- */

static struct str text_of(const json_t *j)
{
    return (struct str){ json_string_value(j), json_string_length(j) };
}

/* A JSON value in the spelling that checker_value reads; false: none. */
static bool spelled(struct ctx *c, const json_t *j, struct str *out)
{
    if (json_is_null(j))
        *out = (struct str){ 0 };
    else if (json_is_boolean(j))
        *out = json_is_true(j) ? STR("true") : STR("false");
    else if (json_is_string(j))
        *out = text_of(j);
    else if (json_is_number(j)) {
        char *z = json_dumps(j, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
        *out = arena_dup(&c->mem, str_c(z ? z : ""));
        free(z);
    } else
        return false;
    return true;
}

static bool list_spelled(struct ctx *c, const json_t *j, struct str *out)
{
    struct buf b;
    if (json_array_size(j) > API_ITEMS_MAX)
        return false;
    buf_init(&b, &c->mem, CHECKER_API_MAX);
    for (size_t i = 0; i < json_array_size(j); i++) {
        const json_t *x = json_array_get(j, i);
        if (!json_is_string(x) || memchr(json_string_value(x), ' ', json_string_length(x)))
            return false;
        if (i)
            buf_char(&b, ' ');
        buf_put(&b, text_of(x));
    }
    *out = json_array_size(j) ? buf_str(&b) : STR("none");
    return true;
}

enum err checker_json_take(struct ctx *c, struct checker_talk *t, const json_t *in)
{
    json_t *situation = json_object_get(in, "situation");
    const char *name;
    json_t *v;
    if (!json_is_object(situation))
        return FAIL(c, ERR_INPUT, "checker.bad-json", "{\"decision\": text, \"situation\": {input: value}} is expected");
    json_object_foreach(situation, name, v) {
        struct str s = { 0 };
        bool ok = json_is_array(v) ? list_spelled(c, v, &s) : spelled(c, v, &s);
        if (!ok || !checker_talk_say(c, t, str_c(name), s))
            return FAIL(c, ERR_INPUT, "checker.bad-json", "situation: \"%.60s\" is no input, or that is not a value of it", name);
    }
    return ERR_OK;
}

/* ---- out ----------------------------------------------------------------------------- */

static json_t *js(struct str s)
{
    return json_stringn(s.p ? s.p : "", s.n);
}

static json_t *value_json(struct ctx *c, struct feel_value v)
{
    int64_t n;
    switch (v.kind) {
    case FEEL_NULL: return json_null();
    case FEEL_BOOL: return json_boolean(v.b);
    case FEEL_NUMBER: return feel_to_i64(v, &n) ? json_integer(n) : json_loads(arena_z(&c->mem, feel_text(&c->mem, v)), JSON_DECODE_ANY, NULL);
    case FEEL_LIST: {
        json_t *a = json_array();
        for (size_t i = 0; i < v.list->n; i++)
            (void)json_array_append_new(a, value_json(c, v.list->v[i]));
        return a;
    }
    case FEEL_CONTEXT: {
        json_t *o = json_object();
        for (size_t i = 0; i < v.context->n; i++)
            (void)json_object_setn_new(o, v.context->e[i].name.p, v.context->e[i].name.n, value_json(c, v.context->e[i].v));
        return o;
    }
    default: return js(feel_text(&c->mem, v));
    }
}

static json_t *ids_json(struct str ids)
{
    json_t *a = json_array();
    struct str id;
    while (str_next(&ids, ' ', &id))
        if (id.n)
            (void)json_array_append_new(a, js(id));
    return a;
}

static json_t *part_json(struct ctx *c, const struct checker_part *p)
{
    json_t *o = json_object(), *rows = json_array();
    (void)json_object_set_new(o, "table", js(p->table));
    (void)json_object_set_new(o, "value", value_json(c, p->value));
    (void)json_object_set_new(o, "verified", json_string(pack_verified_name(p->verified)));
    for (size_t i = 0; i < p->n; i++) {
        json_t *r = json_object();
        (void)json_object_set_new(r, "row", js(p->row[i].id));
        (void)json_object_set_new(r, "why", p->row[i].words.n ? js(say_(c, p->row[i].words)) : json_null());
        (void)json_object_set_new(r, "provisions", ids_json(p->row[i].provisions));
        (void)json_object_set_new(r, "verified", json_string(pack_verified_name(p->row[i].verified)));
        (void)json_array_append_new(rows, r);
    }
    (void)json_object_set_new(o, "rows", rows);
    return o;
}

static json_t *provision_json(struct ctx *c, const struct provision *v)
{
    json_t *o = json_object();
    (void)json_object_set_new(o, "id", js(v->id));
    (void)json_object_set_new(o, "name", js(law_name(c, v)));
    (void)json_object_set_new(o, "rule", js(law_rule(c, v)));
    (void)json_object_set_new(o, "verified", json_string(pack_verified_name(v->verified)));
    (void)json_object_set_new(o, "doubt", v->doubt.n ? js(v->doubt) : json_null());
    (void)json_object_set_new(o, "path", js(law_path(c, v->id)));
    return o;
}

static json_t *hotlines(struct ctx *c)
{
    const struct pack *p = c->node->pack;
    json_t *a = json_array();
    for (size_t i = 0; i < p->agencies_n; i++) {
        if (!agency_callable(&p->agencies[i]))
            continue;
        json_t *o = json_object();
        (void)json_object_set_new(o, "name", js(pack_text(p, &p->agencies[i].name, c->lang)));
        (void)json_object_set_new(o, "phone", js(p->agencies[i].phone));
        (void)json_object_set_new(o, "sources", js(p->agencies[i].sources));
        (void)json_array_append_new(a, o);
    }
    return a;
}

static json_t *answer_json(struct ctx *c, const struct checker_answer *a, const struct checker_input *next,
                           const struct rules_use *u)
{
    json_t *o = json_object(), *parts = json_array(), *law = json_array();
    (void)json_object_set_new(o, "country", js(c->node->pack->country));
    (void)json_object_set_new(o, "decision", js(a->decision));
    (void)json_object_set_new(o, "rules", js(rules_label(c, u)));
    (void)json_object_set_new(o, "answer", value_json(c, a->value));
    (void)json_object_set_new(o, "verified", json_string(pack_verified_name(a->verified)));
    (void)json_object_set_new(o, "legal_review", json_boolean(a->review));
    (void)json_object_set_new(o, "ask_next", next ? js(next->name) : json_null());
    for (size_t i = 0; i < a->n; i++)
        (void)json_array_append_new(parts, part_json(c, &a->part[i]));
    for (size_t i = 0; i < a->provisions; i++)
        (void)json_array_append_new(law, provision_json(c, a->provision[i]));
    (void)json_object_set_new(o, "tables", parts);
    (void)json_object_set_new(o, "provisions", law);
    (void)json_object_set_new(o, "call", hotlines(c));
    return o;
}

/* ---- the call --------------------------------------------------------------------------- */

static void send_json(struct ctx *c, struct http_resp *rs, int status, json_t *o)
{
    char *z = o ? json_dumps(o, JSON_COMPACT) : NULL;
    rs->status = z ? status : 503;
    rs->type = STR("application/json");
    rs->body = arena_dup(&c->mem, str_c(z ? z : "{}"));
    free(z);
    json_decref(o);
}

/* How deep the brackets go, those in texts not counted: the library reads by recursion. */
static size_t depth_of(struct str s)
{
    size_t deep = 0, most = 0;
    bool quoted = false;
    for (size_t i = 0; i < s.n; i++) {
        if (quoted) {
            if (s.p[i] == '\\')
                i++;
            else
                quoted = s.p[i] != '"';
        } else {
            quoted = s.p[i] == '"';
            deep += s.p[i] == '{' || s.p[i] == '[';
            deep -= deep && (s.p[i] == '}' || s.p[i] == ']');
            most = deep > most ? deep : most;
        }
    }
    return most;
}

enum err checker_json_read(struct ctx *c, struct str body, json_t **out)
{
    json_error_t e;
    if (body.n == 0 || body.n > CHECKER_API_MAX)
        return FAIL(c, ERR_INPUT, "checker.bad-json", "empty, or more than %d bytes", (int)CHECKER_API_MAX);
    if (depth_of(body) > API_DEPTH)
        return FAIL(c, ERR_INPUT, "checker.bad-json", "nested too deeply");
    *out = json_loadb(body.p, body.n, JSON_REJECT_DUPLICATES, &e);
    return *out ? ERR_OK : FAIL(c, ERR_INPUT, "checker.bad-json", "line %d: %.100s", e.line, e.text);
}

static enum err answer(struct ctx *c, json_t *in, json_t **out)
{
    AUTO_RULES u = { 0 };
    struct checker_talk t;
    struct checker_answer a;
    const struct checker_input *next;
    json_t *d = json_object_get(in, "decision"), *l = json_object_get(in, "lang");
    struct str decision = json_is_string(d) ? text_of(d) : STR("screening");
    if (d && !json_is_string(d))
        return FAIL(c, ERR_INPUT, "checker.bad-json", "decision: a text is expected");
    if (json_is_string(l) && (str_is(text_of(l), "en") || str_is(text_of(l), "es") || str_is(text_of(l), "gn")))
        c->lang = arena_dup(&c->mem, text_of(l));
    if (!checker_form(c->node->pack, decision))
        return FAIL(c, ERR_NOT_FOUND, "checker.no-decision", "no such decision");
    TRY(rules_in_force(c, checker_file(c->node->pack, decision), rules_today(c), &u));
    TRY(checker_talk_open(c, c->node->pack, u.model, decision, &t));
    TRY(checker_json_take(c, &t, in));
    TRY(checker_evaluate(c, t.pack, t.model, decision, checker_talk_inputs(c, &t), &a));
    TRY(checker_talk_next(c, &t, &next));
    *out = answer_json(c, &a, next, &u);
    return ERR_OK;
}

static json_t *mistake(struct ctx *c)
{
    json_t *o = json_object();
    struct str key = str_c(c->fault.key ? c->fault.key : "error.internal"), detail = str_c(c->fault.detail);
    bool theirs = c->fault.code == ERR_INPUT || c->fault.code == ERR_NOT_FOUND;
    detail = arena_dup(&c->mem, detail);
    c->fault = (struct fault){ 0 };
    (void)json_object_set_new(o, "error", js(say_(c, key)));
    if (theirs)
        (void)json_object_set_new(o, "detail", js(detail));
    return o;
}

static int status_of(enum err e)
{
    return e == ERR_INPUT ? 400 : e == ERR_NOT_FOUND ? 404 : e == ERR_BUSY ? 429 : e == ERR_NOMEM ? 413 : 503;
}

void checker_api(struct ctx *c, const struct http_req *rq, struct http_resp *rs)
{
    char peer[24];
    json_t *in = NULL, *out = NULL;
    enum err e;
    (void)snprintf(peer, sizeof peer, "%016llx", (unsigned long long)rq->peer);
    if (rq->method != HTTP_POST || !str_is(rq->path, "/api/check")) {
        send_json(c, rs, rq->method == HTTP_POST ? 404 : 405, json_pack("{s:s}", "error", "POST /api/check"));
        return;
    }
    if (str_starts(http_header_of(rq, "Accept-Language"), STR("en")))
        c->lang = STR("en");
    if (!access_rate(c, "check", str_c(peer), CHECKER_PER_MINUTE))
        e = FAIL(c, ERR_BUSY, "checker.too-many", "too many questions a minute");
    else if (!str_starts(rq->body_type, STR("application/json")))
        e = FAIL(c, ERR_INPUT, "checker.bad-json", "Content-Type must be application/json");
    else
        e = checker_json_read(c, rq->body, &in);
    if (e == ERR_OK)
        e = answer(c, in, &out);
    json_decref(in);
    send_json(c, rs, e ? status_of(e) : 200, e ? mistake(c) : out);
}
