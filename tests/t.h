/* t.h - the whole test framework.  Prints TAP; `./dev test` adds it up. */
#ifndef T_H
#define T_H
#include <stdio.h>
#include <stdlib.h>

struct t { const char *name; int bad; };
#define CHECK(x) do { if (!(x)) { t->bad++; \
    printf("# %s:%d: CHECK(%s)\n", __FILE__, __LINE__, #x); } } while (0)
#define CHECK_EQ(a, b) do { long long a_ = (long long)(a), b_ = (long long)(b); if (a_ != b_) { t->bad++; \
    printf("# %s:%d: %s is %lld, want %lld\n", __FILE__, __LINE__, #a, a_, b_); } } while (0)
#define CHECK_STR(a, z) do { struct str a_ = (a); struct str b_ = str_c(z); if (!str_eq(a_, b_)) { t->bad++; \
    printf("# %s:%d: %s is \"%.*s\", want \"%s\"\n", __FILE__, __LINE__, #a, (int)a_.n, a_.p ? a_.p : "", b_.p); } } while (0)
/* An enum err that must be ERR_OK; shows the recorded cause of `c`. */
#define OK(c, expr) do { enum err e_ = (expr); if (e_ != ERR_OK) { t->bad++; \
    printf("# %s:%d: %s: %s: %s (%s)\n", __FILE__, __LINE__, #expr, err_name(e_), \
           (c)->fault.key ? (c)->fault.key : "-", (c)->fault.detail); } } while (0)

struct t_case { const char *name; void (*run)(struct t *t); };
#define T_MAIN(cases) \
    int main(void) { size_t n = sizeof(cases) / sizeof((cases)[0]); int bad = 0; \
        setvbuf(stdout, NULL, _IOLBF, 0); \
        printf("1..%zu\n", n); \
        for (size_t i = 0; i < n; i++) { struct t t = { (cases)[i].name, 0 }; \
            (cases)[i].run(&t); bad += t.bad != 0; \
            printf("%sok %zu - %s\n", t.bad ? "not " : "", i + 1, t.name); } \
        return bad != 0; }
#endif
