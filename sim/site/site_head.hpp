// site.head: how far the journal of a site goes, kept beside it, so that an end that is missing is
// seen whatever the cut looks like. It is written behind each event, before that is acknowledged:
// what stands in the journal behind the head was never acknowledged, and counts if it is whole.
//
//   tokenlife site head 1
//   12:5f0c...            the number of events, and the digest behind the last of them
//   file 8675309.1767...  which file the journal is: a copy of it is another one
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "events/journal.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

inline constexpr std::string_view kHeadFile = "site.head";

struct SiteHead {
  events::JournalHead head;
  std::string file{};  // see file_identity(); empty: not known
  friend bool operator==(const SiteHead&, const SiteHead&) = default;
};

// "12:5f0c...", and back; nothing for any other text.
std::string to_string(const events::JournalHead& head);
std::optional<events::JournalHead> parse_head(std::string_view text);

// What no copy of the file has in common with it, also not one that was written over it: its
// number, its birth and its last change, as far as the file system knows them. Empty if it cannot
// be said.
std::string file_identity(const std::string& path);

// Nothing if there is none.
Result<std::optional<SiteHead>, Error> read_head(const std::string& folder);
// An error if somebody else can have changed the folder, the journal in it or its head.
Result<void, Error> check_own_site(const std::string& folder);
// The journal in the folder, which is the user's own and goes on from the head beside it; an error,
// which says what to do, if it does not.
struct KeptJournal {
  events::JournalContent content;
  std::optional<SiteHead> head{};  // nothing: as in a site of an earlier version
};
Result<KeptJournal, Error> read_kept_journal(const std::string& folder);

// Safe on the disk when it returns; after an error it is the earlier one, or perhaps this.
Result<void, Error> write_head(const std::string& folder, const SiteHead& head);

}  // namespace tokenlife::sim
