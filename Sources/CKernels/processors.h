#ifndef PROCESSORS_H
#define PROCESSORS_H

/// Makes one version of a function for each generation of x86 processors; the best one that the processor has is chosen
/// when the program starts.
#if defined(__x86_64__)
#define FOR_EACH_PROCESSOR __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FOR_EACH_PROCESSOR
#endif

/// Becomes part of every version of the functions that call it.
#define INLINE static inline __attribute__((always_inline))

#endif
