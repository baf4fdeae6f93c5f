#ifndef CMAPPEDFILES_H
#define CMAPPEDFILES_H

#include <stdbool.h>
#include <stddef.h>

/// Notes that a file is mapped there, read-only. From then on pages that the file has lost, because another program cut it
/// off, read as zeros and are counted; without this the kernel would end the program (SIGBUS).
/// False when the table is full: the caller then reads the file instead.
bool gf_mapped_add(const void *start, size_t length);

/// Forgets a mapping, before it is unmapped.
void gf_mapped_remove(const void *start);

/// How often the calling thread found pages missing so far.
unsigned long gf_mapped_losses(void);

#endif
