#include "CCairo.h"

#include <dlfcn.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

// Declared here after cairo.h, cairo-pdf.h and cairo-ft.h of cairo 1.16: its binary interface, which libcairo.so.2 stands
// for.
typedef struct cairo cairo_t;
typedef struct surface surface_t;
typedef struct font_face font_face_t;
typedef struct pattern pattern_t;

typedef struct {
  double xx, yx, xy, yy, x0, y0;
} matrix_t;

typedef struct {
  unsigned long index;
  double x, y;
} glyph_t;

typedef struct {
  int bytes, glyphs;
} cluster_t;

enum {
  STATUS_SUCCESS = 0,
  STATUS_WRITE_ERROR = 11,
  FORMAT_RGB24 = 1,
  FILTER_BEST = 2,
  FILTER_NEAREST = 3,
  LINE_CAP_BUTT = 0,
  LINE_CAP_ROUND = 1,
  LINE_JOIN_MITER = 0,
  LINE_JOIN_ROUND = 1,
  METADATA_TITLE = 0,
  METADATA_CREATOR = 4,
  METADATA_CREATE_DATE = 5,
  LOAD_NO_HINTING = 2,
};

static struct {
  const char *(*version)(void);
  const char *(*status_text)(int);
  surface_t *(*pdf_create)(int (*write)(void *, const unsigned char *, unsigned), void *, double, double);
  void (*pdf_metadata)(surface_t *, int, const char *);
  void (*surface_finish)(surface_t *);
  int (*surface_status)(surface_t *);
  void (*surface_destroy)(surface_t *);
  cairo_t *(*create)(surface_t *);
  int (*status)(cairo_t *);
  void (*destroy)(cairo_t *);
  void (*save)(cairo_t *);
  void (*restore)(cairo_t *);
  void (*move)(cairo_t *, double, double);
  void (*line)(cairo_t *, double, double);
  void (*curve)(cairo_t *, double, double, double, double, double, double);
  void (*close)(cairo_t *);
  void (*rectangle)(cairo_t *, double, double, double, double);
  void (*color)(cairo_t *, double, double, double, double);
  void (*fill)(cairo_t *);
  void (*stroke)(cairo_t *);
  void (*clip)(cairo_t *);
  void (*paint)(cairo_t *);
  void (*width)(cairo_t *, double);
  void (*dash)(cairo_t *, const double *, int, double);
  void (*cap)(cairo_t *, int);
  void (*join)(cairo_t *, int);
  void (*miter_limit)(cairo_t *, double);
  void (*translate)(cairo_t *, double, double);
  void (*scale)(cairo_t *, double, double);
  surface_t *(*image)(unsigned char *, int, int, int, int);
  void (*source)(cairo_t *, surface_t *, double, double);
  pattern_t *(*source_pattern)(cairo_t *);
  void (*filter)(pattern_t *, int);
  font_face_t *(*font)(void *, int);
  void (*set_font)(cairo_t *, font_face_t *);
  void (*font_matrix)(cairo_t *, const matrix_t *);
  void (*text)(
    cairo_t *, const char *, int, const glyph_t *, int, const cluster_t *, int, int);
} cairo;

static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;
static char problem[256];
static bool opened;

static void complain(const char *text) {
  strncpy(problem, text ? text : "it cannot be opened", sizeof problem - 1);
}

static void open_library(void) {
  void *library = dlopen("libcairo.so.2", RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    complain(dlerror());
    return;
  }
  const struct {
    const char *name;
    void **place;
  } functions[] = {
    {"cairo_version_string", (void **)&cairo.version},
    {"cairo_status_to_string", (void **)&cairo.status_text},
    {"cairo_pdf_surface_create_for_stream", (void **)&cairo.pdf_create},
    {"cairo_pdf_surface_set_metadata", (void **)&cairo.pdf_metadata},
    {"cairo_surface_finish", (void **)&cairo.surface_finish},
    {"cairo_surface_status", (void **)&cairo.surface_status},
    {"cairo_surface_destroy", (void **)&cairo.surface_destroy},
    {"cairo_create", (void **)&cairo.create},
    {"cairo_status", (void **)&cairo.status},
    {"cairo_destroy", (void **)&cairo.destroy},
    {"cairo_save", (void **)&cairo.save},
    {"cairo_restore", (void **)&cairo.restore},
    {"cairo_move_to", (void **)&cairo.move},
    {"cairo_line_to", (void **)&cairo.line},
    {"cairo_curve_to", (void **)&cairo.curve},
    {"cairo_close_path", (void **)&cairo.close},
    {"cairo_rectangle", (void **)&cairo.rectangle},
    {"cairo_set_source_rgba", (void **)&cairo.color},
    {"cairo_fill", (void **)&cairo.fill},
    {"cairo_stroke", (void **)&cairo.stroke},
    {"cairo_clip", (void **)&cairo.clip},
    {"cairo_paint", (void **)&cairo.paint},
    {"cairo_set_line_width", (void **)&cairo.width},
    {"cairo_set_dash", (void **)&cairo.dash},
    {"cairo_set_line_cap", (void **)&cairo.cap},
    {"cairo_set_line_join", (void **)&cairo.join},
    {"cairo_set_miter_limit", (void **)&cairo.miter_limit},
    {"cairo_translate", (void **)&cairo.translate},
    {"cairo_scale", (void **)&cairo.scale},
    {"cairo_image_surface_create_for_data", (void **)&cairo.image},
    {"cairo_set_source_surface", (void **)&cairo.source},
    {"cairo_get_source", (void **)&cairo.source_pattern},
    {"cairo_pattern_set_filter", (void **)&cairo.filter},
    {"cairo_ft_font_face_create_for_ft_face", (void **)&cairo.font},
    {"cairo_set_font_face", (void **)&cairo.set_font},
    {"cairo_set_font_matrix", (void **)&cairo.font_matrix},
    {"cairo_show_text_glyphs", (void **)&cairo.text},
  };
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    *functions[i].place = dlsym(library, functions[i].name);
    if (!*functions[i].place) {
      complain(dlerror());
      return;
    }
  }
  opened = true;
}

const char *gf_cairo_open(void) {
  pthread_mutex_lock(&opening);
  // What was missing may have been installed meanwhile.
  if (!opened) open_library();
  pthread_mutex_unlock(&opening);
  return opened ? NULL : problem;
}

const char *gf_cairo_version(void) { return cairo.version(); }

struct gf_pdf {
  surface_t *surface;
  cairo_t *context;
  gf_pdf_write write;
  void *closure;
};

static int write_bytes(void *closure, const unsigned char *bytes, unsigned count) {
  gf_pdf *pdf = closure;
  return pdf->write(pdf->closure, bytes, count) ? STATUS_SUCCESS : STATUS_WRITE_ERROR;
}

gf_pdf *gf_pdf_new(double width, double height, gf_pdf_write write, void *closure) {
  gf_pdf *pdf = calloc(1, sizeof *pdf);
  if (!pdf) return NULL;
  pdf->write = write;
  pdf->closure = closure;
  // Failures give objects that do nothing but remember them.
  pdf->surface = cairo.pdf_create(write_bytes, pdf, width, height);
  pdf->context = cairo.create(pdf->surface);
  cairo.miter_limit(pdf->context, 4);
  return pdf;
}

void gf_pdf_describe(gf_pdf *pdf, const char *title, const char *creator) {
  cairo.pdf_metadata(pdf->surface, METADATA_TITLE, title);
  cairo.pdf_metadata(pdf->surface, METADATA_CREATOR, creator);
  // What is no time is left out.
  cairo.pdf_metadata(pdf->surface, METADATA_CREATE_DATE, "");
}

const char *gf_pdf_finish(gf_pdf *pdf) {
  int status = cairo.status(pdf->context);
  cairo.destroy(pdf->context);
  cairo.surface_finish(pdf->surface);
  if (status == STATUS_SUCCESS) status = cairo.surface_status(pdf->surface);
  cairo.surface_destroy(pdf->surface);
  free(pdf);
  return status == STATUS_SUCCESS ? NULL : cairo.status_text(status);
}

void gf_pdf_move(gf_pdf *pdf, double x, double y) { cairo.move(pdf->context, x, y); }

void gf_pdf_line(gf_pdf *pdf, double x, double y) { cairo.line(pdf->context, x, y); }

void gf_pdf_cubic(gf_pdf *pdf, double ax, double ay, double bx, double by, double x, double y) {
  cairo.curve(pdf->context, ax, ay, bx, by, x, y);
}

void gf_pdf_close(gf_pdf *pdf) { cairo.close(pdf->context); }

static void set_color(gf_pdf *pdf, gf_pdf_color color) {
  cairo.color(pdf->context, color.red, color.green, color.blue, color.alpha);
}

void gf_pdf_fill(gf_pdf *pdf, gf_pdf_color color) {
  set_color(pdf, color);
  cairo.fill(pdf->context);
}

void gf_pdf_stroke(
  gf_pdf *pdf, gf_pdf_color color, double width, const double *dash, int dash_count, bool round_caps, bool mitred) {
  set_color(pdf, color);
  cairo.width(pdf->context, width);
  cairo.dash(pdf->context, dash, dash_count, 0);
  cairo.cap(pdf->context, round_caps ? LINE_CAP_ROUND : LINE_CAP_BUTT);
  cairo.join(pdf->context, mitred ? LINE_JOIN_MITER : LINE_JOIN_ROUND);
  cairo.stroke(pdf->context);
}

void gf_pdf_clip(gf_pdf *pdf, double x, double y, double width, double height) {
  cairo.save(pdf->context);
  cairo.rectangle(pdf->context, x, y, width, height);
  cairo.clip(pdf->context);
}

void gf_pdf_unclip(gf_pdf *pdf) { cairo.restore(pdf->context); }

void gf_pdf_image(
  gf_pdf *pdf, const unsigned *pixels, int columns, int rows, double x, double y, double width, double height,
  bool smooth) {
  surface_t *image = cairo.image((unsigned char *)pixels, FORMAT_RGB24, columns, rows, 4 * columns);
  cairo.save(pdf->context);
  cairo.rectangle(pdf->context, x, y, width, height);
  cairo.clip(pdf->context);
  cairo.translate(pdf->context, x, y);
  cairo.scale(pdf->context, width / columns, height / rows);
  cairo.source(pdf->context, image, 0, 0);
  pattern_t *pattern = cairo.source_pattern(pdf->context);
  cairo.filter(pattern, smooth ? FILTER_BEST : FILTER_NEAREST);
  cairo.paint(pdf->context);
  cairo.restore(pdf->context);
  // The page keeps a copy of the pixels once the surface is finished.
  cairo.surface_finish(image);
  cairo.surface_destroy(image);
}

void *gf_pdf_font(void *ft_face) { return cairo.font(ft_face, LOAD_NO_HINTING); }

void gf_pdf_text(
  gf_pdf *pdf, void *font, double size, double angle, gf_pdf_color color, const char *text, int text_bytes,
  const gf_pdf_glyph *glyphs, int count) {
  glyph_t *placed = calloc((size_t)count, sizeof *placed);
  cluster_t *clusters = calloc((size_t)count, sizeof *clusters);
  if (placed && clusters && count > 0) {
    for (int i = 0; i < count; i++) {
      placed[i] = (glyph_t){glyphs[i].index, glyphs[i].x, glyphs[i].y};
      clusters[i] = (cluster_t){glyphs[i].bytes, 1};
    }
    const matrix_t matrix = {
      size * cos(angle), -size * sin(angle), size * sin(angle), size * cos(angle), 0, 0};
    set_color(pdf, color);
    cairo.set_font(pdf->context, font);
    cairo.font_matrix(pdf->context, &matrix);
    cairo.text(pdf->context, text, text_bytes, placed, count, clusters, count, 0);
  }
  free(placed);
  free(clusters);
}
