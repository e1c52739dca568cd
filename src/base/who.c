#include "base/who.h"

bool officer_has(const struct officer *o, const char *role)
{
    struct str rest = o ? o->roles : (struct str){ 0 }, item;
    while (str_next(&rest, ' ', &item))
        if (str_is(item, role))
            return true;
    return false;
}
