/* CSV in and out, XLSX, and rows of the HTCDS workbook. */
#include "forms/htcds.h"
#include "forms/htcds_table.h"
#include "t.h"

#include <stdlib.h>
#include <zip.h>

enum { MEM = 256 * 1024 * 1024 };

/* ---- CSV ----------------------------------------------------------------------- */

static void csv_read(struct t *t)
{
    static const struct { const char *text; int rows, line, cells; const char *last; } v[] = {
        { "", 0, 0, 0, "" },
        { "a,b\n1,2\n", 2, 2, 2, "2" },
        { "a,b\r\n1,2", 2, 2, 2, "2" },
        { "\xEF\xBB\xBF" "a", 1, 1, 1, "a" },
        { "\"x,\"\"y\"\"\",z\n", 1, 1, 2, "z" },
        { "\"two\nlines\",b\nc", 2, 3, 1, "c" },
        { "a,,\n\n,,\nb", 2, 4, 1, "b" },
        { "\"\"", 0, 0, 0, "" },
        { "a\rb", 1, 1, 1, "a\rb" },
    };
    for (size_t i = 0; i < COUNT_OF(v); i++) {
        struct ctx c;
        struct sheet s;
        ctx_init(&c, MEM);
        OK(&c, csv_load(&c, str_c(v[i].text), &s));
        CHECK_EQ(s.n, v[i].rows);
        if (s.n) {
            const struct sheet_row *r = &s.row[s.n - 1];
            CHECK_EQ(r->line, v[i].line);
            CHECK_EQ(r->n, v[i].cells);
            CHECK_STR(r->cell[r->n - 1], v[i].last);
        }
        ctx_done(&c);
    }
}

static void csv_refused(struct t *t)
{
    static const struct { const char *text, *key, *detail; } v[] = {
        { "a\n\"b", "csv.open-quote", "csv: line 2" },
        { "a\n\"b\"c", "csv.after-quote", "csv: line 2" },
        { "a\nb\"c", "csv.stray-quote", "csv: line 2" },
        { "a\xff", "csv.not-utf8", "csv: 2 bytes" },
    };
    struct ctx c;
    struct sheet s;
    struct buf b;
    for (size_t i = 0; i < COUNT_OF(v); i++) {
        ctx_init(&c, MEM);
        CHECK_EQ(csv_load(&c, str_c(v[i].text), &s), ERR_INPUT);
        CHECK_STR(str_c(c.fault.key), v[i].key);
        CHECK_STR(str_c(c.fault.detail), v[i].detail);
        ctx_done(&c);
    }
    ctx_init(&c, MEM);
    CHECK_EQ(csv_load(&c, ((struct str){ "a\0b", 3 }), &s), ERR_INPUT);
    ctx_done(&c);
    ctx_init(&c, MEM);
    buf_init(&b, &c.mem, 4096);
    for (int i = 0; i <= SHEET_COLS_MAX; i++)
        buf_put(&b, STR("a,"));
    CHECK_EQ(csv_load(&c, buf_str(&b), &s), ERR_INPUT);
    CHECK_STR(str_c(c.fault.key), "csv.too-wide");
    ctx_done(&c);
}

static void csv_written(struct t *t)
{
    static const struct { const char *cell, *out; } v[] = {
        { "plain", "plain" }, { "a,b", "\"a,b\"" }, { "say \"x\"", "\"say \"\"x\"\"\"" },
        { "=1+1", "\"'=1+1\"" }, { "+cmd|' /C calc'!A0", "\"'+cmd|' /C calc'!A0\"" },
        { "-12.5", "-12.5" }, { "+595981123456", "+595981123456" }, { "+595 981 123456", "+595 981 123456" },
        { "-2+3", "\"'-2+3\"" }, { "@SUM(A1)", "\"'@SUM(A1)\"" }, { "\t=1", "\"'\t=1\"" },
        { "-", "\"'-\"" }, { "", "" }, { " x", "\" x\"" }, { "a\nb", "\"a\nb\"" }, { "-1.2.3", "\"'-1.2.3\"" },
        { "\xEF\xBB\xBF" "x", "\"\xEF\xBB\xBF" "x\"" },
    };
    struct ctx c;
    ctx_init(&c, MEM);
    for (size_t i = 0; i < COUNT_OF(v); i++) {
        struct buf b;
        struct sheet s;
        buf_init(&b, &c.mem, 256);
        csv_put(&b, str_c(v[i].cell), true);
        CHECK_STR(buf_str(&b), v[i].out);
        if (v[i].out[0] && v[i].out[1] == '\'')
            continue;
        csv_end(&b);                                /* and what is written reads back */
        OK(&c, csv_load(&c, buf_str(&b), &s));
        if (v[i].cell[0] && s.n)
            CHECK_STR(s.row[0].cell[0], v[i].cell);
    }
    ctx_done(&c);
}

static void serials(struct t *t)
{
    static const struct { const char *serial, *date; } v[] = {
        { "1", "1900-01-01" }, { "59", "1900-02-28" }, { "61", "1900-03-01" }, { "45000", "2023-03-15" },
        { "45000.0", "2023-03-15" }, { "2958465", "9999-12-31" },
        { "60", NULL }, { "0", NULL }, { "-1", NULL }, { "2958466", NULL }, { "45000.5", NULL }, { "x", NULL },
    };
    struct ctx c;
    ctx_init(&c, MEM);
    for (size_t i = 0; i < COUNT_OF(v); i++) {
        struct str s = STR("");
        bool ok = sheet_serial_date(&c.mem, str_c(v[i].serial), &s);
        CHECK_EQ(ok, v[i].date != NULL);
        if (ok)
            CHECK_STR(s, v[i].date);
    }
    ctx_done(&c);
}

/* ---- XLSX ------------------------------------------------------------------------ */

struct part { const char *name; struct str text; };

/* A ZIP of these parts. */
static struct str archive(struct t *t, struct ctx *c, const struct part *v, size_t n)
{
    zip_error_t e;
    zip_stat_t st;
    zip_error_init(&e);
    zip_source_t *src = zip_source_buffer_create(NULL, 0, 0, &e);
    zip_t *z = zip_open_from_source(src, ZIP_TRUNCATE, &e);
    zip_source_keep(src);
    for (size_t i = 0; i < n; i++)
        CHECK(zip_file_add(z, v[i].name, zip_source_buffer(z, v[i].text.p, v[i].text.n, 0), 0) >= 0);
    CHECK_EQ(zip_close(z), 0);
    CHECK_EQ(zip_source_stat(src, &st), 0);
    char *p = arena_alloc(&c->mem, st.size + 1, 1);
    CHECK_EQ(zip_source_open(src), 0);
    CHECK_EQ(zip_source_read(src, p, st.size), st.size);
    zip_source_close(src);
    zip_source_free(src);
    return (struct str){ p, (size_t)st.size };
}

#define BOOK "<workbook><sheets><sheet name='S' id='r1'/></sheets></workbook>"
#define RELS "<Relationships><Relationship Id='r1' Target='worksheets/s.xml'/></Relationships>"

static void xlsx_cells(struct t *t)
{
    struct part v[] = {
        { "xl/workbook.xml", STR(BOOK) }, { "xl/_rels/workbook.xml.rels", STR(RELS) },
        { "xl/sharedStrings.xml", STR("<sst><si><t>one</t></si><si><r><t>t</t></r><r><t>wo</t></r><rPh><t>no</t></rPh></si></sst>") },
        { "xl/styles.xml", STR("<styleSheet><numFmts><numFmt numFmtId='200' formatCode='dd\\/mm\\/yyyy'/>"
                               "<numFmt numFmtId='201' formatCode='\"day\" 0.00'/></numFmts><cellXfs><xf numFmtId='0'/>"
                               "<xf numFmtId='14'/><xf numFmtId='200'/><xf numFmtId='201'/><xf numFmtId='22'/></cellXfs></styleSheet>") },
        { "xl/worksheets/s.xml", STR("<worksheet><sheetData><row r='2' hidden='1'><c r='A2' t='s'><v>0</v></c><c r='C2' t='s'><v>1</v></c></row>"
            "<row r='5'><c r='A5' s='1'><v>45000</v></c><c r='B5' s='2'><v>45000</v></c><c r='C5' s='3'><v>45000</v></c>"
            "<c r='D5' s='4'><v>45000.75</v></c><c r='E5' t='b'><v>1</v></c><c r='F5' t='inlineStr'><is><t>in</t></is></c>"
            "<c r='G5'><f>1+1</f><v>2</v></c><c r='H5'><v>1.0000000000000001E-2</v></c><c r='I5'><v>123456789012</v></c></row>"
            "<row r='6'><c r='A6'/></row></sheetData></worksheet>") },
    };
    static const char *const want[] = { "2023-03-15", "2023-03-15", "45000", "2023-03-15T18:00:00", "TRUE", "in", "2", "0.01", "123456789012" };
    struct ctx c;
    struct sheets s;
    ctx_init(&c, MEM);
    OK(&c, sheet_load_xlsx(&c, archive(t, &c, v, COUNT_OF(v)), &s));
    CHECK_EQ(s.n, 1);
    CHECK(sheet_find(&s, STR("s")) == &s.v[0]);
    CHECK_EQ(s.v[0].n, 2);
    CHECK_EQ(s.v[0].row[0].line, 2);
    CHECK(s.v[0].row[0].hidden);
    CHECK_STR(sheet_cell(&s.v[0].row[0], 1), "");
    CHECK_STR(sheet_cell(&s.v[0].row[0], 2), "two");
    CHECK_EQ(s.v[0].row[1].line, 5);
    for (size_t i = 0; i < COUNT_OF(want); i++)
        CHECK_STR(sheet_cell(&s.v[0].row[1], i), want[i]);
    ctx_done(&c);
}

static void xlsx_refused(struct t *t)
{
    struct ctx c;
    struct sheets s;
    ctx_init(&c, MEM);
    size_t big = 12u << 20;
    char *zeros = arena_alloc(&c.mem, big, 1);
    memset(zeros, ' ', big);
    struct part bomb[] = { { "xl/workbook.xml", { zeros, big } } };
    struct part entity[] = { { "xl/workbook.xml", STR("<!DOCTYPE a [<!ENTITY b 'c'>]><workbook>&b;</workbook>") },
                             { "xl/_rels/workbook.xml.rels", STR(RELS) } };
    struct part lost[] = { { "xl/workbook.xml", STR(BOOK) }, { "xl/_rels/workbook.xml.rels", STR(RELS) } };
    struct part far[] = { { "xl/workbook.xml", STR(BOOK) }, { "xl/_rels/workbook.xml.rels", STR(RELS) },
                          { "xl/worksheets/s.xml", STR("<w><sheetData><row><c r='ZZZ1'><v>1</v></c></row></sheetData></w>") } };
    struct part none[] = { { "hello.txt", STR("x") } };
    const struct { struct str bytes; const char *key; } v[] = {
        { archive(t, &c, bomb, 1), "xlsx.too-big" }, { archive(t, &c, entity, 2), "xml.doctype" },
        { archive(t, &c, lost, 2), "xlsx.part-missing" }, { archive(t, &c, far, 3), "xlsx.too-big" },
        { archive(t, &c, none, 1), "xlsx.part-missing" },
        { STR("PK\x03\x04 this is no archive at all"), "xlsx.not-xlsx" }, { STR(""), "xlsx.not-xlsx" },
    };
    for (size_t i = 0; i < COUNT_OF(v); i++) {
        c.fault = (struct fault){ 0 };
        CHECK_EQ(sheet_load_xlsx(&c, v[i].bytes, &s), ERR_INPUT);
        CHECK_STR(str_c(c.fault.key), v[i].key);
    }
    ctx_done(&c);
}

/* ---- HTCDS ------------------------------------------------------------------------- */

static struct str value(const struct htcds_row *r, const char *field, size_t k)
{
    for (size_t i = 0; i < r->n; i++)
        if (str_is(r->v[i].field, field) && k-- == 0)
            return r->v[i].value;
    return STR("");
}

/* The tables in the program are the files in data/htcds. */
static void tables(struct t *t)
{
    struct ctx c;
    struct str text;
    struct sheet s;
    ctx_init(&c, MEM);
    OK(&c, file_read(&c, "data/htcds/fields.csv", 1 << 20, &text));
    OK(&c, csv_load(&c, text, &s));
    CHECK_EQ(s.n - 1, htcds_fields_n);
    for (size_t i = 1; i < s.n && i <= htcds_fields_n; i++) {
        CHECK(str_eq(s.row[i].cell[3], htcds_fields[i - 1].name));
        CHECK(str_eq(str_trim(s.row[i].cell[4]), htcds_fields[i - 1].label));
    }
    OK(&c, file_read(&c, "data/htcds/values.csv", 1 << 20, &text));
    OK(&c, csv_load(&c, text, &s));
    CHECK_EQ(s.n - 1, htcds_values_n);
    for (size_t i = 1; i < s.n && i <= htcds_values_n; i++) {
        CHECK(str_eq(s.row[i].cell[0], htcds_values[i - 1].field));
        CHECK(str_eq(s.row[i].cell[2], htcds_values[i - 1].value));
        CHECK(str_eq(htcds_value_of(s.row[i].cell[0], s.row[i].cell[2]), s.row[i].cell[2]));
        CHECK(str_eq(htcds_value_of(s.row[i].cell[0], s.row[i].cell[3]), s.row[i].cell[2]));
    }
    CHECK_EQ(htcds_countries_n, 249);
    ctx_done(&c);
}

static void spellings(struct t *t)
{
    CHECK_STR(htcds_field(STR("prs_First_Name")), "prs_FirstName");
    CHECK_STR(htcds_field(STR("vic_Methods_of_Control")), "vic_MethodsOfControl");
    CHECK_STR(htcds_field(STR("vic_TraffickinStatusDecisionMakingOrg")), "vic_TraffickingStatusDecisionMakingOrg");
    CHECK(htcds_field(STR("prs_Shoe")).p == NULL);
    struct str f = STR("vic_MethodsOfControl");
    CHECK_STR(htcds_value_of(f, STR("MethodsOfControlThreatOfLawEnforcement")), "ThreatsLawEnforcement");
    CHECK_STR(htcds_value_of(f, STR("MethodsOfControlThreats")), "PhysicalThreats");
    CHECK_STR(htcds_value_of(f, STR("MethodsOfControlRestrictsMovement")), "RestrictsMovement");
    CHECK_STR(htcds_value_of(f, STR("MethodsOfControlUsesChildren")), "UsesChildren");
    CHECK_STR(htcds_value_of(f, STR("MethodsOfControlDebtBondage")), "DebtBondage");
    CHECK_STR(htcds_value_of(f, STR("Debt\xC2\xA0" "bondage ")), "DebtBondage");
    CHECK(htcds_value_of(f, STR("Kindness")).p == NULL);
    CHECK_STR(htcds_value_of(STR("prs_Citizenship"), STR("Paraguay")), "PY");
    CHECK_STR(htcds_value_of(STR("prs_Citizenship"), STR("py")), "PY");
    CHECK(htcds_multi(f) && htcds_multi(STR("vic_ForcedLabourIndustry")) && !htcds_multi(STR("cas_Status")));
}

static void rows_of_csv(struct t *t)
{
    static const char text[] =
        "prs_First_Name,prs_Birthdate,vic_Methods_of_Control,vic_TypeOfExploitation,vic_ForcedLabourIndustry,cas_Status,con_Consent,prs_MobilePhone,odd\n"
        "Ana,2010-05-06,\"Debt bondage; Takes earnings;DebtBondage\",\"Forced labour, Child labour\",\"Agriculture, forestry and fishing\",Active,Yes,+595 981 123456,x\n"
        "Beto,06/05/2010,,,,Active,Yes,,\n"
        "Carla,40304,PhysicalAbuse|Kindness,,,Open,maybe,0981,\n"
        ",,,,,,,,\n"
        "Dora,,,,,ClosedReferred,0,0981 x,\n";
    struct ctx c;
    struct htcds_import r;
    ctx_init(&c, MEM);
    OK(&c, htcds_load(&c, str_c(text), &r));
    CHECK_EQ(r.n, 2);
    CHECK_EQ(r.refused, 2);
    CHECK_EQ(r.row[0].line, 2);
    CHECK_STR((value(&r.row[0], "prs_FirstName", 0)), "Ana");
    CHECK_STR((value(&r.row[0], "vic_MethodsOfControl", 0)), "DebtBondage");
    CHECK_STR((value(&r.row[0], "vic_MethodsOfControl", 1)), "TakesEarnings");
    CHECK_STR((value(&r.row[0], "vic_MethodsOfControl", 2)), "");
    CHECK_STR((value(&r.row[0], "vic_TypeOfExploitation", 1)), "ChildLabour");
    CHECK_STR((value(&r.row[0], "vic_ForcedLabourIndustry", 0)), "A_AgricultureForestryAndFishing");
    CHECK_STR((value(&r.row[0], "prs_MobilePhone", 0)), "+595981123456");
    CHECK_STR((value(&r.row[1], "con_Consent", 0)), "FALSE");
    CHECK_STR((value(&r.row[1], "prs_MobilePhone", 0)), "0981 x");
    static const struct { int line; const char *column, *text; bool warning; } want[] = {
        { 1, "prs_First_Name", "spelled otherwise in the standard: prs_FirstName", true },
        { 1, "vic_Methods_of_Control", "spelled otherwise in the standard: vic_MethodsOfControl", true },
        { 1, "odd", "not a field of the standard; left out", true },
        { 3, "prs_Birthdate", "write the date as YYYY-MM-DD: 06/05/2010", false },
        { 4, "vic_Methods_of_Control", "not a value of this list: Kindness", false },
        { 4, "cas_Status", "not a value of this list: Open", false },
        { 4, "con_Consent", "yes or no: maybe", false },
    };
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        CHECK(i < r.notes.n);
        if (i >= r.notes.n)
            break;
        CHECK_EQ(r.notes.v[i].line, want[i].line);
        CHECK_STR(r.notes.v[i].column, want[i].column);
        CHECK_STR(r.notes.v[i].text, want[i].text);
        CHECK_EQ(r.notes.v[i].warning, want[i].warning);
    }
    ctx_done(&c);
}

/* The official workbook as published has no rows yet; its columns must all be understood. */
static void workbook(struct t *t)
{
    struct ctx c;
    struct htcds_import r;
    struct str bytes;
    ctx_init(&c, MEM);
    OK(&c, file_read(&c, "data/htcds/htcds_workbook_v2.0.xlsx", 1 << 20, &bytes));
    OK(&c, htcds_load(&c, bytes, &r));
    CHECK_EQ(r.n, 0);
    CHECK_EQ(r.refused, 0);
    int moved = 0, uncoded = 0, other = 0;
    for (size_t i = 0; i < r.notes.n; i++) {
        moved += str_starts(r.notes.v[i].text, STR("the code above this title names another field"));
        uncoded += str_starts(r.notes.v[i].text, STR("no code above this title"));
        other += !r.notes.v[i].warning || str_starts(r.notes.v[i].text, STR("not a field"));
    }
    CHECK_EQ(moved, 5 - 1);          /* the state stands under its own code */
    CHECK_EQ(uncoded, 1);
    CHECK_EQ(other, 0);
    ctx_done(&c);
}

/* The same columns with two people typed in: read cell for cell out of the official sheet. */
static void workbook_filled(struct t *t)
{
    struct ctx c;
    struct htcds_import r;
    struct str bytes;
    struct sheets book;
    struct buf b;
    ctx_init(&c, MEM);
    OK(&c, file_read(&c, "data/htcds/htcds_workbook_v2.0.xlsx", 1 << 20, &bytes));
    OK(&c, sheet_load_xlsx(&c, bytes, &book));
    const struct sheet *s = &book.v[0];
    CHECK(s->row[0].hidden);
    buf_init(&b, &c.mem, 1 << 16);
    for (size_t line = 0; line < 2; line++) {
        for (size_t i = 0; i < 39; i++)
            csv_put(&b, sheet_cell(&s->row[line], i), i == 0);
        csv_end(&b);
    }
    buf_put(&b, STR("1,officer 7,Ms,Lucía,Demo,Yes,2009-01-02,Feminine,PY,,l@example.org,,+595981000000,Calle 1,Filadelfia,Boquerón,9300,Paraguay,"
                    "Possible victim of trafficking,Police,At work,,Debt bondage,Child labour,Manufacturing,,,Active,,,,,,,,Additional services required,,,\r\n2,,,,\r\n"));
    OK(&c, htcds_load(&c, buf_str(&b), &r));
    CHECK_EQ(r.n, 1);
    CHECK_EQ(r.refused, 0);
    if (r.n) {
        CHECK_EQ(r.row[0].line, 3);
        CHECK_STR((value(&r.row[0], "prs_MailingStreet", 0)), "Calle 1");
        CHECK_STR((value(&r.row[0], "prs_MailingCity", 0)), "Filadelfia");
        CHECK_STR((value(&r.row[0], "prs_MailingState", 0)), "Boquerón");
        CHECK_STR((value(&r.row[0], "prs_MailingPostalCode", 0)), "9300");
        CHECK_STR((value(&r.row[0], "prs_MailingCountry", 0)), "Paraguay");
        CHECK_STR((value(&r.row[0], "vic_TraffickingStatusDecisionMakingOrg", 0)), "Police");
        CHECK_STR((value(&r.row[0], "cas_ReasonForOutgoingReferral", 0)), "AdditionalServicesRequired");
    }
    ctx_done(&c);
}

static void not_htcds(struct t *t)
{
    struct ctx c;
    struct htcds_import r;
    ctx_init(&c, MEM);
    CHECK_EQ(htcds_load(&c, STR("a,b\n1,2\n"), &r), ERR_INPUT);
    CHECK_STR(str_c(c.fault.key), "htcds.no-header");
    ctx_done(&c);
}

static void memory_refused(struct t *t)
{
    struct ctx first;
    struct str bytes;
    ctx_init(&first, MEM);
    OK(&first, file_read(&first, "data/htcds/htcds_workbook_v2.0.xlsx", 1 << 20, &bytes));
    for (long n = 1;; n += n < 60 ? 1 : n / 6) {
        struct ctx c;
        struct htcds_import r;
        ctx_init(&c, MEM);
        c.mem.fail_at = n;
        enum err e = htcds_load(&c, bytes, &r);
        CHECK(e == ERR_OK || e == ERR_NOMEM);
        ctx_done(&c);
        if (e == ERR_OK || e != ERR_NOMEM)
            break;
    }
    ctx_done(&first);
}

static const struct t_case cases[] = {
    { "CSV read", csv_read }, { "CSV refused", csv_refused }, { "CSV written", csv_written },
    { "day numbers", serials }, { "XLSX cells", xlsx_cells }, { "XLSX refused", xlsx_refused },
    { "HTCDS tables", tables }, { "HTCDS spellings", spellings }, { "HTCDS rows of a CSV", rows_of_csv },
    { "HTCDS workbook", workbook }, { "HTCDS workbook filled in", workbook_filled },
    { "not HTCDS", not_htcds }, { "every allocation refused", memory_refused },
};
T_MAIN(cases)
