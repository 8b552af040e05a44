// Service stands in spell_cause.hpp. For who includes it by this name.
#pragma once

#include "spell_cause.hpp"
