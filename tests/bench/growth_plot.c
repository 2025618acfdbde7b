/* SPDX-License-Identifier: MIT */
/* The picture of growth: see growth_plot.h. */
#include "growth_plot.h"

#include "measure.h"

#include <math.h>
#include <stdio.h>

enum {
    WIDTH = 420,
    HEIGHT = 320,
    LEFT = 70,
    TOP = 40,
    DISTANCE = 560 /* from one chart to the next */
};

static const char *const colors[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7"};

double slope_of(const double *x, const double *y, size_t count, double least)
{
    double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (size_t i = 0; i < count; i++) {
        if (x[i] < least)
            continue;
        double lx = log(x[i]), ly = log(y[i]);
        n++;
        sx += lx;
        sy += ly;
        sxx += lx * lx;
        sxy += lx * ly;
    }
    return n > 1 ? (n * sxy - sx * sy) / (n * sxx - sx * sx) : 0;
}

typedef struct axis {
    double low, high; /* powers of ten */
} axis;

static axis axis_start(void)
{
    axis a = {1000, -1000};
    return a;
}

static void axis_hold(axis *a, double value)
{
    a->low = fmin(a->low, floor(log10(value)));
    a->high = fmax(a->high, ceil(log10(value)));
}

static double place(const axis *a, double value, double size)
{
    return (log10(value) - a->low) / (a->high - a->low) * size;
}

static void grid(FILE *out, const axis *x, const axis *y, const char *title, double left)
{
    fprintf(out, "<text x='%.0f' y='24' font-weight='bold'>%s</text>\n", left, title);
    for (double power = x->low; power <= x->high; power++) {
        double at = left + place(x, pow(10, power), WIDTH);
        fprintf(out, "<path d='M%.1f %d v%d' stroke='#ddd'/><text x='%.1f' y='%d' text-anchor='middle'>%g</text>\n", at,
                TOP, HEIGHT, at, TOP + HEIGHT + 18, pow(10, power));
    }
    for (double power = y->low; power <= y->high; power++) {
        double at = TOP + HEIGHT - place(y, pow(10, power), HEIGHT);
        fprintf(out, "<path d='M%.0f %.1f h%d' stroke='#ddd'/><text x='%.1f' y='%.1f' text-anchor='end'>%g</text>\n",
                left, at, WIDTH, left - 6, at + 4, pow(10, power));
    }
}

static void chart(FILE *out, const series *all, size_t count, bool of_heap, double left)
{
    axis x = axis_start(), y = axis_start();
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < all[i].count; k++) {
            axis_hold(&x, all[i].entries[k]);
            axis_hold(&y, of_heap ? all[i].heap[k] : all[i].ms[k]);
        }
    }
    grid(out, &x, &y, of_heap ? "peak of the heap, bytes, by number of entries" : "open, ms, by number of entries",
         left);
    for (size_t i = 0; i < count; i++) {
        const series *s = &all[i];
        fprintf(out, "<polyline fill='none' stroke='%s' stroke-width='2' points='", colors[i % 4]);
        for (size_t k = 0; k < s->count; k++)
            fprintf(out, "%.1f,%.1f ", left + place(&x, s->entries[k], WIDTH),
                    TOP + HEIGHT - place(&y, of_heap ? s->heap[k] : s->ms[k], HEIGHT));
        fprintf(out, "'/>\n<text x='%.0f' y='%zu' fill='%s'>%s, slope %.2f</text>\n", left + 12, TOP + 18 * (i + 1),
                colors[i % 4], s->name, slope_of(s->entries, of_heap ? s->heap : s->ms, s->count, 10000));
    }
}

void plot(const char *path, const series *all, size_t count)
{
    FILE *out = fopen(path, "w");
    if (out == NULL)
        fail(path);
    fprintf(out,
            "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' font-family='sans-serif' font-size='13'>\n"
            "<rect width='100%%' height='100%%' fill='white'/>\n",
            2 * DISTANCE, TOP + HEIGHT + 40);
    chart(out, all, count, false, LEFT);
    chart(out, all, count, true, DISTANCE + LEFT);
    fprintf(out, "</svg>\n");
    if (fclose(out) != 0)
        fail(path);
}
