// Small files that a crash leaves whole or does not touch, and among them those that are for their
// owner's eyes only: private keys and tokens.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "sim/text/error.hpp"

namespace tokenlife {
class Secret;  // core/token/secret.hpp
}  // namespace tokenlife

namespace tokenlife::sim {

// Both write a file beside `path`, see it safely on the disk, give it its name and see to it that
// the folder remembers that: at every moment there is the old file or the new one. After an error
// it is the old one, unless the folder alone could not be synced.
//
// A private file has mode 0600 and is never open to others, not even for a moment. A public one has
// mode 0644, whatever the umask. What root writes into somebody's folder belongs to him: the owner
// of a site is not locked out of it by a `sudo`.
Result<void, Error> write_private_file(const std::string& path, const Secret& bytes);
Result<void, Error> write_public_file(const std::string& path, std::string_view bytes);

// Gives a file that is whole and safely on the disk its name, at once, and sees to it that the
// folder remembers that. After an error nothing of it is left, unless the folder alone could not be
// synced.
Result<void, Error> publish_file(const std::string& unfinished, const std::string& path);

// Both refuse what is no file but a link, a pipe or a folder, and wait for nothing; and, with
// advice, what others than the folder's owner and root can have changed. A private file is also
// refused if somebody else can read it or owns it (root may use anybody's).
Result<Secret, Error> read_private_file(const std::string& path, std::size_t bytes_max);
Result<Secret, Error> read_public_file(const std::string& path, std::size_t bytes_max);
// A public file of any length, which `take` gets piece by piece, and the first error of that.
Result<void, Error> read_public_file(
    const std::string& path, const std::function<Result<void, Error>(std::string_view)>& take);
Result<void, Error> copy_public_file(const std::string& from, const std::string& to);

// For good, when it returns. That there is none is no error.
Result<void, Error> remove_private_file(const std::string& path);

// Makes a folder that its owner alone may look into, and sees to it that it outlives a crash. That
// it already exists is no error.
Result<void, Error> make_private_folder(const std::string& folder);

// Both are an error, with what mends it, if others than the owner and root can change what is
// there, or if it is a link; and if the folder is neither the user's nor root's (root may use
// anybody's). That there is nothing is none.
Result<void, Error> check_own_folder(const std::string& folder);
Result<void, Error> check_own_file(const std::string& path);

// Gives what root has just made in somebody's folder to the folder's owner; not to be deceived by
// that one, who can put something else there.
Result<void, Error> give_to_owner_of(const std::string& folder, const std::string& path);

// For one scope: what is made is as open to others as if the umask were the usual one. Of the whole
// process, as umasks are.
class UsualUmask {
 public:
  UsualUmask() : before_(::umask(S_IWGRP | S_IWOTH)) {}
  UsualUmask(const UsualUmask&) = delete;
  UsualUmask& operator=(const UsualUmask&) = delete;
  ~UsualUmask() { ::umask(before_); }

 private:
  mode_t before_;
};

}  // namespace tokenlife::sim
