#pragma once

#include <stdbool.h>
#include <stddef.h>

// PDF files by cairo, whose library is opened when the first one is written: neither the build nor anything else needs it.
// Lengths are points from the page's top left corner; y grows downwards.

// Opens the library. Returns NULL, or why that failed; what was missing may be tried again.
const char *gf_cairo_open(void);

// The library's version, such as "1.16.0"; only after it was opened.
const char *gf_cairo_version(void);

// A page that is being written. Functions that draw do nothing after a failure, which gf_pdf_finish tells.
typedef struct gf_pdf gf_pdf;

// Takes the next bytes of the file. Returns false to end it.
typedef bool (*gf_pdf_write)(void *closure, const unsigned char *bytes, unsigned count);

// A page of that size; NULL where there is no memory.
gf_pdf *gf_pdf_new(double width, double height, gf_pdf_write write, void *closure);

// The document's title and what made it. The time is left out, so that the same page gives the same bytes.
void gf_pdf_describe(gf_pdf *pdf, const char *title, const char *creator);

// Writes the end of the file and frees the page. Returns NULL, or what went wrong.
const char *gf_pdf_finish(gf_pdf *pdf);

void gf_pdf_move(gf_pdf *pdf, double x, double y);
void gf_pdf_line(gf_pdf *pdf, double x, double y);
void gf_pdf_cubic(gf_pdf *pdf, double ax, double ay, double bx, double by, double x, double y);
void gf_pdf_close(gf_pdf *pdf);

// A colour's parts, from 0 to 1.
typedef struct {
  double red, green, blue, alpha;
} gf_pdf_color;

// Fills the path by the non-zero rule, and forgets it.
void gf_pdf_fill(gf_pdf *pdf, gf_pdf_color color);

// Draws a line along the path, and forgets it. Joins are mitred or round; caps are butts or round.
void gf_pdf_stroke(
  gf_pdf *pdf, gf_pdf_color color, double width, const double *dash, int dash_count, bool round_caps, bool mitred);

// Limits what follows to a rectangle, until gf_pdf_unclip.
void gf_pdf_clip(gf_pdf *pdf, double x, double y, double width, double height);
void gf_pdf_unclip(gf_pdf *pdf);

// Draws columns*rows pixels, 0x00RRGGBB each, fitted to a rectangle.
void gf_pdf_image(
  gf_pdf *pdf, const unsigned *pixels, int columns, int rows, double x, double y, double width, double height,
  bool smooth);

// The font of a face of FreeType's, which must stay open as long as the program; NULL where there is no memory.
void *gf_pdf_font(void *ft_face);

// A glyph by its number in the font, where it stands, and how many bytes of the text it shows.
typedef struct {
  unsigned long index;
  double x, y;
  int bytes;
} gf_pdf_glyph;

// Draws a text whose glyphs stand where they say, turned by `angle`, in radians and counter-clockwise.
void gf_pdf_text(
  gf_pdf *pdf, void *font, double size, double angle, gf_pdf_color color, const char *text, int text_bytes,
  const gf_pdf_glyph *glyphs, int count);
