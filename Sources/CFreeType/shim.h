#pragma once
#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_OUTLINE_H

// A macro with casts, which Swift does not import.
static const int gf_load_unscaled = FT_LOAD_NO_SCALE;
