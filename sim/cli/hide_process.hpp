// Keeps what a process knows to itself.
#pragma once

namespace tokenlife::sim {

// For a command that holds a private key, before it does: no crash leaves its memory in a file, and
// no other process of its user's looks into it (but root's).
void hide_process();

}  // namespace tokenlife::sim
