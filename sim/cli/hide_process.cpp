#include "sim/cli/hide_process.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace tokenlife::sim {
namespace {

// The finder of leaks looks into the process itself, from another one.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kIsLookedInto = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool kIsLookedInto = true;
#else
constexpr bool kIsLookedInto = false;
#endif
#else
constexpr bool kIsLookedInto = false;
#endif

}  // namespace

void hide_process() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  if (!kIsLookedInto) ::prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace tokenlife::sim
