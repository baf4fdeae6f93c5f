#include "reduction_kernels.h"

#include <stdint.h>
#include <string.h>

#include "processors.h"

#define EIGHT 8
typedef double doubles __attribute__((vector_size(64)));
typedef double quarter __attribute__((vector_size(32)));
typedef float eighth __attribute__((vector_size(32)));

INLINE void widen(doubles *result, const float *x) {
  eighth values;
  memcpy(&values, x, sizeof values);
  *result = __builtin_convertvector(values, doubles);
}

// Read at run time, so that the compiler cannot know it.
static volatile const double one_of_memory = 1;

INLINE void fill(doubles *result, double value) {
  for (size_t k = 0; k < EIGHT; k++) (*result)[k] = value;
}

/// Adds the term of `value` to `sum`. Where processors have fused operations, other units than those that widen numbers
/// make them, and both work at once: so a plain sum is sum + one · value, which is the same number.
INLINE void add_term(
    doubles *sum, const doubles *value, reduction_term term, const doubles *centre, const doubles *one) {
#pragma STDC FP_CONTRACT ON
  const doubles x = term == REDUCE_DEVIATIONS ? *value - *centre : *value;
  *sum = x * (term == REDUCE_VALUES ? *one : x) + *sum;
}

// In halves, as a chain of eight additions takes longer than the sum of a short row.
INLINE double across(const doubles *x) {
  quarter half[2];
  memcpy(half, x, sizeof half);
  half[0] += half[1];
  return (half[0][0] + half[0][1]) + (half[0][2] + half[0][3]);
}

INLINE double one_term(float x, reduction_term term, double centre) {
  const double value = term == REDUCE_DEVIATIONS ? x - centre : x;
  return term == REDUCE_VALUES ? value : value * value;
}

// MARK: one sum

/// Of neighbours in memory. Several vectors of sums hide the latency of additions.
INLINE double run(const float *x, size_t count, reduction_term term, double centre) {
  double total = 0;
  size_t i = 0;
  if (count >= 4 * EIGHT) {
    enum { MOST = 8 };
    const size_t vectors = term == REDUCE_VALUES ? MOST : MOST / 2;
    doubles sums[MOST] = {{0}}, middle, one, value;
    fill(&middle, centre);
    fill(&one, one_of_memory);
    for (; i + vectors * EIGHT <= count; i += vectors * EIGHT)
      for (size_t k = 0; k < vectors; k++) {
        widen(&value, x + i + k * EIGHT);
        add_term(&sums[k], &value, term, &middle, &one);
      }
    for (; i + EIGHT <= count; i += EIGHT) {
      widen(&value, x + i);
      add_term(&sums[0], &value, term, &middle, &one);
    }
    for (size_t half = vectors / 2; half > 0; half /= 2)
      for (size_t k = 0; k < half; k++) sums[k] += sums[k + half];
    total = across(&sums[0]);
  }
  for (; i < count; i++) total += one_term(x[i], term, centre);
  return total;
}

/// Of numbers that lie apart.
INLINE double strided_run(const float *x, ptrdiff_t step, size_t count, reduction_term term, double centre) {
  double sums[4] = {0};
  size_t i = 0;
  for (; i + 4 <= count; i += 4)
    for (size_t k = 0; k < 4; k++) sums[k] += one_term(x[(ptrdiff_t)(i + k) * step], term, centre);
  for (; i < count; i++) sums[0] += one_term(x[(ptrdiff_t)i * step], term, centre);
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

// MARK: sums side by side

/// Adds some rows to a row of sums, so that the sums go through the cache once for all of them.
INLINE void add_rows_at_once(
    const float *x, double *sums, const double *centres, size_t rows, ptrdiff_t row_step, size_t columns,
    reduction_term term) {
  doubles one;
  fill(&one, one_of_memory);
  size_t c = 0;
  for (; c + EIGHT <= columns; c += EIGHT) {
    doubles sum, value, centre = {0};
    if (term == REDUCE_DEVIATIONS) memcpy(&centre, centres + c, sizeof centre);
    memcpy(&sum, sums + c, sizeof sum);
    for (size_t k = 0; k < rows; k++) {
      widen(&value, x + (ptrdiff_t)k * row_step + c);
      add_term(&sum, &value, term, &centre, &one);
    }
    memcpy(sums + c, &sum, sizeof sum);
  }
  for (; c < columns; c++)
    for (size_t k = 0; k < rows; k++)
      sums[c] += one_term(x[(ptrdiff_t)k * row_step + (ptrdiff_t)c], term, term == REDUCE_DEVIATIONS ? centres[c] : 0);
}

/// Adds rows to a row of sums.
INLINE void add_rows(
    const float *x, double *sums, const double *centres, size_t rows, ptrdiff_t row_step, size_t columns,
    reduction_term term) {
  enum { AT_ONCE = 8 };
  size_t r = 0;
  for (; r + AT_ONCE <= rows; r += AT_ONCE)
    add_rows_at_once(x + (ptrdiff_t)r * row_step, sums, centres, AT_ONCE, row_step, columns, term);
  for (; r < rows; r++) add_rows_at_once(x + (ptrdiff_t)r * row_step, sums, centres, 1, row_step, columns, term);
}

#define GROUP 64

/// Short rows that follow each other without gaps, such as pixels of three channels: several are added as one long row.
INLINE void add_short_rows(
    const float *x, double *sums, const double *centres, size_t rows, size_t columns, reduction_term term) {
  const size_t group = GROUP / columns, width = group * columns, groups = rows / group;
  double wide[GROUP] = {0}, wide_centres[GROUP] = {0};
  if (term == REDUCE_DEVIATIONS)
    for (size_t i = 0; i < width; i++) wide_centres[i] = centres[i % columns];
  add_rows(x, wide, wide_centres, groups, (ptrdiff_t)width, width, term);
  for (size_t i = 0; i < width; i++) sums[i % columns] += wide[i];
  const size_t done = groups * group;
  add_rows(x + done * columns, sums, centres, rows - done, (ptrdiff_t)columns, columns, term);
}

INLINE void block(
    reduction_term term, const float *x, double *sums, const double *centres, reduction_loop rows,
    reduction_loop columns) {
  if (columns.sum_step == 0) {
    for (size_t r = 0; r < rows.count; r++) {
      const ptrdiff_t sum = (ptrdiff_t)r * rows.sum_step;
      const double centre = term == REDUCE_DEVIATIONS ? centres[sum] : 0;
      const float *row = x + (ptrdiff_t)r * rows.step;
      sums[sum] += columns.step == 1 ? run(row, columns.count, term, centre)
                                     : strided_run(row, columns.step, columns.count, term, centre);
    }
    return;
  }
  if (columns.step == 1 && rows.sum_step == 0) {
    if (columns.count <= GROUP / 2 && rows.step == (ptrdiff_t)columns.count)
      add_short_rows(x, sums, centres, rows.count, columns.count, term);
    else
      add_rows(x, sums, centres, rows.count, rows.step, columns.count, term);
    return;
  }
  for (size_t r = 0; r < rows.count; r++) {
    const ptrdiff_t first = (ptrdiff_t)r * rows.sum_step;
    const float *row = x + (ptrdiff_t)r * rows.step;
    for (size_t c = 0; c < columns.count; c++) {
      const size_t sum = (size_t)first + c;
      sums[sum] += one_term(row[(ptrdiff_t)c * columns.step], term, term == REDUCE_DEVIATIONS ? centres[sum] : 0);
    }
  }
}

FOR_EACH_PROCESSOR
void reduce_block(
    reduction_term term, const float *x, double *sums, const double *centres, reduction_loop rows,
    reduction_loop columns) {
  if (term == REDUCE_VALUES) block(REDUCE_VALUES, x, sums, centres, rows, columns);
  else if (term == REDUCE_SQUARES) block(REDUCE_SQUARES, x, sums, centres, rows, columns);
  else block(REDUCE_DEVIATIONS, x, sums, centres, rows, columns);
}

// MARK: running sums

void cumulate(const float *x, float *y, ptrdiff_t step, size_t count, double *sum) {
  double total = *sum;
  for (size_t i = 0; i < count; i++, x += step, y += step) {
    total += *x;
    *y = (float)total;
  }
  *sum = total;
}

FOR_EACH_PROCESSOR
void cumulate_row(const float *x, float *y, size_t columns, double *sums) {
  for (size_t c = 0; c < columns; c++) {
    sums[c] += x[c];
    y[c] = (float)sums[c];
  }
}
