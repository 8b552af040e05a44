// Tokens: issued, signed and verified. What is declared stands in core/token/.
#pragma once

#include "token/token.hpp"
