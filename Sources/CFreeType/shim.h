#pragma once
#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_OUTLINE_H

// Macros with casts, which Swift does not import.
static const int gf_load_unscaled = FT_LOAD_NO_SCALE;
// Heights of letters on whole pixels, widths untouched; bitmaps inside fonts are not used.
static const int gf_load_level = FT_LOAD_TARGET_LIGHT | FT_LOAD_FORCE_AUTOHINT | FT_LOAD_NO_BITMAP;
static const unsigned gf_kerning_unscaled = FT_KERNING_UNSCALED;
