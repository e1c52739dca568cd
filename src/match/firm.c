/* firm.c - names of firms, places and vehicles before they become words of a
 * record: what every firm's name has says nothing, what it is goes apart.
 *
 * "Ladrillería San José S.R.L." = "san jose", a brick kiln.  The lists are this
 * project's own, from common use; they are short and want local eyes.
 */
#include "match/inside.h"

static bool among(const char *list, struct str w)
{
    struct str rest = str_c(list), item;
    while (str_next(&rest, ' ', &item))
        if (str_eq(item, w))
            return true;
    return false;
}

/* Forms of companies, as they are left by fold(): single letters are put together
 * first, so that S.A., S. A. and SA are one.  The last four are Thai ("company",
 * "limited", "partnership", "public") letter by letter. */
static const char legal[] = "sa srl sas saci sacif saca sae saeca eas eirl sac sca scs sh sc sl cv inc incorporated "
    "ltd ltda limited llc llp plc pcl co corp corporation company cia enterprise enterprises "
    "brisath chakad hanghunswn mhachn";
/* Before the name of a boat, a firm, a house: nothing. */
static const char before[] = "fv mv lm vapor don dona senor senora sr sra firma empresa establecimiento";

static const struct { const char *short_form, *whole; } abbreviations[] = {
    { "sta", "santa" }, { "sto", "santo" }, { "gral", "general" }, { "cnel", "coronel" },
    { "hnos", "hermanos" }, { "hno", "hermano" }, { "bros", "brothers" }, { "pte", "presidente" },
    { "mcal", "mariscal" }, { "ea", "estancia" }, { "est", "estancia" }, { "pto", "puerto" }, { "ind", "industrias" },
};

/* What it is, by the codes of the packs' list place_kind where there is one. */
static const struct { const char *what, *words; } kinds[] = {
    { "ranch", "estancia hacienda ranch ganadera ganaderia cabana" },
    { "farm", "granja chacra finca farm plantation plantacion campo quinta agricola huerta agropecuaria estate" },
    { "brick_kiln", "oleria ladrilleria ladrillera ladrillos ceramica brick bricks kiln" },
    { "charcoal", "carboneria carbonera charcoal" },
    { "sawmill", "aserradero obraje sawmill maderera" },
    { "mine", "mina mine cantera quarry minera mining" },
    { "factory", "fabrica factory planta frigorifico maquila industria industrias industrial orngngan" },
    { "workshop", "taller workshop" },
    { "building_site", "obra constructora construcciones construction" },
    { "boat", "barco lancha bote boat vessel erue" },
    { "port", "puerto port pier muelle" },
    { "bar", "bar pub whiskeria cantina boliche club karaoke" },
    { "shop", "almacen despensa tienda shop store mercado market comercial supermercado" },
    { "transport", "transportes transporte transport logistica logistics" },
};

static const char *kind_of(struct str w)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (among(kinds[i].words, w))
            return kinds[i].what;
    return NULL;
}

static struct str written_out(struct str w)
{
    for (size_t i = 0; i < COUNT_OF(abbreviations); i++)
        if (str_is(w, abbreviations[i].short_form))
            return str_c(abbreviations[i].whole);
    return w;
}

struct words { struct str w[WORDS_MAX]; size_t n; };

/* Runs of two to six single letters are one word: "s r l". */
static void spell_together(const struct folded *f, char room[FOLD_MAX], struct words *out)
{
    size_t used = 0;
    out->n = 0;
    for (size_t i = 0; i < f->n_words;) {
        size_t run = 0;
        while (i + run < f->n_words && f->w[i + run].n == 1 && ascii_alpha(f->w[i + run].p[0]) && run < 6)
            run++;
        if (run < 2) {
            out->w[out->n++] = written_out((struct str){ f->w[i].p, f->w[i].n });
            i++;
            continue;
        }
        for (size_t k = 0; k < run; k++)
            room[used + k] = f->w[i + k].p[0];
        out->w[out->n++] = (struct str){ room + used, run };
        used += run;
        i += run;
    }
}

static struct str joined(const struct str *w, size_t n, char *room, size_t size)
{
    size_t at = 0;
    for (size_t i = 0; i < n && at + w[i].n + 1 < size; i++) {
        if (at)
            room[at++] = ' ';
        memcpy(room + at, w[i].p, w[i].n);
        at += w[i].n;
    }
    return (struct str){ room, at };
}

void match_firm(struct str written, char room[MATCH_FIRM_MAX], struct match_firm *out)
{
    struct folded f;
    struct words all;
    struct str kept[WORDS_MAX];
    char letters[FOLD_MAX];
    size_t n = 0;
    *out = (struct match_firm){ 0 };
    fold(str_sub(written, 0, MATCH_FIELD_MAX), &f);
    spell_together(&f, letters, &all);
    for (size_t i = 0; i < all.n; i++) {
        const char *what = kind_of(all.w[i]);
        if (what && !out->what.n)
            out->what = str_c(what);
        if (!what && !among(legal, all.w[i]) && !among(before, all.w[i]))
            kept[n++] = all.w[i];
    }
    out->name = n ? joined(kept, n, room, MATCH_FIRM_MAX) : joined(all.w, all.n, room, MATCH_FIRM_MAX);
}

/* Letters and digits, Thai ones in Latin; read from a moving car: O is 0, I is 1. */
size_t plate_plain(struct str written, char out[40])
{
    struct folded f;
    size_t n = 0;
    fold(str_sub(written, 0, MATCH_FIELD_MAX), &f);
    for (size_t i = 0; i < f.n_words; i++)
        for (size_t k = 0; k < f.w[i].n && n < 40; k++) {
            char ch = f.w[i].p[k];
            if (ascii_digit(ch) || ascii_alpha(ch))
                out[n++] = ch == 'o' ? '0' : ch == 'i' ? '1' : ch;
        }
    return n;
}

/* Two words that no rule of sounds touches, for they begin with a digit: the last
 * three signs, and what stands before them.  One of them seen is found again. */
struct str match_plate(struct str written, char room[MATCH_PLATE_MAX])
{
    enum { TAIL = 3 };
    char s[40];
    size_t n = plate_plain(written, s), at = 0;
    if (n < TAIL)
        return (struct str){ 0 };
    if (n > MATCH_PLATE_MAX - 4)
        n = MATCH_PLATE_MAX - 4;
    room[at++] = '0';
    for (size_t i = 0; i < n; i++) {
        if (i + TAIL == n && i) {
            room[at++] = ' ';
            room[at++] = '0';
        }
        room[at++] = s[i];
    }
    return (struct str){ room, at };
}

static struct str beside(struct str a, struct str b, char *room, size_t size)
{
    const struct str both[] = { str_sub(a, 0, MATCH_FIRM_MAX / 4), str_sub(b, 0, MATCH_FIRM_MAX / 4) };
    return !a.n ? b : !b.n ? a : joined(both, 2, room, size);
}

/* A name takes the place of given names, the owner's that of a family's: two
 * places of one owner are then like two people of one house, and what they share
 * is discounted.  (Aliases would not do: how common they are is not counted.) */
void match_thing(const struct match_thing *t, struct match_thing_room *room, struct match_record *r)
{
    struct match_firm name, owner;
    match_firm(t->name, room->name, &name);
    match_firm(t->owner, room->owner, &owner);
    struct str plate = match_plate(t->plate, room->plate);
    r->given = plate.n ? plate : name.name;
    r->surname = owner.name;
    r->second = plate.n ? name.name : (struct str){ 0 };
    struct str what = t->description.n ? t->description : t->kind.n ? t->kind : name.what;
    r->extra = beside(what, t->colour, room->extra, sizeof room->extra);
    if (plate.n)
        r->ids[MATCH_IDS - 1] = (struct match_id){ STR("plate"), t->plate };
}

struct str match_phone(struct str written, char room[16])
{
    return (struct str){ room, packed_text(phone_pack(written, (struct str){ 0 }), room) };
}

struct str match_number(struct str written, struct str type, struct str country, char room[16])
{
    uint16_t unused;
    return (struct str){ room, packed_text(id_pack(written, type, country, &unused), room) };
}
