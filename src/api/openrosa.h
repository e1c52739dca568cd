/* openrosa.h - inside the room: the protocol's answers. */
#ifndef API_OPENROSA_H
#define API_OPENROSA_H

#include "api/api.h"
#include "http/http.h"

struct call {
    struct ctx *c;
    const struct http_req *rq;
    struct http_resp *rs;
    struct str path;            /* below /openrosa/ */
    struct device device;       /* id {0}: an officer */
};
void xml_answer(struct call *k, int status, struct str body);
/* <OpenRosaResponse> with the message of that key. */
void openrosa_say(struct call *k, int status, const char *nature, const char *key);
void openrosa_fail(struct call *k, enum err e);

void openrosa_list(struct call *k);
void openrosa_form(struct call *k, struct str md5);
void openrosa_manifest(struct call *k, struct str md5);
void openrosa_media(struct call *k, struct str form_md5, struct str file_md5);
void openrosa_submission(struct call *k);

#endif
