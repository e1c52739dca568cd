/* qr.c - a QR code as SVG, one path. */
#include "api/api.h"

#include "page/page.h"

#include <qrencode.h>
#include <stdlib.h>

/* Runs of dark modules in a row become one rectangle each: "M4 7h3v1h-3z". */
static void runs(struct out *o, const QRcode *q)
{
    for (int y = 0; y < q->width; y++)
        for (int x = 0; x < q->width; x++) {
            int from = x;
            while (x < q->width && (q->data[y * q->width + x] & 1))
                x++;
            if (x == from)
                continue;
            html(o, "M");
            digits(o, from + 4);
            html(o, " ");
            digits(o, y + 4);
            html(o, "h");
            digits(o, x - from);
            html(o, "v1h-");
            digits(o, x - from);
            html(o, "z");
        }
}

void qr_svg(struct out *o, struct str payload, const char *label_key)
{
    const char *z = arena_z(&o->c->mem, payload);
    QRcode *q = z ? QRcode_encodeString(z, 0, QR_ECLEVEL_L, QR_MODE_8, 1) : NULL;
    if (!q)
        return;                                 /* too long for a code: the text stands beside it */
    html(o, "<svg class=\"qr\" role=\"img\" width=\"320\" height=\"320\" shape-rendering=\"crispEdges\" viewBox=\"0 0 ");
    digits(o, q->width + 8);
    html(o, " ");
    digits(o, q->width + 8);
    html(o, "\"");
    attr(o, "aria-label", say_(o->c, str_c(label_key)));
    html(o, "><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/><path fill=\"#000\" d=\"");
    runs(o, q);
    html(o, "\"/></svg>\n");
    QRcode_free(q);
}
