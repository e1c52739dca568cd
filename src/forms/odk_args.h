/* odk_args.h - what the files of functions share among themselves. */
#ifndef FORMS_ODK_ARGS_H
#define FORMS_ODK_ARGS_H

#include "forms/odk.h"

enum { ODK_TEXT_MAX = 1024 * 1024 };

/* Pop n arguments; node-sets count as the values of their nodes, in order. */
size_t odk_values(xmlXPathParserContextPtr x, int n, struct str **out);
/* 1 = the whole text matches, 0 = not, -1 = bad pattern or too long a search. */
int odk_regex(struct odk_env *e, struct str pattern, struct str s);
/* MD5, SHA-1, SHA-256, SHA-384, SHA-512: bytes of the digest, 0 for another name. */
size_t odk_digest(struct str alg, struct str data, unsigned char out[64]);

void odk_fn_cmp(xmlXPathParserContextPtr x, int n);
void odk_fn_num(xmlXPathParserContextPtr x, int n);

#endif
