/* match_people.h - fictional people of the four countries and the errors offices
 * make with them, from a seed: for tests and benchmarks of src/match.  Every
 * name is an ordinary word list put together at random; nobody here exists. */
#ifndef MATCH_PEOPLE_H
#define MATCH_PEOPLE_H

#include "match/match.h"

#include <stdio.h>
#include <string.h>

#define PEOPLE_FN static __attribute__((unused))

enum { PEOPLE_PY, PEOPLE_AR, PEOPLE_LR, PEOPLE_TH, PEOPLE_COUNTRIES };
enum {                              /* what was done to a copy */
    ERR_SWAPPED = 1, ERR_AGE_ONLY = 2, ERR_NICKNAME = 4, ERR_JOINED = 8, ERR_MARRIED = 16,
    ERR_TYPO = 32, ERR_MISSING = 64, ERR_SOUND = 128, ERR_DATE = 256, ERR_YEAR_ONLY = 512,
    ERR_NO_SECOND = 1024, ERR_INITIAL = 2048, ERR_KINDS = 12
};
PEOPLE_FN const char *const people_kind[ERR_KINDS] = {
    "swapped", "age only", "nickname", "joined", "married", "typing", "missing", "by ear",
    "date", "year only", "no 2nd surname", "initial",
};
PEOPLE_FN const char *const people_code[PEOPLE_COUNTRIES] = { "PY", "AR", "LR", "TH" };

struct fiction {
    uint64_t state;
    int country;
    char street[48], phone[24], surname[32], place[32];     /* of the last household */
};
struct fictional {
    char given[64], surname[64], second[40], birth[16], age[8], sex[12], id[20], phone[24],
         address[64], place[32], nation[24];
    int country;
};

static const char *const people_given_f[PEOPLE_COUNTRIES] = {
    "Maria Rosa Ana Carmen Lucia Sofia Mercedes Ramona Gloria Liz Fatima Graciela Nilda Mirta Norma "
    "Elena Victoria Teresa Lourdes Blanca Alicia Beatriz Patricia Susana Zulma Celeste Noelia Araceli "
    "Gabriela Carolina Daniela Adriana Veronica Yolanda Isabel Dolores Francisca Guadalupe Rosario Concepcion",
    "Maria Ana Lucia Sofia Martina Valentina Florencia Agustina Camila Micaela Rocio Julieta Belen Carolina "
    "Natalia Gabriela Daniela Veronica Silvia Marcela Graciela Susana Beatriz Patricia Alejandra Andrea "
    "Victoria Mercedes Soledad Milagros Eugenia Candela Catalina Josefina Isabel Fernanda Lorena Pamela",
    "Mary Martha Comfort Patience Princess Esther Ruth Hawa Fatu Musu Kou Bendu Garmai Yassah Lorpu Elizabeth "
    "Margaret Catherine Sarah Rebecca Victoria Grace Mercy Blessing Decontee Oretha Jenneh Tenneh Massa Kebbeh "
    "Josephine Christina Theresa Deborah Abigail Florence Cecelia Annie Korto Nyamah",
    "Somchit Malee Siriporn Suda Kanya Pornthip Ratchanee Wanida Nittaya Duangjai Sasithorn Supaporn Anchalee "
    "Chanthra Kamonwan Ladda Naree Orathai Patcharee Rungnapha Saowalak Thidarat Usa Waraporn Yupin Benjawan "
    "Chutima Jintana Kulthida Mayuree Namthip Phikun Rattana Sunisa Thitima Wilaiwan Apinya Busaba",
};
static const char *const people_given_m[PEOPLE_COUNTRIES] = {
    "Juan Jose Carlos Luis Miguel Pedro Francisco Antonio Ramon Victor Jorge Hugo Derlis Cesar Diego Marcos "
    "Fernando Ricardo Roberto Eduardo Gustavo Sergio Oscar Raul Ruben Alberto Alejandro Cristian Rodrigo "
    "Arnaldo Osvaldo Wilfrido Eleuterio Epifanio Manuel Ignacio Guillermo Enrique Rafael Daniel Vicente",
    "Juan Jose Carlos Luis Miguel Santiago Mateo Joaquin Lautaro Thiago Bautista Facundo Nicolas Matias Agustin "
    "Federico Ezequiel Gonzalo Maximiliano Sebastian Alejandro Fernando Gustavo Marcelo Ricardo Roberto "
    "Hector Jorge Hugo Oscar Ruben Norberto Osvaldo Ramon Francisco Antonio Ignacio Tomas Emiliano Rodolfo",
    "John James Joseph Samuel Emmanuel Moses Prince Augustine Abraham David Daniel Peter Thomas William Robert "
    "Varney Boakai Momo Flomo Sekou Mohammed Amara Lamine Saah Tamba Fallah Kollie Sumo Anthony Alexander "
    "Christopher Michael Solomon Jeremiah Isaac Jacob Benjamin Charles Edward Patrick Varmuyan Zubah",
    "Somchai Prasert Anan Boonmee Chaiwat Decha Ekachai Itthiphon Kittisak Krit Manop Narong Nopphadon Phichai "
    "Phongsak Prayut Sakda Sombat Somsak Suchart Surachai Thanakorn Thawatchai Theerapong Wichai Wirat Yutthana "
    "Adisak Apichart Bancha Chalerm Direk Kamol Nattapong Pakorn Ratchapon Sanan Supachai Teerawat Wanchai",
};
static const char *const people_surname[PEOPLE_COUNTRIES] = {
    "Gonzalez Benitez Martinez Lopez Gimenez Vera Ramirez Duarte Villalba Rojas Caceres Acosta Ayala Sosa "
    "Fernandez Cabrera Ortiz Gomez Aquino Rolon Baez Franco Nunez Cardozo Ovelar Zarate Samudio Britez Arce "
    "Mendoza Insfran Chamorro Paredes Ojeda Galeano Valdez Mereles Riveros Amarilla Barrios Vazquez Escobar "
    "Melgarejo Quintana Torales Portillo Areco Bogado Candia Denis Espinola Florentin Garay Ibarrola Jara "
    "Leguizamon Maidana Narvaez Olmedo Penayo Recalde Salinas Torres Urunaga Velazquez Yegros Zorrilla",
    "Gonzalez Rodriguez Gomez Fernandez Lopez Diaz Martinez Perez Garcia Sanchez Romero Sosa Torres Alvarez "
    "Ruiz Ramirez Flores Benitez Acosta Medina Herrera Suarez Aguirre Gimenez Gutierrez Pereyra Rojas Molina "
    "Castro Ortiz Silva Nunez Luna Juarez Cabrera Rios Morales Godoy Moreno Ferreyra Dominguez Carrizo "
    "Peralta Castillo Ledesma Quiroga Vega Vera Munoz Ojeda Ponce Villalba Cardozo Navarro Bianchi Rossi "
    "Ferrari Russo Esposito Romano Colombo Ricci Marino Greco Conti Bruno Galli Lombardi Moretti Zeballos",
    "Johnson Kollie Flomo Cooper Davis Williams Brown Smith Kamara Sumo Massaquoi Toe Weah Doe Togba Karnga "
    "Kpadeh Gbowee Gaye Nyanti Wleh Sackie Mulbah Zayzay Yeanay Tokpah Kerkula Dolo Paye Gono Zeon Quoi "
    "Sirleaf Taylor Tubman Roberts Morris Freeman Harris Jallah Konneh Sheriff Dukuly Bility Fofana Keita "
    "Korkoyah Lavela Menyongar Nagbe Payne Saydee Tarpeh Varpilah Wesseh Zarzar Blamo Chea Duo Fahnbulleh",
    "Saetang Saelee Srisuk Thongdee Chaiyasit Boonmak Phromma Suwannarat Kaewkla Wongsawat Charoensuk Inthasorn "
    "Jaidee Khamwan Limsakul Meesuk Namwong Phanthong Rattanakul Sangthong Sukjai Thepsiri Wannasri Yodrak "
    "Bunnak Chantawong Duangkaew Homchan Intharat Kongkaew Laothong Manirat Noppharat Onsri Phumphuang "
    "Ruangsri Saengarun Somboon Tansiri Upakarn Wattanaporn Yingcharoen Prasitthi Kanchana Pholsena Seehabut "
    "Tongsuk Wiriyakul Sitthichai Chumphon Buaphan Klinhom Phetcharat Sirisak Thammarak Waiyakan Nakprasit",
};
static const char *const people_place[PEOPLE_COUNTRIES] = {
    "Villarrica Caazapa Concepcion Horqueta Caaguazu Pedernal Encarnacion Pilar Itaugua Luque Limpio Aregua",
    "Posadas Obera Eldorado Apostoles Corrientes Goya Resistencia Formosa Salta Oran Tartagal Mendoza Junin",
    "Ganta Gbarnga Voinjama Buchanan Kakata Zwedru Harper Greenville Tubmanburg Sanniquellie Zorzor Bopolu",
    "Ranong Trat Songkhla Pattani Chumphon Rayong Samutsakhon Tak Nan Phayao Surin Sisaket Loei Yasothon",
};
static const char *const people_street[PEOPLE_COUNTRIES] = {
    "Lapacho Tajy Curupayty Yegros Palma Independencia Mariscal Cerro Primavera Boqueron Humaita Ytororo",
    "Rivadavia Belgrano Mitre Sarmiento Urquiza Moreno Alberdi Lavalle Tucuman Paraguay Uruguay Las_Heras",
    "Broad Ashmun Carey Benson Clay Center Lynch Randall Mechlin Warren Newport Gurley Front Buchanan",
    "Sukhumvit Charoen Thetsaban Ratchadamnoen Phetkasem Mittraphap Wiphawadi Chonlaprathan Anuwong",
};

PEOPLE_FN uint64_t people_next(struct fiction *f)
{
    uint64_t z = (f->state += 0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return z ^ z >> 31;
}
PEOPLE_FN int people_below(struct fiction *f, int n) { return (int)(people_next(f) % (uint64_t)n); }
PEOPLE_FN bool people_chance(struct fiction *f, int percent) { return people_below(f, 100) < percent; }

PEOPLE_FN void people_put(char *to, size_t room, const char *s, size_t n)
{
    if (n >= room)
        n = room - 1;
    memcpy(to, s, n);
    to[n] = 0;
}

/* A word of a list, the first ones more often; rarely a made-up variant, as real
 * registers have a long tail. */
PEOPLE_FN void people_pick(struct fiction *f, const char *list, char *to, size_t room)
{
    int n = 1;
    for (const char *p = list; *p; p++)
        n += *p == ' ';
    double u = (double)(people_next(f) >> 11) / 9007199254740992.0;
    int k = (int)(u * u * n);
    const char *p = list;
    while (k-- > 0)
        p = strchr(p, ' ') + 1;
    const char *end = strchr(p, ' ');
    people_put(to, room, p, end ? (size_t)(end - p) : strlen(p));
}

PEOPLE_FN void people_surname_of(struct fiction *f, char *to, size_t room)
{
    static const char *const tail[PEOPLE_COUNTRIES][6] = {
        { "tti", "ez", "ara", "izo", "egui", "alde" }, { "elli", "ini", "etti", "aga", "ola", "enko" },
        { "lee", "kpah", "boe", "gar", "nue", "wolo" }, { "porn", "chai", "wong", "sri", "kul", "phan" },
    };
    people_pick(f, people_surname[f->country], to, room);
    size_t n = strlen(to);
    if (people_chance(f, 35) && n > 4)              /* the long tail */
        (void)snprintf(to + (n > 6 ? 4 : n - 2), room - 6, "%s", tail[f->country][people_below(f, 6)]);
}

PEOPLE_FN void people_household(struct fiction *f)
{
    char street[32];
    people_pick(f, people_street[f->country], street, sizeof street);
    (void)snprintf(f->street, sizeof f->street, "%s %d", street, 1 + people_below(f, 1900));
    int line = 100000 + people_below(f, 899999), y = people_below(f, 10), x = 6 + people_below(f, 4);
    (void)snprintf(f->phone, sizeof f->phone, "09%d%d %d", x, y, line);
    people_pick(f, people_place[f->country], f->place, sizeof f->place);
    people_surname_of(f, f->surname, sizeof f->surname);
}

PEOPLE_FN void people_id(struct fiction *f, char *to, size_t room)
{
    int64_t n = people_below(f, 90000000);
    if (f->country == PEOPLE_PY)
        (void)snprintf(to, room, "%lld", (long long)(n % 7000000 + 1000000));
    else if (f->country == PEOPLE_AR)
        (void)snprintf(to, room, "%lld", (long long)(n % 40000000 + 10000000));
    else if (f->country == PEOPLE_TH)
        (void)snprintf(to, room, "1%012lld", (long long)(n * 7919 % 1000000000000));
    else
        (void)snprintf(to, room, "LR%lld", (long long)(n % 9000000 + 1000000));
}

PEOPLE_FN void people_person(struct fiction *f, struct fictional *p)
{
    static const char *const nation[] = { "paraguaya", "argentina", "Liberian", "Thai" };
    char a[32], b[32];
    *p = (struct fictional){ .country = f->country };
    if (f->phone[0] == 0 || people_chance(f, 70))
        people_household(f);
    bool woman = people_chance(f, 55);
    const char *const *given = woman ? people_given_f : people_given_m;
    people_pick(f, given[f->country], a, sizeof a);
    people_pick(f, given[f->country], b, sizeof b);
    bool two = f->country != PEOPLE_TH && people_chance(f, 60) && strcmp(a, b) != 0;
    (void)snprintf(p->given, sizeof p->given, "%s%s%s", a, two ? " " : "", two ? b : "");
    people_put(p->surname, sizeof p->surname, f->surname, strlen(f->surname));
    if (f->country == PEOPLE_PY || (f->country == PEOPLE_AR && people_chance(f, 30)))
        people_surname_of(f, p->second, sizeof p->second);
    int day = 1 + people_below(f, 28), month = 1 + people_below(f, 12), year = 1975 + people_below(f, 45);
    (void)snprintf(p->birth, sizeof p->birth, "%04d-%02d-%02d", year, month, day);
    (void)snprintf(p->sex, sizeof p->sex, "%s", woman ? "F" : "M");
    people_id(f, p->id, sizeof p->id);
    people_put(p->phone, sizeof p->phone, f->phone, strlen(f->phone));
    people_put(p->address, sizeof p->address, f->street, strlen(f->street));
    people_put(p->place, sizeof p->place, f->place, strlen(f->place));
    (void)snprintf(p->nation, sizeof p->nation, "%s", nation[f->country]);
}

/* ---- errors ------------------------------------------------------------------------ */

PEOPLE_FN void people_typo(struct fiction *f, char *s, size_t room)
{
    size_t n = strlen(s);
    if (n < 4 || n + 2 > room)
        return;
    size_t i = 1 + (size_t)people_below(f, (int)n - 2);
    char letter = (char)('a' + people_below(f, 26));
    switch (people_below(f, 4)) {
    case 0: s[i] = letter; break;
    case 1: memmove(s + i, s + i + 1, n - i); break;
    case 2: memmove(s + i + 1, s + i, n - i + 1); s[i] = letter; break;
    default: { char t = s[i]; s[i] = s[i - 1]; s[i - 1] = t; }
    }
}

PEOPLE_FN bool people_replace(char *s, size_t room, const char *from, const char *to)
{
    char *at = strstr(s, from);
    size_t n = strlen(s), a = strlen(from), b = strlen(to);
    if (!at || n - a + b >= room)
        return false;
    memmove(at + b, at + a, n - (size_t)(at - s) - a + 1);
    memcpy(at, to, b);
    return true;
}

PEOPLE_FN bool people_by_ear(struct fiction *f, char *s, size_t room)
{
    static const char *const sound[PEOPLE_COUNTRIES][8][2] = {
        { { "z", "s" }, { "v", "b" }, { "ll", "y" }, { "g", "j" }, { "c", "s" }, { "mb", "b" }, { "i", "y" }, { "nd", "d" } },
        { { "z", "s" }, { "v", "b" }, { "ll", "y" }, { "ge", "je" }, { "c", "s" }, { "y", "i" }, { "x", "s" }, { "qu", "k" } },
        { { "kp", "p" }, { "gb", "b" }, { "ph", "f" }, { "c", "k" }, { "eh", "ay" }, { "ah", "a" }, { "ee", "i" }, { "oh", "o" } },
        { { "ph", "p" }, { "th", "t" }, { "r", "l" }, { "ch", "j" }, { "ee", "i" }, { "orn", "on" }, { "kh", "k" }, { "w", "v" } },
    };
    int from = people_below(f, 8);
    for (int i = 0; i < 8; i++) {
        const char *const *r = sound[f->country][(from + i) % 8];
        if (people_replace(s + 1, room - 1, r[0], r[1]))
            return true;
    }
    return false;
}

PEOPLE_FN bool people_nickname(char *given, size_t room)
{
    static const char *const nick[][2] = {
        { "Francisco", "Pancho" }, { "Jose", "Pepe" }, { "Ignacio", "Nacho" }, { "Alejandro", "Ale" },
        { "Guadalupe", "Lupe" }, { "Dolores", "Lola" }, { "Concepcion", "Concha" }, { "Mercedes", "Meche" },
        { "Eduardo", "Edu" }, { "Gustavo", "Tavo" }, { "Guillermo", "Memo" }, { "Roberto", "Beto" },
        { "Fernando", "Nando" }, { "Daniela", "Dani" }, { "Gabriela", "Gabi" }, { "Rafael", "Rafa" },
        { "Carolina", "Caro" }, { "Beatriz", "Betty" }, { "Patricia", "Pato" }, { "Sebastian", "Seba" },
        { "Nicolas", "Nico" }, { "Santiago", "Santi" }, { "Agustina", "Agus" }, { "Florencia", "Flor" },
        { "Soledad", "Sole" }, { "Teresa", "Tere" }, { "Manuel", "Manolo" }, { "Enrique", "Quique" },
        { "Elizabeth", "Liz" }, { "William", "Bill" }, { "Robert", "Bob" }, { "James", "Jim" },
        { "Joseph", "Joe" }, { "Thomas", "Tom" }, { "Samuel", "Sam" }, { "Emmanuel", "Emma" },
        { "Margaret", "Maggie" }, { "Catherine", "Kate" }, { "Victoria", "Vicky" }, { "Michael", "Mike" },
        { "Anthony", "Tony" }, { "Patience", "Pat" }, { "Rebecca", "Becky" }, { "Christopher", "Chris" },
    };
    for (size_t i = 0; i < COUNT_OF(nick); i++)
        if (people_replace(given, room, nick[i][0], nick[i][1]))
            return true;
    return false;
}

PEOPLE_FN void people_age(struct fictional *p, struct fiction *f)
{
    int year = 0;
    for (int i = 0; i < 4; i++)
        year = year * 10 + (p->birth[i] - '0');
    (void)snprintf(p->age, sizeof p->age, "%d", 2026 - year - (int)people_below(f, 2));
    p->birth[0] = 0;
}

PEOPLE_FN void people_date(struct fictional *p, struct fiction *f)
{
    if (people_chance(f, 50)) {
        char t[2] = { p->birth[5], p->birth[6] };
        memcpy(p->birth + 5, p->birth + 8, 2);
        memcpy(p->birth + 8, t, 2);
    } else {
        char digit = (char)('0' + people_below(f, 10));
        p->birth[people_chance(f, 50) ? 9 : 3] = digit;
    }
}

PEOPLE_FN void people_swap(char *a, char *b, size_t room)
{
    char t[64];
    people_put(t, sizeof t, a, strlen(a));
    people_put(a, room, b, strlen(b));
    people_put(b, room, t, strlen(t));
}

PEOPLE_FN unsigned people_one_error(struct fiction *f, struct fictional *p)
{
    char *name = people_chance(f, 50) ? p->given : p->surname;
    switch (people_below(f, 14)) {
    case 0: people_swap(p->given, p->surname, sizeof p->given); return ERR_SWAPPED;
    case 1: if (!p->birth[0]) return 0; people_age(p, f); return ERR_AGE_ONLY;
    case 2: return people_nickname(p->given, sizeof p->given) ? ERR_NICKNAME : 0;
    case 3: return people_replace(p->given, sizeof p->given, " ", "") ? ERR_JOINED : 0;
    case 4:
        if (p->sex[0] != 'F' || f->country == PEOPLE_TH)
            return 0;
        if (f->country == PEOPLE_LR) {
            people_surname_of(f, p->surname, sizeof p->surname);
        } else {
            char of[40];
            people_surname_of(f, of, 32);
            (void)snprintf(p->second, sizeof p->second, "de %.30s", of);
        }
        return ERR_MARRIED;
    case 5: case 6: people_typo(f, name, 64); return ERR_TYPO;
    case 7: p->id[0] = 0; if (people_chance(f, 50)) p->phone[0] = 0; return ERR_MISSING;
    case 8: p->birth[0] = 0; return ERR_MISSING;
    case 9: case 10: return people_by_ear(f, name, 64) ? ERR_SOUND : 0;
    case 11: if (!p->birth[0]) return 0; people_date(p, f); return ERR_DATE;
    case 12: if (!p->birth[0]) return 0; p->birth[4] = 0; return ERR_YEAR_ONLY;
    default:
        if (p->second[0] && people_chance(f, 70)) { p->second[0] = 0; return ERR_NO_SECOND; }
        if (strchr(p->given, ' ')) { char *at = strchr(p->given, ' '); at[2] = 0; return ERR_INITIAL; }
        return 0;
    }
}

/* Another office's record of p: up to `most` errors; what offices do not share
 * (ids, phones, addresses) is often not there. */
PEOPLE_FN unsigned people_copy(struct fiction *f, const struct fictional *p, int most,
                               struct fictional *out)
{
    unsigned done = 0;
    int n = 1 + people_below(f, most);
    *out = *p;
    if (people_chance(f, 60)) out->id[0] = 0;
    if (people_chance(f, 40)) out->phone[0] = 0;
    if (people_chance(f, 30)) out->address[0] = 0;
    if (people_chance(f, 15)) out->place[0] = 0;
    if (people_chance(f, 20)) out->sex[0] = 0;
    if (people_chance(f, 25)) {                 /* moved, new number */
        struct fiction other = *f;
        people_household(&other);
        f->state = other.state;
        people_put(out->phone, sizeof out->phone, other.phone, strlen(other.phone));
        people_put(out->address, sizeof out->address, other.street, strlen(other.street));
    }
    for (int i = 0; i < n; i++)
        done |= people_one_error(f, out);
    return done;
}

PEOPLE_FN struct match_record people_record(const struct fictional *p)
{
    struct match_record r = {
        .given = str_c(p->given), .surname = str_c(p->surname), .second = str_c(p->second),
        .birth = str_c(p->birth), .sex = str_c(p->sex), .address = str_c(p->address),
        .place = str_c(p->place), .nationality = str_c(p->nation), .country = str_c(people_code[p->country]),
        .age_on = 20544,                        /* 2026-04-01 */
    };
    int64_t age;
    r.has_age = str_to_i64(str_c(p->age), &age);
    r.age = r.has_age ? (int)age : 0;
    r.ids[0].value = str_c(p->id);
    r.phones[0] = str_c(p->phone);
    return r;
}

PEOPLE_FN const char *people_csv_head(void)
{
    return "id,given,surname,second_surname,birth_date,age,sex,nid,phone,address,place,nationality\n";
}

PEOPLE_FN void people_csv_row(FILE *f, const char *id, const struct fictional *p)
{
    (void)fprintf(f, "%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s\n", id, p->given, p->surname, p->second,
                  p->birth, p->age, p->sex, p->id, p->phone, p->address, p->place, p->nation);
}
#endif
