#ifndef NORMALIZATION_KERNELS_H
#define NORMALIZATION_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

// Batch normalisation of channels-last maps by given statistics, and its gradient. Compiled for several processors, of
// which the best is taken when the program starts.

/// y = (x − mean) · factor + shift for each channel, and with `relu` 0 where that is below; NaN stays NaN.
typedef struct {
  size_t channels;
  const float *mean;
  const float *factor;
  const float *shift;
  bool relu;
} normalization;

/// Writes y for some pixels.
void normalize(normalization form, const float *x, float *y, size_t pixels);

/// Adds, for each channel, the gradient g of y before the ReLU to sums[c] and g · (x − mean) to sums[channels + c], in
/// float64.
void normalization_sums(
    normalization form, const float *x, const float *gradient, double *sums, size_t pixels);

/// Writes factor · (g − offset − (x − mean) · slope), the gradient of x, for some pixels.
void normalization_gradient(
    normalization form, const float *x, const float *gradient, const float *offset, const float *slope,
    float *result, size_t pixels);

#endif
