#include "sim/key_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/pem.hpp"
#include "core/secret.hpp"

namespace tokenlife::sim {
namespace {

constexpr mode_t kOwnerAlone = 0600;
constexpr mode_t kEverybodyReads = 0644;

// Closes on every way out.
struct OpenFile {
  int descriptor;
  OpenFile(const std::string& path, int flags, mode_t mode = 0)
      : descriptor(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (descriptor >= 0) ::close(descriptor);
  }
};

Failed<Error> wrong(const std::string& path, std::string what, std::string advice = "") {
  return Failed<Error>(Error{ErrorKind::file, path, std::move(what), std::move(advice)});
}

Failed<Error> error_now(const std::string& path, const std::string& what) {
  return wrong(path, what + ": " + std::system_category().message(errno));
}

Result<void, Error> write_all(const OpenFile& file, const std::string& path,
                              std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.descriptor, bytes.data(), bytes.size());
    if (written == -1 && errno == EINTR) continue;
    if (written == -1) return error_now(path, "cannot be written");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file.descriptor) != 0) return error_now(path, "cannot be written");
  return {};
}

// `mode` is what a new file is made with; the umask can only take from it.
Result<void, Error> write_file(const std::string& path, std::string_view bytes, mode_t mode) {
  const std::string unfinished = path + ".new";
  ::unlink(unfinished.c_str());  // a crash may have left it
  Result<void, Error> done;
  {
    const OpenFile file(unfinished, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
    if (file.descriptor < 0) return error_now(path, "cannot be made");
    done = write_all(file, path, bytes);
  }
  if (done && ::rename(unfinished.c_str(), path.c_str()) != 0) {
    done = error_now(path, "cannot be given its name");
  }
  if (!done) ::unlink(unfinished.c_str());
  return done;
}

// Whether nobody but the owner and root can have seen or changed what is in the file.
Result<void, Error> check_private(const struct stat& status, const std::string& path) {
  if (!S_ISREG(status.st_mode)) {
    return wrong(path, "is no file", "a key is read from nothing else");
  }
  if (status.st_uid != ::geteuid() && ::geteuid() != 0) {
    return wrong(path, "is somebody else's", "run this as the owner of the key");
  }
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return wrong(path, "is open to others than its owner",
                 "run `chmod 600` on it, and make a new key if somebody may have read it");
  }
  return {};
}

Result<Secret, Error> read_all(const OpenFile& file, const std::string& path) {
  std::string bytes(kPemBytesMax + 1, '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = ::read(file.descriptor, bytes.data() + filled, bytes.size() - filled);
    if (got == -1 && errno == EINTR) continue;
    if (got == -1) {
      wipe(bytes);
      return error_now(path, "cannot be read");
    }
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  Secret secret{std::string_view(bytes).substr(0, filled)};
  wipe(bytes);
  if (filled > kPemBytesMax) return wrong(path, "is too long to hold a key or certificate");
  return secret;
}

Result<Secret, Error> read_file(const std::string& path, bool has_key) {
  // O_NONBLOCK: a named pipe must not make the reader wait for ever.
  const OpenFile file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  if (file.descriptor < 0 && errno == ELOOP) {
    return wrong(path, "is a link", "put the file itself there");
  }
  if (file.descriptor < 0 && errno == EACCES && has_key) {
    return wrong(path, "cannot be read: Permission denied", "run this as the owner of the key");
  }
  if (file.descriptor < 0) return error_now(path, "cannot be read");
  struct stat status {};
  if (::fstat(file.descriptor, &status) != 0) return error_now(path, "cannot be looked at");
  if (has_key) {
    if (auto good = check_private(status, path); !good) return Failed<Error>(good.error());
  } else if (!S_ISREG(status.st_mode)) {
    return wrong(path, "is no file");
  }
  return read_all(file, path);
}

}  // namespace

Result<void, Error> write_key_file(const std::string& path, const PrivateKey& key) {
  return write_file(path, key.to_pem().reveal(), kOwnerAlone);
}

Result<void, Error> write_certificate_file(const std::string& path,
                                           const Certificate& certificate) {
  return write_file(path, certificate.to_pem(), kEverybodyReads);
}

Result<void, Error> sync_folder(const std::string& folder) {
  const OpenFile file(folder, O_RDONLY | O_DIRECTORY);
  if (file.descriptor < 0) return error_now(folder, "cannot be opened");
  if (::fsync(file.descriptor) != 0) return error_now(folder, "cannot be written");
  return {};
}

Result<PrivateKey, Error> read_key_file(const std::string& path) {
  const auto pem = read_file(path, true);
  if (!pem) return Failed<Error>(pem.error());
  auto key = PrivateKey::from_pem(pem->reveal());
  if (!key) return wrong(path, "does not hold one good private key in PEM");
  return std::move(*key);
}

Result<Certificate, Error> read_certificate_file(const std::string& path) {
  const auto pem = read_file(path, false);
  if (!pem) return Failed<Error>(pem.error());
  auto certificate = Certificate::from_pem(pem->reveal());
  if (!certificate) return wrong(path, "does not hold one good certificate in PEM");
  return std::move(*certificate);
}

}  // namespace tokenlife::sim
