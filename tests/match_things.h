/* match_things.h - fictional employers, workplaces and vehicles, and the ways in
 * which two offices write down the same one; from a seed.  Words are put together
 * at random: whatever real firm is met so is met by accident. */
#ifndef MATCH_THINGS_H
#define MATCH_THINGS_H

#include "match_people.h"

enum { THINGS_EMPLOYERS, THINGS_WORKPLACES, THINGS_VEHICLES, THINGS_SETS };
PEOPLE_FN const char *const things_name[THINGS_SETS] = { "employers", "workplaces", "vehicles" };

struct thing_row {
    char name[96], kind[24], legal[24], trade[48], tax[24], phone[32], address[96], place[48], owner[96],
         plate[16], looks[48], colour[16];
    bool person;                /* an employer with a name of her own */
};

static const char things_core[] =
    "Esperanza Rosa Jose Antonio Isidro Progreso Porvenir Victoria Aurora Triunfo Fortuna Trebol Palmar Lapacho "
    "Quebracho Tajy Yvyra Karanday Guavira Mbokaja Ysyry Arroyito Laguna Cerrito Horizonte Alborada Primavera "
    "Ceibo Algarrobo Timbo Urunde Samuhu Pindo Mburucuya Jakaranda Kurupay Ynambu Tukanguy Mainumby Kavure";
static const char things_adjective[] =
    "Santa San Nueva Nuevo Linda Bella Buena Gran Alta Doble Villa Monte Campo Loma Rincon Costa Agua Tierra";
static const char things_syllable[] = "ka ru mbo ty pe ra gua si lo ne va chu rey tan dor mel bri zun fa que";
static const char *const things_kind[][3] = {     /* one kind of place in three ways of saying */
    { "Estancia", "Ea.", "Hacienda" }, { "Ladrillería", "Olería", "Ladrillera" }, { "Carbonería", "Carbonera", "Carboneria" },
    { "Aserradero", "Obraje", "Maderera" }, { "Granja", "Chacra", "Finca" }, { "Taller", "Taller", "Taller" },
    { "Fábrica", "Industria", "Planta" }, { "Bar", "Whiskería", "Bar" }, { "Almacén", "Despensa", "Comercial" },
    { "Transportes", "Transporte", "Logística" }, { "Mina", "Cantera", "Minera" }, { "Constructora", "Construcciones", "Constructora" },
};
static const char *const things_legal[][3] = {
    { "S.A.", "SA", "S. A." }, { "S.R.L.", "SRL", "S. R. L." }, { "E.I.R.L.", "EIRL", "" }, { "", "", "" },
    { "S.A.C.I.", "SACI", "S.A." }, { "Ltda.", "LTDA", "" }, { "", "", "" },
};
static const char things_make[] = "Toyota Nissan Isuzu Kia Hyundai Mercedes Scania Volvo Chevrolet Ford Mitsubishi Suzuki";
static const char things_model[] = "Hilux Frontier Noah Vitz Sprinter Actros Dyna Condor Ranger Canter Premio Caldina Urvan";
static const char things_colour[] = "blanca blanco gris roja rojo azul verde negra plateada amarilla";

PEOPLE_FN void things_invent(struct fiction *f, char *to, size_t room)
{
    size_t at = 0;
    char s[8];
    for (int i = 2 + people_below(f, 2); i > 0; i--) {
        people_pick(f, things_syllable, s, sizeof s);
        at += (size_t)snprintf(to + at, room - at, "%s", s);
    }
    to[0] = (char)(to[0] - 32);
}

PEOPLE_FN void things_words(struct fiction *f, char *to, size_t room)
{
    char a[24], b[24];
    int how = people_below(f, 10);
    people_pick(f, things_core, a, sizeof a);
    if (how < 4)
        people_pick(f, things_adjective, b, sizeof b);
    else
        things_invent(f, b, sizeof b);
    if (how < 4)
        (void)snprintf(to, room, "%s %s", b, a);
    else if (how < 6)
        (void)snprintf(to, room, "La %s", a);
    else if (how < 8)
        (void)snprintf(to, room, "%s", b);
    else
        (void)snprintf(to, room, "%s %s", a, b);
}

PEOPLE_FN void things_somebody(struct fiction *f, char *to, size_t room)
{
    char a[32], b[32], c[32];
    people_pick(f, people_chance(f, 60) ? people_given_m[PEOPLE_PY] : people_given_f[PEOPLE_PY], a, sizeof a);
    people_pick(f, people_surname[PEOPLE_PY], b, sizeof b);
    people_pick(f, people_surname[PEOPLE_PY], c, sizeof c);
    (void)snprintf(to, room, "%.20s %.20s %.20s", a, b, c);
}

PEOPLE_FN char things_digit(int64_t n)          /* modulus 11, as for a RUC */
{
    int sum = 0, k = 2;
    for (; n; n /= 10, k++)
        sum += (int)(n % 10) * k;
    return (char)('0' + (sum % 11 > 1 ? 11 - sum % 11 : 0));
}

PEOPLE_FN void things_phone(struct fiction *f, int64_t number, char *to, size_t room)
{
    switch (people_below(f, 4)) {
    case 0: (void)snprintf(to, room, "0%lld", (long long)number); break;
    case 1: (void)snprintf(to, room, "+595 %lld %06lld", (long long)(number / 1000000), (long long)(number % 1000000)); break;
    case 2: (void)snprintf(to, room, "(0%lld) %03lld-%03lld", (long long)(number / 1000000), (long long)(number / 1000 % 1000), (long long)(number % 1000)); break;
    default: (void)snprintf(to, room, "0%lld %06lld", (long long)(number / 1000000), (long long)(number % 1000000));
    }
}

struct thing_made { struct thing_row row; int kind, legal; int64_t number; };

PEOPLE_FN void things_make_one(struct fiction *f, int set, struct thing_made *m)
{
    struct thing_row *r = &m->row;
    char words[64], street[32];
    *m = (struct thing_made){ .kind = people_below(f, (int)COUNT_OF(things_kind)), .legal = people_below(f, (int)COUNT_OF(things_legal)),
                              .number = 961000000 + people_below(f, 30000000) };
    things_words(f, words, sizeof words);
    things_somebody(f, r->owner, sizeof r->owner);
    r->person = set == THINGS_EMPLOYERS && people_chance(f, 30);
    int64_t ruc = r->person ? 600000 + people_below(f, 5000000) : 80000000 + people_below(f, 3000000);
    (void)snprintf(r->tax, sizeof r->tax, "%lld-%c", (long long)ruc, things_digit(ruc));
    if (r->person)
        (void)snprintf(r->name, sizeof r->name, "%s", r->owner);
    else
        (void)snprintf(r->name, sizeof r->name, "%s", words);
    if (r->person || people_chance(f, 30))
        things_words(f, r->trade, sizeof r->trade);
    people_pick(f, people_street[PEOPLE_PY], street, sizeof street);
    people_pick(f, people_place[PEOPLE_PY], r->place, sizeof r->place);
    if (people_chance(f, 50))
        (void)snprintf(r->address, sizeof r->address, "Ruta %d km %d", 1 + people_below(f, 12), 1 + people_below(f, 400));
    else
        (void)snprintf(r->address, sizeof r->address, "%s %d", street, 100 + people_below(f, 3000));
    if (people_chance(f, 50))
        (void)snprintf(r->plate, sizeof r->plate, "%c%c%c %03d", 'A' + people_below(f, 26), 'A' + people_below(f, 26), 'A' + people_below(f, 26), people_below(f, 1000));
    else
        (void)snprintf(r->plate, sizeof r->plate, "%c%c%c%c %03d", 'A' + people_below(f, 3), 'A' + people_below(f, 26), 'A' + people_below(f, 26), 'A' + people_below(f, 26), people_below(f, 1000));
    char make[16], model[16];
    people_pick(f, things_make, make, sizeof make);
    people_pick(f, things_model, model, sizeof model);
    (void)snprintf(r->looks, sizeof r->looks, "%s %s", make, model);
    people_pick(f, things_colour, r->colour, sizeof r->colour);
}

PEOPLE_FN void things_plate_misread(struct fiction *f, char *plate)
{
    static const char *const alike[] = { "O0", "0O", "I1", "1I", "B8", "8B", "S5", "5S", "Z2", "2Z" };
    for (size_t i = 0; plate[i]; i++)
        for (size_t k = 0; k < COUNT_OF(alike); k++)
            if (plate[i] == alike[k][0] && people_chance(f, 50)) {
                plate[i] = alike[k][1];
                return;
            }
    size_t n = strlen(plate);
    if (people_chance(f, 40))
        plate[n - 1] = (char)('0' + people_below(f, 10));
}

PEOPLE_FN void things_one_error(struct fiction *f, int set, struct thing_row *r)
{
    switch (people_below(f, 10)) {
    case 0: people_typo(f, r->name, sizeof r->name); break;
    case 1: r->phone[0] = 0; break;
    case 2: things_phone(f, 961000000 + people_below(f, 30000000), r->phone, sizeof r->phone); break;
    case 3: r->address[0] = 0; break;
    case 4: r->tax[0] = 0; break;
    case 5: if (r->tax[0]) r->tax[people_below(f, 5)] = (char)('0' + people_below(f, 10)); break;
    case 6: r->place[0] = 0; break;
    case 7: if (set == THINGS_VEHICLES) things_plate_misread(f, r->plate); else r->owner[0] = 0; break;
    case 8:
        if (set == THINGS_VEHICLES && people_chance(f, 30))
            r->plate[0] = 0;
        else if (strchr(r->looks, ' '))
            *strchr(r->looks, ' ') = 0;
        if (r->person && r->trade[0] && people_chance(f, 30))
            r->name[0] = 0;
        break;
    default: people_typo(f, r->owner, sizeof r->owner);
    }
}

/* One way of writing it down: each time another. */
PEOPLE_FN void things_written(struct fiction *f, int set, const struct thing_made *m, int errors, struct thing_row *r)
{
    char core[96];
    *r = m->row;
    things_phone(f, m->number, r->phone, sizeof r->phone);
    for (int i = 0; i < errors; i++)
        things_one_error(f, set, r);
    (void)snprintf(core, sizeof core, "%s", r->name);
    if (!r->person && core[0]) {
        const char *kind = people_chance(f, 85) ? things_kind[m->kind][errors ? people_below(f, 3) : 0] : "";
        const char *legal = set == THINGS_EMPLOYERS ? things_legal[m->legal][people_below(f, 3)] : "";
        (void)snprintf(r->name, sizeof r->name, "%s%s%.60s%s%s", kind, *kind ? " " : "", core, *legal ? " " : "", legal);
    }
    if (!r->name[0])
        (void)snprintf(r->name, sizeof r->name, "%s", r->trade);
    for (char *p = r->name; people_chance(f, 15) && *p; p++)
        *p = ascii_lower(*p);
    if (people_chance(f, 40) && strchr(r->tax, '-'))
        *strchr(r->tax, '-') = 0;               /* written without its digit */
    char *space = strchr(r->plate, ' ');
    if (space && people_chance(f, 60)) {
        if (people_chance(f, 50))
            *space = '-';
        else
            memmove(space, space + 1, strlen(space));
    }
    (void)snprintf(r->kind, sizeof r->kind, "%s", set == THINGS_VEHICLES ? "pickup" : "");
}

PEOPLE_FN const char *things_csv_head(int set)
{
    return set == THINGS_EMPLOYERS ? "id,firm,trade_name,ruc,phone,address,place\n"
         : set == THINGS_WORKPLACES ? "id,workplace,owner,phone,address,place\n"
         : "id,plate,description,colour,owner,phone\n";
}

PEOPLE_FN void things_csv_row(FILE *f, int set, const char *id, const struct thing_row *r)
{
    if (set == THINGS_EMPLOYERS)
        (void)fprintf(f, "%s,%s,%s,%s,%s,%s,%s\n", id, r->name, r->trade, r->tax, r->phone, r->address, r->place);
    else if (set == THINGS_WORKPLACES)
        (void)fprintf(f, "%s,%s,%s,%s,%s,%s\n", id, r->name, r->owner, r->phone, r->address, r->place);
    else
        (void)fprintf(f, "%s,%s,%s,%s,%s,%s\n", id, r->plate, r->looks, r->colour, r->owner, r->phone);
}

#endif
