// libtomlplusplus for the program that is linked statically: its headers hold all of it.
#define TOML_IMPLEMENTATION
#include <toml++/toml.h>
