// The version of the library, for the preprocessor. CMake reads it from here.
//
// Before 1.0 the second number changes with everything that can break a program that uses it.
#pragma once

#define TOKENLIFE_VERSION_MAJOR 0
#define TOKENLIFE_VERSION_MINOR 2
#define TOKENLIFE_VERSION_PATCH 0
#define TOKENLIFE_VERSION \
  (TOKENLIFE_VERSION_MAJOR * 10000 + TOKENLIFE_VERSION_MINOR * 100 + TOKENLIFE_VERSION_PATCH)
