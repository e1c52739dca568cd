/* directory.h - who exists, where, for what, and how to reach them: the pack's
 * institutions, offices and services, with what is sure and what is not. */
#ifndef DIRECTORY_H
#define DIRECTORY_H

#include "page/route.h"

extern const struct route directory_routes[];

#endif
