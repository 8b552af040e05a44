// Tokens, their keys and certificates: issued, signed and verified. What is declared stands in
// core/token/.
#pragma once

#include "token/certificate.hpp"
#include "token/key.hpp"
#include "token/secret.hpp"
#include "token/token.hpp"
#include "token/token_fault.hpp"
#include "token/token_verify.hpp"
