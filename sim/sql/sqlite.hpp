// SQLite, as the files see it that are compiled twice: for the program, which is linked with it,
// and for the extension, which calls whatever SQLite has loaded it.
#pragma once

#ifdef TOKENLIFE_SQLITE_EXTENSION
#include <sqlite3ext.h>
extern "C" {
SQLITE_EXTENSION_INIT3
}
#else
#include <sqlite3.h>
#endif
