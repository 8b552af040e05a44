// Verifies a token of a site: verify_token CERTIFICATE.crt <TOKEN
#include <tokenlife/core/token.hpp>

#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::ifstream file(argv[1]);
  const std::string pem{std::istreambuf_iterator<char>(file), {}};
  const auto certificate = tokenlife::Certificate::from_pem(pem);
  if (!certificate) {
    std::cerr << argv[1] << ": " << tokenlife::name(certificate.error()) << '\n';
    return 2;
  }
  std::string token;
  std::getline(std::cin, token);

  const tokenlife::Signer signers[] = {{{0}, certificate->key(), certificate->sha1()}};
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto verified = tokenlife::verify(token, {signers, now});
  if (!verified) {
    std::cout << "refused: " << tokenlife::name(verified.error()) << '\n';
    return 1;
  }
  std::cout << "good for " << (verified->dates().expires - now).count() << " s\n";
}
