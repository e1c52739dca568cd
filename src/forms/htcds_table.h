/* htcds_table.h - inside the room: the lists of HTCDS 2.0 (CC BY 4.0, see data/htcds/SOURCES.md). */
#ifndef FORMS_HTCDS_TABLE_H
#define FORMS_HTCDS_TABLE_H

#include "base/base.h"

enum htcds_type {
    HTCDS_TEXT, HTCDS_DATE, HTCDS_NUMBER, HTCDS_DECIMAL, HTCDS_CHECK, HTCDS_PICK, HTCDS_MULTI,
    HTCDS_COUNTRIES, HTCDS_PHONE, HTCDS_LOOKUP,
};
struct htcds_field_row { struct str name, label; enum htcds_type type; bool core; };
struct htcds_value_row { struct str field, value, label; };
struct htcds_country { struct str code, name; };

extern const struct htcds_field_row htcds_fields[];
extern const struct htcds_value_row htcds_values[];
extern const struct htcds_country htcds_countries[];
extern const size_t htcds_fields_n, htcds_values_n, htcds_countries_n;

#endif
