#pragma once
#include <gd.h>
#include <gdfontmb.h>
