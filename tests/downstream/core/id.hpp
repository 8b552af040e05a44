// The project's own core/id.hpp: the library's headers must not find it instead of theirs.
#pragma once

namespace downstream {

struct DoorId {
  int floor = 0;
  int number = 0;
};

}  // namespace downstream
