#include "match/match.h"
int main(int argc, char **argv)
{
    struct ctx c;
    ctx_init(&c, (size_t)4 << 30);
    int rc = match_cli(&c, argc - 1, argv + 1, stdout, stderr);
    ctx_done(&c);
    return rc;
}
