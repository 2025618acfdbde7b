/* SPDX-License-Identifier: MIT */
/* Growth as a picture: two charts with logarithmic axes, time and heap against the number of entries. */
#ifndef TG_BENCH_GROWTH_PLOT_H
#define TG_BENCH_GROWTH_PLOT_H

#include <stddef.h>

enum {
    MOST_POINTS = 16
};

typedef struct series {
    const char *name;
    size_t count;
    double entries[MOST_POINTS], ms[MOST_POINTS], heap[MOST_POINTS]; /* number, milliseconds, bytes */
} series;

/* The exponent k of y = c * x^k that fits the points with at least `least` entries best. */
double slope_of(const double *x, const double *y, size_t count, double least);

/* Writes the SVG file. Ends the program where it cannot. */
void plot(const char *path, const series *all, size_t count);

#endif
