/* map.h - maps drawn by the server as SVG, from a pack's GeoJSON.
 *
 * A map is decoration beside a table: every number on it stands in words on
 * the page.  Homes of persons, and shelters, are never on a map.
 */
#ifndef MAP_H
#define MAP_H

#include "base/base.h"
#include "page/html.h"

/* Shapes: degrees times 10,000, WGS 84. */
struct geo_point { int32_t lon_e4, lat_e4; };
struct geo_line { const struct geo_point *p; size_t n; };
struct geo_shape {
    struct str id, parent, name;             /* properties of the feature, {0} when absent */
    const struct geo_line *line; size_t n;   /* rings of polygons, or open lines */
    bool open;                               /* lines: rivers, roads */
};
struct geo { const struct geo_shape *shape; size_t n; };
enum { GEO_MAX = 8 * 1024 * 1024, GEO_POINTS = 500 * 1000, GEO_SHAPES = 20 * 1000 };

/* Read a FeatureCollection of (Multi)Polygons, (Multi)LineStrings into mem.
 * Other geometries are left out.  ERR_INPUT for anything else. */
enum err geo_parse(struct ctx *c, struct arena *mem, struct str json, struct geo *out) MUST_CHECK;

struct map_area {
    struct str id;               /* of a shape */
    int shade;                   /* 0 (none) to 4 (most) */
    struct str label;            /* read by screen readers and shown on hover: "Caaguazú: 12" */
    struct str path;             /* own path it links to, or {0} */
};
enum map_pin_kind { PIN_HELP, PIN_ALERT };
struct map_pin { struct geo_point at; enum map_pin_kind kind; int number; struct str label; };

struct map_view {
    struct str title, desc;
    const struct geo *land, *water;          /* water may be NULL */
    struct str only_parent;                  /* draw shapes of this parent only; {0}: all */
    const struct map_area *areas;  size_t areas_n;
    const struct map_pin *pins;    size_t pins_n;
    int width;                               /* of the drawing, 0 = 600 */
};
void map_draw(struct out *o, const struct map_view *v);

#endif
