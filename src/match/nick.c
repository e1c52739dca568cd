/* nick.c - short forms of names (hipocoristicos, nicknames) and small words.
 *
 * The lists are this project's own, written from common knowledge of how people
 * are called in Paraguay and Argentina, in Liberia, and in English; see
 * match.md for what they are not.  A group is one line; a word may stand in up
 * to three groups ("ale" is Alejandro and Alejandra).
 */
#include "match/inside.h"

#include <pthread.h>
#include <stdlib.h>

static const char *const groups[] = {
    /* Spanish of Paraguay and Argentina */
    "francisco pancho paco chico fran kiko francis frank",
    "jose pepe chepe josecito pepito jos cheo",
    "juan juancho juancito juani juanchi",
    "ignacio nacho",
    "maria mary mari marita mariquita cuca",
    "alejandro ale alex jano sandro alejo",
    "alejandra ale sandra jana",
    "guadalupe lupe lupita",
    "dolores lola loli lolita",
    "concepcion concha conchita conce cachita",
    "isabel isa chabela chavela bel isabella",
    "francisca pancha paquita fran paca",
    "antonio tono tonio toni tonito",
    "antonia tona toni",
    "manuel manolo manu lolo",
    "manuela manu manola",
    "jesus chucho chuy",
    "rosario charo chari",
    "mercedes meche mecha merche",
    "eduardo edu lalo eddy",
    "gustavo gus tavo",
    "guillermo memo guille willy",
    "guillermina guille mina",
    "luis lucho luisito lucas luchi",
    "luisa lucha luli",
    "roberto beto tito rober robert",
    "alberto beto albert",
    "norberto beto nor",
    "gilberto beto gil",
    "humberto beto",
    "ernesto neto tito",
    "fernando fer nando",
    "fernanda fer nanda",
    "daniel dani dany",
    "daniela dani dany",
    "gabriel gabi gaby gabo",
    "gabriela gabi gaby",
    "rafael rafa",
    "miguel migue micky mike",
    "carlos charly carlitos charlie",
    "carlota carla",
    "carolina caro carito",
    "catalina cata caty",
    "cristina cris cristi tina",
    "cristian cris",
    "beatriz bea betty beti",
    "patricia pato patri paty pati",
    "patricio pato patri",
    "sebastian seba sebas",
    "nicolas nico",
    "maximiliano maxi",
    "maximo maxi",
    "federico fede",
    "leonardo leo nardo",
    "leonor leo nora",
    "santiago santi",
    "tomas tomi tommy",
    "matias mati",
    "agustin agus",
    "agustina agus",
    "valentina vale valen",
    "valeria vale",
    "veronica vero",
    "victoria vicky viki",
    "victor vito vitin",
    "florencia flor flopi",
    "soledad sole",
    "consuelo chelo",
    "marcelo chelo marce",
    "marcela marce chela",
    "graciela chela grace",
    "micaela mica",
    "rocio ro chio",
    "lucia lu luci lucy",
    "teresa tere teresita",
    "magdalena magda lena",
    "elena nena lena helena",
    "susana susi susy",
    "rosa rosi rosita rosy",
    "ramon moncho",
    "ramona moncha mona",
    "gregorio goyo",
    "gregoria goya",
    "julio julito",
    "cesar checha",
    "hector tito",
    "pedro perucho pedrito",
    "pablo pablito",
    "jorge coco yoyo jorgito",
    "sergio checho",
    "joaquin joaco quino",
    "andres andy andi",
    "andrea andre andy",
    "enrique quique kike",
    "hernan nano",
    "mariano nano",
    "esperanza espe pera",
    "encarnacion encarna encar",
    "asuncion asu",
    "ana anita ani",
    "celeste cele",
    "celestino cele tino",
    "faustino tino",
    "florentino tino",
    "josefina jose fina pepa",
    "liliana lili",
    "lidia lili",
    "natalia nati naty",
    "noelia noe",
    "rodrigo rodri",
    "ricardo richard ricky cacho",
    "oscar cacho",
    "osvaldo osva valdo",
    "reinaldo rey naldo",
    "arnaldo naldo",
    "bernardo berni nardo",
    "bernarda berni",
    "benjamin benja",
    "belen belu",
    "camila cami",
    "candelaria cande",
    "candida cande",
    "estefania estefi",
    "estela estelita",
    "eugenia euge",
    "evangelina eva lina",
    "fabian fabi",
    "fabiana fabi",
    "ximena xime jime",
    "juliana juli",
    "julieta juli",
    "julia juli",
    "julian juli",
    "lorena lore",
    "lourdes lulu lurdes",
    "macarena maca",
    "margarita marga margui",
    "martina tina marti",
    "milagros mili mila",
    "pamela pame",
    "raquel raque",
    "silvia silvi",
    "sofia sofi",
    "yolanda yoli",
    "zulma zuly",
    "cirilo ciri", "eleuterio lute", "epifanio epi", "wilfrido wilfri",
    "nestor neto", "rolando rolo", "rodolfo rolo fito", "adolfo fito", "alfredo fredy alfre",
    "wilson wil", "edgar edy", "hugo huguito", "raul rulo", "ruben ruby", "salvador chava salva",
    "vicente chente", "refugio cuca", "socorro coco", "trinidad trini", "virginia vicky gina",
    "zenaida zeni", "gonzalo gonza", "facundo facu", "ezequiel eze", "emiliano emi",
    "emilia emi", "emilio emi", "jazmin jaz", "araceli ara", "fatima fati", "griselda grise",
    /* English, as in Liberia */
    "william bill billy will willie liam",
    "robert bob bobby rob robbie bert",
    "richard dick rick ricky rich",
    "james jim jimmy jamie jimmie",
    "john johnny jack jon johnnie",
    "jonathan jon jonny nathan",
    "joseph joe joey jo",
    "thomas tom tommy thom",
    "charles charlie chuck chas",
    "edward ed eddie ted ned teddy",
    "michael mike mick mikey mickey",
    "daniel dan danny",
    "samuel sam sammy",
    "samantha sam sammie",
    "benjamin ben benny bennie",
    "emmanuel emma manny immanuel",
    "emmanuella emma ella",
    "alexander alex sandy alec xander",
    "alexandra alex sandra lexi",
    "andrew andy drew",
    "anthony tony ant",
    "antony tony",
    "matthew matt matty",
    "christopher chris topher kit",
    "christine chris chrissy tina",
    "christina chris tina chrissie",
    "nicholas nick nicky",
    "peter pete",
    "patrick pat paddy",
    "patience pat pesh",
    "patricia pat patsy trish tricia",
    "david dave davy",
    "stephen steve stevie steven",
    "george georgie",
    "henry harry hank",
    "harold harry hal",
    "frederick fred freddie freddy",
    "abraham abe abie",
    "augustus gus gussie",
    "augustine gus austin",
    "solomon sol solo",
    "timothy tim timmy",
    "philip phil",
    "gregory greg",
    "jeremiah jerry jerome",
    "gerald jerry gerry",
    "nathaniel nat nate nathan",
    "isaac ike",
    "jacob jake",
    "joshua josh",
    "zachary zach zac",
    "leonard len lenny leo",
    "lawrence larry laurie",
    "raymond ray",
    "ronald ron ronnie",
    "kenneth ken kenny",
    "elizabeth liz beth betty lizzie eliza betsy liza bess libby",
    "mary molly polly mamie",
    "margaret maggie meg peggy marge greta",
    "catherine kate cathy katie kathy kitty",
    "katherine kate kathy katie kitty",
    "sarah sally sadie sara",
    "susan sue susie suzie",
    "deborah deb debbie debra",
    "rebecca becky becca",
    "jennifer jen jenny",
    "jessica jess jessie",
    "victoria vicky tori",
    "comfort comfy",
    "princess prinny",
    "theresa terry tess tessa",
    "terence terry",
    "dorothy dot dolly dottie",
    "martha mattie marty",
    "esther essie hester",
    "hannah annie hanna",
    "ann annie nancy anne anna",
    "helen nell nellie ellen",
    "eleanor nell nellie ellie nora",
    "evelyn eve evie",
    "florence flo flossie",
    "josephine jo josie",
    "julia julie",
    "laura laurie",
    "lucinda cindy lucy",
    "cynthia cindy",
    "rachel rae",
    "rosemary rose rosie",
    "bendu bindu", "mamadee mamadi", "mohammed mo mohamed muhammad mamadou mohammad",
    "fatu fatuma fatoumata fatima", "amara amarah", "momo momoh", "varney vani",
    "kou koumba", "musu musuline", "hawa eva", "siafa siaffa", "boakai bokai",
    "isabella bella izzy", "amelia millie amy", "olivia liv livvy", "charlotte lottie charlie",
    "harriet hattie harry", "francis frank", "frances fran fanny", "theodore theo ted teddy",
    "jackson jack", "oliver ollie", "archibald archie", "albert bert albie", "alfred alf alfie fred",
    "walter walt wally", "vincent vince vinny", "douglas doug", "donald don donnie",
    "eugene gene", "louis lou louie lewis", "martin marty", "maxwell max", "oscar ossie",
    "reginald reg reggie", "sidney sid", "stanley stan", "abigail abby gail", "amanda mandy",
    "barbara barb babs", "caroline carrie carol", "gwendolyn gwen", "jacqueline jackie",
    "kimberly kim", "madeline maddie", "natalie nat", "pamela pam", "penelope penny",
    "philippa pip", "sophia sophie", "stephanie steph", "tabitha tabby", "veronica ronnie vera",
    "winifred winnie",
};

static const struct str particles[] = {
    STR_INIT("de"), STR_INIT("del"), STR_INIT("la"), STR_INIT("las"), STR_INIT("los"),
    STR_INIT("da"), STR_INIT("das"), STR_INIT("do"), STR_INIT("dos"), STR_INIT("di"),
    STR_INIT("du"), STR_INIT("y"), STR_INIT("e"), STR_INIT("el"), STR_INIT("van"),
    STR_INIT("von"), STR_INIT("der"), STR_INIT("den"), STR_INIT("bin"), STR_INIT("binti"),
    STR_INIT("al"), STR_INIT("san"), STR_INIT("santa"), STR_INIT("of"),
};
static const struct str marriage[] = {
    STR_INIT("vda"), STR_INIT("viuda"), STR_INIT("esposa"), STR_INIT("sra"), STR_INIT("nee"),
    STR_INIT("wife"),
};
static const struct str titles[] = {
    STR_INIT("don"), STR_INIT("dona"), STR_INIT("mr"), STR_INIT("mrs"), STR_INIT("miss"),
    STR_INIT("ms"), STR_INIT("dr"), STR_INIT("dra"), STR_INIT("lic"), STR_INIT("ing"),
    STR_INIT("abog"), STR_INIT("prof"), STR_INIT("nai"), STR_INIT("nang"), STR_INIT("khun"),
    STR_INIT("sir"), STR_INIT("chief"), STR_INIT("rev"), STR_INIT("pastor"), STR_INIT("hon"),
    STR_INIT("jr"), STR_INIT("sr"), STR_INIT("sor"), STR_INIT("fray"), STR_INIT("baron"),
    STR_INIT("lord"), STR_INIT("lady"), STR_INIT("1st"), STR_INIT("2nd"), STR_INIT("3rd"),
    STR_INIT("baronet"), STR_INIT("earl"), STR_INIT("duke"), STR_INIT("the"),
};

struct entry { struct str word; uint16_t group; };
static struct entry table[1400];
static size_t n_table;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int by_word(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int d = str_cmp(x->word, y->word);
    return d ? d : (int)x->group - (int)y->group;
}

static void fill(void)
{
    for (size_t g = 0; g < COUNT_OF(groups); g++) {
        struct str rest = str_c(groups[g]), w;
        while (n_table < COUNT_OF(table) && str_next(&rest, ' ', &w))
            table[n_table++] = (struct entry){ w, (uint16_t)(g + 1) };
    }
    qsort(table, n_table, sizeof *table, by_word);
}

size_t nick_groups(void)
{
    return COUNT_OF(groups);
}

void nicks_of(struct str word, uint16_t out[NICKS])
{
    (void)pthread_once(&once, fill);
    size_t lo = 0, hi = n_table, k = 0;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (str_cmp(table[mid].word, word) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (; k < NICKS && lo < n_table && str_eq(table[lo].word, word); lo++)
        out[k++] = table[lo].group;
    while (k < NICKS)
        out[k++] = 0;
}

struct str nick_lead(uint16_t group)
{
    struct str rest, w = { "", 0 };
    if (group == 0 || group > COUNT_OF(groups))
        return w;
    rest = str_c(groups[group - 1]);
    (void)str_next(&rest, ' ', &w);
    return w;
}

static bool listed(const struct str *list, size_t n, struct str w)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(w, list[i]))
            return true;
    return false;
}

bool is_particle(struct str w) { return listed(particles, COUNT_OF(particles), w); }
bool is_marriage_mark(struct str w) { return listed(marriage, COUNT_OF(marriage), w); }
bool is_title(struct str w) { return listed(titles, COUNT_OF(titles), w); }
