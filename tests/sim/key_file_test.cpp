// Files of keys and certificates: who may read them, and what is taken for one.
#include "sim/site/key_file.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include <csignal>

#include "core/token/certificate.hpp"
#include "core/token/key.hpp"
#include "core/token/secret.hpp"
#include "events/temporary_folder.hpp"
#include "sim/site/private_file.hpp"

namespace tokenlife::test {
namespace {

using sim::read_certificate_file;
using sim::read_key_file;
using sim::write_key_file;

const PrivateKey& some_key() {
  static const PrivateKey key = PrivateKey::generate(KeyKind::ec_p256);
  return key;
}

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

// A umask for one scope.
struct Umask {
  mode_t before;
  explicit Umask(mode_t mask) : before(::umask(mask)) {}
  ~Umask() { ::umask(before); }
};

// Files that cannot grow beyond so many bytes, as on a disk that is full, for one scope.
struct FullDisk {
  rlimit before{};
  void (*handler)(int) = std::signal(SIGXFSZ, SIG_IGN);
  explicit FullDisk(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before);
    const rlimit now{bytes, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
  }
};

std::string refusal(const std::filesystem::path& path) {
  const auto key = read_key_file(path);
  REQUIRE_FALSE(key);
  CHECK(key.error().kind == sim::ErrorKind::file);
  CHECK(key.error().place == path.string());
  return key.error().what;
}

}  // namespace

TEST_CASE("R29 D4: a key's file is its owner's alone, whatever the umask") {
  const TemporaryFolder folder;
  for (const mode_t mask : {0U, 022U, 077U, 0177U}) {
    const Umask umask(mask);
    REQUIRE(write_key_file(folder / "key", some_key()));
    CHECK(mode_of(folder / "key") == 0600);
    const auto key = read_key_file(folder / "key");
    REQUIRE(key);
    CHECK(key->public_key() == some_key().public_key());
  }
  // Nothing unfinished stays beside it.
  CHECK(read_folder(folder.path()).size() == 1);
}

TEST_CASE("R29 D4: a key that others can read is refused, with advice") {
  const TemporaryFolder folder;
  REQUIRE(write_key_file(folder / "key", some_key()));
  for (const mode_t mode : {0640U, 0620U, 0610U, 0604U, 0602U, 0601U, 0644U, 0666U}) {
    INFO(std::oct << mode);
    REQUIRE(::chmod((folder / "key").c_str(), mode) == 0);
    CHECK(refusal(folder / "key") == "can be read or written by other users");
    CHECK(read_key_file(folder / "key").error().advice.find("chmod 600") != std::string::npos);
  }
  REQUIRE(::chmod((folder / "key").c_str(), 0400) == 0);
  CHECK(read_key_file(folder / "key"));
}

TEST_CASE("R29: root may use anybody's key, and nobody else somebody's") {
  if (::geteuid() != 0) {
    WARN("not run: only root can give files away");
    return;
  }
  const TemporaryFolder folder;
  REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
  REQUIRE(write_key_file(folder / "key", some_key()));
  REQUIRE(::chown((folder / "key").c_str(), 65'533, 65'533) == 0);
  CHECK(read_key_file(folder / "key"));
  for (const uid_t user : {65'533U, 65'534U}) {
    REQUIRE(::seteuid(user) == 0);
    const auto key = read_key_file(folder / "key");
    REQUIRE(::seteuid(0) == 0);
    INFO(user);
    CHECK(key.has_value() == (user == 65'533U));
    if (!key) {
      CHECK(to_string(key.error()) ==
            (folder / "key").string() +
                ": cannot be read: Permission denied; run this as its owner");
    }
  }
}

TEST_CASE("what is no file is not read as a key") {
  const TemporaryFolder folder;
  REQUIRE(write_key_file(folder / "key", some_key()));
  std::filesystem::create_symlink(folder / "key", folder / "link");
  CHECK(refusal(folder / "link") == "is a link");
  std::filesystem::create_directory(folder / "folder");
  CHECK(refusal(folder / "folder") == "is not a regular file");
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(refusal(folder / "pipe") == "is not a regular file");
  CHECK(refusal("/dev/null") == "is not a regular file");
  CHECK(refusal(folder / "nothing") == "cannot be read: No such file or directory");
}

TEST_CASE("a file of any size and content is refused, or is a key") {
  const TemporaryFolder folder;
  const auto refuse = [&](const std::string& bytes) {
    write_file(folder / "key", bytes);
    REQUIRE(::chmod((folder / "key").c_str(), 0600) == 0);
    return refusal(folder / "key");
  };
  const std::string pem(some_key().to_pem().reveal());
  CHECK(refuse("") == "does not hold one private key in PEM");
  CHECK(refuse(pem.substr(0, pem.size() / 2)) == "does not hold one private key in PEM");
  CHECK(refuse(pem + pem) == "does not hold one private key in PEM");
  CHECK(refuse(std::string(1 << 20, 'x')) == "is longer than 65536 bytes");
}

TEST_CASE("a certificate's file is for everybody, and a key is none") {
  const TemporaryFolder folder;
  const Umask umask(022);
  const std::chrono::sys_seconds start{};
  const auto certificate =
      Certificate::self_signed(some_key(), {"site", start, start + std::chrono::days{1}});
  REQUIRE(sim::write_certificate_file(folder / "crt", certificate));
  CHECK(mode_of(folder / "crt") == 0644);
  const auto read = read_certificate_file(folder / "crt");
  REQUIRE(read);
  CHECK(read->sha256() == certificate.sha256());
  REQUIRE(write_key_file(folder / "key", some_key()));
  CHECK(read_certificate_file(folder / "key").error().what ==
        "does not hold one certificate in PEM");
}

TEST_CASE("a file that cannot be written is an error that names it, and leaves what was there") {
  const TemporaryFolder folder;
  const auto failed = write_key_file(folder / "no/key", some_key());
  REQUIRE_FALSE(failed);
  CHECK(failed.error().place == (folder / "no/key").string());
  CHECK(failed.error().what == "cannot be made: No such file or directory");
  // A crash left an unfinished one: it is in nobody's way.
  write_file(folder / "key.new", "half a k");
  REQUIRE(write_key_file(folder / "key", some_key()));
  CHECK(read_key_file(folder / "key"));
  CHECK(read_folder(folder.path()).size() == 1);
  // What is no file is not removed for it.
  std::filesystem::create_directory(folder / "key.new");
  const auto in_the_way = write_key_file(folder / "key", some_key());
  REQUIRE_FALSE(in_the_way);
  CHECK(in_the_way.error().place == (folder / "key.new").string());
  CHECK(in_the_way.error().what.starts_with("cannot be removed: "));
}

TEST_CASE("D4: on a full disk a private file stays as it was, and nothing stays beside it") {
  const TemporaryFolder folder;
  REQUIRE(sim::write_private_file(folder / "token", Secret{"the old one"}));
  const auto full = [&] {
    const FullDisk disk(5);
    return sim::write_private_file(folder / "token", Secret{"the new one"});
  }();
  REQUIRE_FALSE(full);
  CHECK(full.error().what == "cannot be written: File too large");
  CHECK(read_folder(folder.path()) == Files{{"token", "the old one"}});
}

TEST_CASE("D4: a private file is removed, once, and is read up to its greatest length") {
  const TemporaryFolder folder;
  REQUIRE(sim::write_private_file(folder / "token", Secret{"12345"}));
  const auto whole = sim::read_private_file(folder / "token", 5);
  REQUIRE(whole);
  CHECK(whole->reveal() == "12345");
  CHECK(sim::read_private_file(folder / "token", 4).error().what == "is longer than 4 bytes");
  CHECK(sim::remove_private_file(folder / "token"));
  CHECK(sim::remove_private_file(folder / "token"));
  CHECK(read_folder(folder.path()).empty());
  std::filesystem::create_directory(folder / "token");
  CHECK_FALSE(sim::remove_private_file(folder / "token"));
}

}  // namespace tokenlife::test
