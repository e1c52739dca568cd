/* columns.c - which column of a file is what. */
#include "match/inside.h"

static const struct { enum column col; const char *role, *names; } known[] = {
    { COL_ID, "id", "id record_id rec_id unique_id uid codigo" },
    { COL_GIVEN, "given", "given first firstname first_name forename given_name givenname nombre "
                          "nombres name_given fname prenom chue" },
    { COL_MIDDLE, "middle", "middle middle_name middlename segundo_nombre second_name" },
    { COL_SURNAME, "surname", "surname last lastname last_name family family_name apellido apellidos "
                              "primer_apellido lname apellido_paterno first_surname name_family" },
    { COL_SECOND, "second", "second_surname surname2 segundo_apellido apellido_materno "
                            "apellido2 second maternal_surname surname_2" },
    { COL_FULL, "full", "name full_name fullname nombre_completo nombre_y_apellido" },
    { COL_ALIAS, "alias", "alias nickname apodo aka known_as trade_name nombre_comercial "
                      "nombre_de_fantasia" },
    { COL_BIRTH, "birth", "birth dob birth_date birthdate date_of_birth fecha_nacimiento "
                          "fecha_de_nacimiento nacimiento born birth_year year_of_birth anio_nacimiento" },
    { COL_BIRTH_MONTH, "birth_month", "birth_month month_of_birth mes_nacimiento" },
    { COL_BIRTH_DAY, "birth_day", "birth_day day_of_birth dia_nacimiento" },
    { COL_AGE, "age", "age edad years" },
    { COL_AGE_ON, "age_on", "age_on age_date age_at date_of_age age_as_of fecha_edad seen_on" },
    { COL_SEX, "sex", "sex gender sexo genero" },
    { COL_NID, "nid", "nid national_id id_number document documento ci dni cedula cedula_identidad "
                      "ssn soc_sec_id passport id_no nro_documento person_id tax_id tax_number tax_no "
                      "ruc cuit cuil tin registry_number numero_de_registro" },
    { COL_PHONE, "phone", "phone telephone telefono tel mobile celular phone_number" },
    { COL_EMAIL, "email", "email mail correo e_mail" },
    { COL_ADDRESS, "address", "address street direccion domicilio calle street_address address_1" },
    { COL_HOUSE, "house", "house house_no house_number street_number number nro" },
    { COL_PLACE, "place", "place city town suburb locality ciudad distrito district localidad "
                          "municipality municipio birth_place village" },
    { COL_REGION, "region", "region state province provincia departamento county department" },
    { COL_POSTCODE, "postcode", "postcode zip zipcode postal_code postcode_fake codigo_postal" },
    { COL_NATION, "nationality", "nationality nacionalidad nation citizenship" },
    { COL_EXTRA, "extra", "extra occupation ocupacion profession other" },
    { COL_COUNTRY, "country", "country country_code" },
    { COL_SOURCE, "source", "" },
    { COL_FIRM, "firm", "firm company company_name razon_social empresa business employer empleador workplace "
                        "lugar_de_trabajo establecimiento vessel vessel_name boat embarcacion" },
    { COL_PLATE, "plate", "plate plate_number number_plate license_plate licence_plate matricula chapa patente placa" },
    { COL_OWNER, "owner", "owner owner_name propietario dueno titular" },
    { COL_LOOKS, "looks", "description descripcion vehicle vehiculo make model marca modelo" },
    { COL_COLOUR, "colour", "colour color" },
};

/* Heading without marks, case and spaces: "Fecha de Nacimiento" = fecha_de_nacimiento. */
static struct str plain_heading(struct str h, char out[64])
{
    struct folded f;
    size_t n = 0;
    fold(h, &f);
    for (size_t i = 0; i < f.n_words; i++) {
        if (i && n < 63)
            out[n++] = '_';
        for (size_t k = 0; k < f.w[i].n && n < 63; k++)
            out[n++] = f.w[i].p[k];
    }
    return (struct str){ out, n };
}

static bool among(const char *list, struct str w)
{
    struct str rest = str_c(list), item;
    while (str_next(&rest, ' ', &item))
        if (str_eq(item, w))
            return true;
    return false;
}

static void claim(struct columns *col, enum column k, size_t at)
{
    if (col->at[k][0] < 0)
        col->at[k][0] = (int8_t)at;
    else if (col->at[k][1] < 0)
        col->at[k][1] = (int8_t)at;
}

static enum err claim_mapped(struct ctx *c, const char *entry, const char *path,
                             const struct str *head, size_t n, struct columns *out, bool *taken)
{
    struct str role, name;
    if (!str_cut(str_c(entry), '=', &role, &name))
        return FAIL(c, ERR_INPUT, "match.bad-map", "map entry without '=': %.60s", entry);
    for (size_t k = 0; k < COUNT_OF(known); k++) {
        if (!str_is(role, known[k].role))
            continue;
        for (size_t i = 0; i < n; i++)
            if (str_eq(str_trim(head[i]), str_trim(name))) {
                claim(out, known[k].col, i);
                taken[i] = true;
                return ERR_OK;
            }
        return FAIL(c, ERR_INPUT, "match.no-column", "%s: line 1: no column %.60s", path,
                    entry + role.n + 1);
    }
    return FAIL(c, ERR_INPUT, "match.bad-map", "no such role: %.60s", entry);
}

enum err columns_find(struct ctx *c, const struct match_job *job, const char *path,
                      const struct str *head, size_t n, struct columns *out)
{
    bool taken[CSV_COLUMNS] = { false };
    size_t useful = 0;
    char t[64];
    memset(out->at, -1, sizeof out->at);
    out->n = n;
    for (size_t i = 0; i < job->n_map; i++)
        TRY(claim_mapped(c, job->map[i], path, head, n, out, taken));
    for (size_t i = 0; i < n; i++) {
        struct str h = plain_heading(head[i], t);
        for (size_t k = 0; k < COUNT_OF(known) && !taken[i]; k++)
            if (among(known[k].names, h)) {
                bool mapped = out->at[known[k].col][0] >= 0;
                taken[i] = true;
                if (!mapped || known[k].col == COL_NID || known[k].col == COL_PHONE)
                    claim(out, known[k].col, i);
            }
    }
    for (int k = 0; k < COLUMNS; k++)
        useful += k != COL_ID && k != COL_SOURCE && k != COL_COUNTRY && k != COL_LOOKS && k != COL_COLOUR &&
                  out->at[k][0] >= 0;
    if (out->at[COL_ID][0] < 0)
        return FAIL(c, ERR_INPUT, "match.no-column", "%s: line 1: no column for the record's id",
                    path);
    if (!useful)
        return FAIL(c, ERR_INPUT, "match.no-column",
                    "%s: line 1: no column that describes a person or a thing (see --map)", path);
    return ERR_OK;
}

static struct str nth_column(const struct columns *col, const struct str *field, size_t n,
                             enum column k, int nth)
{
    int at = col->at[k][nth];
    return at >= 0 && (size_t)at < n ? str_trim(field[at]) : (struct str){ "", 0 };
}

struct str column_of(const struct columns *col, const struct str *field, size_t n, enum column k)
{
    return nth_column(col, field, n, k, 0);
}

static struct str joined(struct str a, struct str b, char t[2 * MATCH_FIELD_MAX])
{
    if (b.n == 0)
        return a;
    a = str_sub(a, 0, MATCH_FIELD_MAX - 1);
    b = str_sub(b, 0, MATCH_FIELD_MAX);
    memcpy(t, a.p, a.n);
    t[a.n] = ' ';
    memcpy(t + a.n + 1, b.p, b.n);
    return (struct str){ t, a.n + 1 + b.n };
}

static void read_age(struct str age, struct str on, const struct match_job *job,
                     struct match_record *out)
{
    struct str whole, rest;
    int64_t v;
    struct civil day;
    if (str_cut(age, '.', &whole, &rest))       /* 17.0 */
        age = whole;
    out->has_age = str_to_i64(age, &v) && v >= 0 && v <= 120;
    out->age = out->has_age ? (int)v : 0;
    out->age_on = job->today;
    if (date_parse(str_sub(on, 0, 10), &day))
        out->age_on = days_from_civil(day);
}

/* "3", "03"; 0: no number up to `most`. */
static int small_number(struct str s, int most)
{
    int64_t v;
    if (s.n == 2 && s.p[0] == '0')
        s = str_sub(s, 1, 1);
    return str_to_i64(s, &v) && v >= 1 && v <= most ? (int)v : 0;
}

/* Year, month and day in columns of their own; without a month the year alone. */
static struct str birth_of_parts(const struct columns *col, const struct str *field, size_t n, char room[BIRTH_ROOM])
{
    struct str year = column_of(col, field, n, COL_BIRTH);
    int month = small_number(column_of(col, field, n, COL_BIRTH_MONTH), 12);
    int day = small_number(column_of(col, field, n, COL_BIRTH_DAY), 31);
    if (!month || year.n > 4)
        return year;
    int put = day ? snprintf(room, BIRTH_ROOM, "%.*s-%02d-%02d", (int)year.n, year.p, month, day)
                  : snprintf(room, BIRTH_ROOM, "%.*s-%02d", (int)year.n, year.p, month);
    return (struct str){ room, (size_t)put };
}

/* A row about a firm, a place or a vehicle: it names nobody, or only its owner.
 * Where a person's name stands too, a firm is what the person does. */
static void read_thing(const struct columns *col, const struct str *field, size_t n,
                       struct match_thing_room *room, struct match_record *out)
{
    struct match_thing t = { .name = column_of(col, field, n, COL_FIRM), .owner = column_of(col, field, n, COL_OWNER),
        .plate = column_of(col, field, n, COL_PLATE), .description = column_of(col, field, n, COL_LOOKS),
        .kind = out->extra, .colour = column_of(col, field, n, COL_COLOUR) };
    if (!t.name.n && !t.owner.n && !t.plate.n)
        return;
    if (out->full.n && !t.plate.n && !t.owner.n) {
        out->extra = out->extra.n ? out->extra : t.name;
        return;
    }
    if (!t.name.n && !t.plate.n)
        t.name = t.owner;
    if (!t.owner.n || str_eq(t.owner, t.name))
        t.owner = out->full.n ? out->full : out->alias;
    out->full = out->alias = (struct str){ 0 };
    match_thing(&t, room, out);
}

void columns_read(const struct columns *col, const struct match_job *job, const struct str *field,
                  size_t n, struct columns_room *room, struct match_record *out)
{
    *out = (struct match_record){
        .given = joined(column_of(col, field, n, COL_GIVEN), column_of(col, field, n, COL_MIDDLE), room->given),
        .surname = column_of(col, field, n, COL_SURNAME),
        .second = column_of(col, field, n, COL_SECOND),
        .full = column_of(col, field, n, COL_FULL),
        .alias = column_of(col, field, n, COL_ALIAS),
        .birth = birth_of_parts(col, field, n, room->birth),
        .sex = column_of(col, field, n, COL_SEX),
        .email = column_of(col, field, n, COL_EMAIL),
        .address = column_of(col, field, n, COL_ADDRESS),
        .house = column_of(col, field, n, COL_HOUSE),
        .place = column_of(col, field, n, COL_PLACE),
        .region = column_of(col, field, n, COL_REGION),
        .postcode = column_of(col, field, n, COL_POSTCODE),
        .nationality = column_of(col, field, n, COL_NATION),
        .extra = column_of(col, field, n, COL_EXTRA),
        .country = column_of(col, field, n, COL_COUNTRY),
    };
    if (out->country.n != 2)
        out->country = job->country;
    for (int i = 0; i < 2; i++) {
        out->ids[i].value = nth_column(col, field, n, COL_NID, i);
        out->phones[i] = nth_column(col, field, n, COL_PHONE, i);
    }
    if (!out->given.n && !out->surname.n)
        read_thing(col, field, n, &room->thing, out);
    read_age(column_of(col, field, n, COL_AGE), column_of(col, field, n, COL_AGE_ON), job, out);
}
