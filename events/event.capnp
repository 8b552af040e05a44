# What the frames of a log hold. FORMAT.md says how frames become files.
#
# Old logs must replay for ever, so this file only grows: a new field or union member gets the next
# free number, nothing is renumbered or reused, and no type is changed. A reader of an older schema
# does not know the new parts; `RunHeader.schemaVersion` tells it that there are some.
#
# Conventions. Times are whole seconds after the start of the run; durations are whole seconds.
# Text is UTF-8. Enumerated values are stored as bytes; the tables below are the only ones. A GUID
# of all zeros stands for "none" where a GUID is optional. No token and no key is ever stored (D4):
# a token is known by its serial, a bulk token by its GUID.
@0xaad176a38e6e31b9;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("tokenlife::wire");

# ---- Enumerated values --------------------------------------------------------------------------
#
# Network         0 offline, 1 intranet, 2 internet
# Endpoint        0 mp, 1 cmg, 2 sts
# Credential      0 self-signed, 1 pki, 2 entra, 3 bulk
# ClientVersion   0 outdated, 1 current
# MpMode          0 enhanced-http, 1 https
# RenewOn         0 contact, 1 agent-start
# RefusalReason   0 client-blocked, 1 client-outdated, 2 user-centric, 3 internal-registration-off,
#                 4 credential-required, 5 bulk-token-unknown, 6 bulk-token-not-yet-valid,
#                 7 bulk-token-expired, 8 bulk-token-blocked, 9 unknown-signer, 10 expired,
#                 11 malformed, 12 bad-signature, 13 wrong-issuer, 14 wrong-audience,
#                 15 wrong-type, 16 certificate-mismatch, 17 not-yet-valid
# FailureReason   0 endpoint-down, 1 sts-down, 2 answer-lost, 3 busy, 4 timed-out
# LifecycleState  0 not-installed, 1 installed, 2 registered, 3 roaming, 4 renewing, 5 expired,
#                 6 re-registration-required
# OnIntranet      0 mp, 1 mp-then-cmg, 2 cmg
# RenewsOn        0 intranet, 1 connected, 2 nowhere
# SpellCause      0 not-recorded, 1 not-enrolled, 2 adopted, 3 blocked, 4 signer-retired,
#                 5 endpoint-down, 6 sts-down, 7 answer-lost, 8 client-outdated,
#                 9 cmg-not-allowed, 10 no-agent-start, 11 busy, 12 timed-out, 13 answer-late,
#                 14 on-its-way, 15 offline, 16 never-due
# CauseKind       0 run-start, 1 action*, 2 action-end*, 3 expiry, 4 installation, 5 network,
#                 6 agent-start, 7 contact, 8 request*, 9 exchange*
#                 Those with * have a number: of the action in the scenario, from 0; of the request
#                 that is answered, as its sequence number in the stream; for an exchange the
#                 seconds since it was sent.
# ClientEventKind, with the fields in its detail byte, bits counted from the lowest, and the other
# columns that have an entry for the event:
#    0 client-installed          0-1 network, 2-3 credential, 4 version, 5 cmg-allowed, 6 blocked,
#                                7 turns-to-cmg; cohorts, guids, a number if so.
#    1 network-changed           0-1 from, 2-3 to.
#    2 agent-restarted           0.
#    3 registration-requested    0-1 via, 2-3 credential; guids if bulk.
#    4 registration-completed    0-1 via; tokens.
#    5 registration-refused      0-1 via, 2-6 reason.
#    6 registration-failed       0-1 via, 2-7 reason.
#    7 renewal-requested         0-1 via; serials.
#    8 token-renewed             0-1 via; tokens.
#    9 renewal-refused           0-1 via, 2-6 reason.
#   10 renewal-failed            0-1 via, 2-7 reason.
#   11 token-expired             0-4 spell-cause; serials, a number if so.
#   12 re-registration-required  0-1 via, 2-6 reason, 7 begins-spell; a number if so.
#   13 client-reinstalled        0 new-identity, 1 begins-spell; guids, a number if so.
#   14 client-upgraded           0.
#   15 client-blocked            0.
#   16 client-unblocked          0.
#   17 cmg-allowed-changed       0 value.
#   18 client-adopted            0-2 state, 3-4 network, 5-6 last-connected, 7 blocked; cohorts,
#                                guids, tokens, numbers.
#   19 client-policy-changed     0 renew-after, 1 renew-jitter, 2 renew-on, 3 retry-after-failure,
#                                4 retry-after-refusal, 5 retry-backoff, 6 retry-max,
#                                7 retry-jitter; a number for each.
#   20 credential-renewed        0; numbers.
#   21 credential-expired        0-1 renews-on.
#   22 clock-changed             0; numbers.
#   23 asked-to-renew            0; serials.
# Bits that are not named are 0. Kinds from 18 on, 7 of 0, 11 and 12, and 0 and 1 of 13 since
# schema 4; 23, from 5 on of 19, and the FailureReasons from 3 on since schema 7. The numbers of an
# event are signed and come last: of 0 an OnIntranet; of 11, 12 and 13
# the seconds since the last contact, 0 if there was none, where a spell begins, which is so in 11
# if the cause is recorded; of 18 how many tokens it has had, a Credential, a ClientVersion, whether
# the CMG is allowed, an OnIntranet, whether its credential has expired, a RenewsOn; of 19 what has
# changed, lengths in seconds, a RenewOn, thousandths; of 20 for how many seconds it is valid; of 22
# by how many seconds the clock goes before. Reasons are a RefusalReason of what was refused or
# required, a FailureReason of what failed.

# A GUID's 128 bits in the order in which they are printed.
struct Guid {
  high @0 :UInt64;
  low @1 :UInt64;
}

# ---- site.log -----------------------------------------------------------------------------------

# Frame type 1. With the scenario's text and the seed the same events follow again.
struct RunHeader {
  schemaVersion @0 :UInt32;         # The first one with all that the log uses.
  lifecycleFingerprint @1 :UInt64;  # FNV-1a of the rows of the transition table that wrote the log.
  partitionClients @2 :UInt32;      # Clients in each partition but the last.
  scenarioName @3 :Text;
  scenarioText @4 :Text;
  inputs @5 :List(Input);           # Files that the scenario names, in its order.
  seed @6 :UInt64;
  clientsScale @7 :Float64;         # What the counts of the scenario were multiplied with.
  startUnixSeconds @8 :Int64;       # The start of the run, in seconds since 1970 UTC.
  tick @9 :Int64;
  duration @10 :Int64;
  cohorts @11 :List(Cohort);        # Client numbers go through all cohorts in this order, from 0.
  clients @12 :UInt32;              # Of all cohorts together.

  struct Input {
    name @0 :Text;
    sha256 @1 :Data;  # 32 bytes
  }
  struct Cohort {
    name @0 :Text;
    firstClient @1 :UInt32;
    clients @2 :UInt32;
    devices @3 :List(Text);  # Since schema 4: the names of an inventory's, client after client.
  }
}

# Frame type 7, the first of a journal: of a site.log that no run wrote, but a site on disk.
struct JournalHeader {
  schemaVersion @0 :UInt32;     # The first one with all that it began with.
  startUnixSeconds @1 :Int64;  # When the site was established, in seconds since 1970 UTC.
  keepsHead @2 :Bool;          # Since schema 5: there is a site.head beside it.
}

# Frame type 2. The site's stream, or a part of it; the frames of a log together are the whole.
struct SiteEvents {
  events @0 :List(SiteEvent);
}

struct SiteEvent {
  seq @0 :UInt32;          # From 0, without gaps.
  time @1 :UInt32;         # Never goes back, but with clockWentBack.
  causeKind @2 :UInt8;
  causeNumber @3 :UInt32;  # 0 for causes without a number.

  union {
    unset @4 :Void;  # Never written, so that zeroes do not read as an event.
    siteEstablished :group {
      tenant @5 :Guid;
      policy @6 :Policy;
      bulkLeeway @19 :Int64 = -1;  # Since schema 4, of the policy. -1: as leeway.
    }
    bulkTokenIssued :group {
      name @7 :Text;
      guid @8 :Guid;
      notBefore @9 :Int64;
      expires @10 :Int64;
    }
    bulkTokenBlocked @11 :Guid;
    bulkTokenUnblocked @12 :Guid;
    endpointDown @13 :UInt8;               # Endpoint
    endpointUp @14 :UInt8;                 # Endpoint
    signingCertificateRotated @15 :UInt32; # The number of the new one.
    signingCertificateRetired @16 :UInt32;
    clientTokenIssued @17 :ClientToken;    # Since schema 2. No simulated run has it.
    policyChanged @18 :PolicyChange;       # Since schema 4.

    # Since schema 5. No simulated run has them. The first two are site-established and
    # signing-certificate-rotated of a site that says by which certificate it signs.
    establishedOnDisk @20 :SiteOnDisk;
    rotatedOnDisk @21 :SigningCertificate;
    signingCertificateLearnt @22 :SigningCertificate;
    clientCertificateBlocked @23 :Data;    # SHA-256 of the client's certificate, 32 bytes
    clientCertificateUnblocked @24 :Data;
    clockWentBack @26 :Int64;              # The time of the event before, which is later.
    journalRepaired @27 :JournalRepaired;
    epochBegun @28 :UInt32;                # The number of the next new client.
    clientRecognised @29 :RecognisedClient;
    clientTokenShown @30 :ShownToken;

    # Since schema 6. No simulated run has them.
    caTrusted @31 :TrustedCa;
    caDistrusted @32 :Data;                # SHA-256 of the CA's certificate, 32 bytes
    entraTrusted @33 :TrustedEntra;
    entraDistrusted @34 :Text;             # The issuer.

    # Since schema 7. The first is site-established where what is new in its struct is not plain.
    establishedUnderLoad @35 :SiteUnderLoad;
    capacityChanged @36 :CapacityChange;
  }
  timeHigh @25 :Int8;      # Since schema 5: time is so many times 2^32 seconds later. 0 in runs.
}

struct JournalRepaired {
  acknowledged @0 :UInt32;  # Events, as far as that is known.
  kept @1 :UInt32;          # Of them.
  bytesCut @2 :UInt64;
}

struct RecognisedClient {
  thumbprint @0 :Data;  # SHA-256 of the client's certificate, 32 bytes
  serial @1 :UInt64;    # The newest that it is known to have had; see ClientToken.
  number @2 :UInt32;    # The client's number from now on.
}

struct ShownToken {
  thumbprint @0 :Data;  # SHA-256 of the client's certificate, 32 bytes
  serial @1 :UInt64;    # see ClientToken
}

struct TrustedCa {
  name @0 :Text;
  certificate @1 :Data;  # SHA-256 of the CA's certificate, 32 bytes
  revocation @2 :Data;   # SHA-256 of the file with its CRLs, 32 bytes; empty: it has none
}

struct TrustedEntra {
  issuer @0 :Text;
  audience @1 :Text;
  keys @2 :Data;  # SHA-256 of the file with the issuer's keys, a JWKS, 32 bytes
}

struct SiteOnDisk {
  tenant @0 :Guid;
  policy @1 :Policy;
  bulkLeeway @2 :Int64 = -1;  # of the policy. -1: as leeway.
  certificate @3 :Data;       # SHA-256 of the one that signs first, 32 bytes
}

# A struct of its own, as SiteOnDisk, so that events of before schema 7 stay as long as they were.
struct SiteUnderLoad {
  tenant @0 :Guid;
  policy @1 :Policy;
  bulkLeeway @2 :Int64 = -1;      # -1: as leeway.
  retryBackoff @3 :UInt32 = 1000; # In thousandths.
  retryMax @4 :Int64 = -1;        # -1: none.
  retryJitter @5 :UInt32;         # In thousandths.
  requestTimeout @6 :Int64 = -1;  # -1: none.
  renewDraw @7 :UInt8;            # 0 per-token, 1 per-contact
  mp @8 :Capacity;                # Null: without a limit.
  cmg @9 :Capacity;               # Null: without a limit.
}

# Registrations and renewals.
struct Capacity {
  perMinute @0 :UInt64;
  queue @1 :UInt64;  # That wait at most.
}

struct CapacityChange {
  endpoint @0 :UInt8;      # Endpoint: 0 or 1
  capacity @1 :Capacity;   # Null: it has no limit from now on.
}

struct SigningCertificate {
  key @0 :UInt32;
  certificate @1 :Data;  # SHA-256, 32 bytes
}

# A struct of its own, and no group, so that the events before it stay as long as they were.
struct ClientToken {
  thumbprint @0 :Data;  # SHA-256 of the client's certificate, 32 bytes
  serial @1 :UInt64;    # Client number * 2^32 + ordinal. Ordinals count from 1.
  notBefore @2 :Int64;
  expires @3 :Int64;
  signer @4 :UInt32;    # The number of the signing certificate, from 0.
}

struct Policy {
  tokenValidity @0 :Int64;
  renewAfter @1 :Int64;
  renewJitter @2 :Int64;
  renewOn @3 :UInt8;
  internalRegistration @4 :Bool;
  mp @5 :UInt8;  # MpMode
  leeway @6 :Int64;
  latency @7 :Int64;
  retryAfterFailure @8 :Int64;
  retryAfterRefusal @9 :Int64;
}

# What has changed; -1 or 255: as it was.
struct PolicyChange {
  tokenValidity @0 :Int64 = -1;
  leeway @1 :Int64 = -1;
  bulkLeeway @2 :Int64 = -1;
  internalRegistration @3 :UInt8 = 255;
  mp @4 :UInt8 = 255;  # MpMode
}

# Frame type 3, the last of site.log.
struct RunEnd {
  complete @0 :Bool;                # No: the run was interrupted.
  siteEvents @1 :UInt64;
  clientEvents @2 :UInt64;
  partitions @3 :List(Partition);  # In the order of their numbers. All of them if complete.
  kinds @4 :List(UInt64);  # Since schema 3: the events of each EventKind, the site's and clients'.
  first @5 :UInt32;        # Times of the first and the last event, if there are any.
  last @6 :UInt32;
  clientKinds @7 :UInt32;  # Since schema 4: how many of `kinds`, the first ones, are of clients.

  struct Partition {
    number @0 :UInt32;
    clients @1 :UInt32;  # Whose stream is complete.
    events @2 :UInt64;
    bytes @3 :UInt64;    # Of the whole file.
    digest @4 :Data;     # The last of the file, 32 bytes.
  }
}

# ---- clients-NNNNN.log --------------------------------------------------------------------------

# Frame type 4, the first of the file.
struct PartitionHeader {
  runHeaderDigest @0 :Data;  # The digest of the frame with the RunHeader, 32 bytes.
  partition @1 :UInt32;
  firstClient @2 :UInt32;    # partition * RunHeader.partitionClients
}

# Frame type 5. Events of clients in columns. `kinds`, `causes`, `details` and `times` have an entry
# for every event; the other columns hold what only some events have: a reader takes the next entry
# of such a column whenever an event with such a part comes by, and none is left at the end.
struct ClientBatch {
  slices @0 :List(Slice);  # The events of the batch belong to these clients, in this order.
  kinds @1 :Data;          # ClientEventKind, a byte an event
  causes @2 :Data;         # CauseKind, a byte an event
  details @3 :Data;        # A byte an event, see above.
  times @4 :List(UInt32);
  causeNumbers @5 :List(UInt32);  # Of causes that have a number.
  # Which events have an entry in these is said in the table of their kinds, above.
  serials @6 :List(UInt32);  # The ordinal of the token's serial.
  tokens @7 :List(Token);
  guids @8 :List(Guid);      # Of a bulk token. May be none, but not with the credential bulk.
  cohorts @9 :List(UInt32);

  # A stretch of one client's stream. A client's slices follow each other, also over several
  # batches; the first one starts at sequence number 0. Clients come in the order of their numbers,
  # none left out: one to whom nothing happened has a slice without events.
  struct Slice {
    client @0 :UInt32;
    firstSeq @1 :UInt32;
    events @2 :UInt32;
  }

  # A token that the client holds from this event on. The serial of a client token is the client's
  # number and an ordinal: which of the client's tokens it is, from 1.
  struct Token {
    ordinal @0 :UInt32;
    replacesOrdinal @1 :UInt32;  # token-renewed: of the token replaced; otherwise 0
    notBefore @2 :UInt32;        # When the site judged the request.
    validSeconds @3 :UInt32;     # Expires so long after notBefore.
    signer @4 :UInt32;           # The number of the signing certificate, from 0.
  }
}

# Frame type 8, since schema 3. Events of some clients during a stretch of time, in columns. The
# stretches of the same clients follow each other, and together they are a batch; each can be read
# without the others.
struct ClientStretch {
  firstClient @0 :UInt32;
  clients @1 :UInt32;       # Each has its place in the stretch, also without events.
  number @2 :UInt32;        # From 0 for the first of these clients.
  from @3 :UInt32;          # No event is earlier. Later than `until` of the stretch before.
  until @4 :UInt32;         # No event is later.
  timeUnit @5 :UInt32;      # Of steps, in seconds.
  validSeconds @6 :UInt32;  # Of a token that is as expected.
  signer @7 :UInt32;        # Of a token that is as expected.
  shapes @8 :List(UInt32);  # A byte each, from the lowest: kind, cause, detail, flags. Below 256.
  streams @9 :Data;         # Numbers: of each client the events, and if any, their first seq.
  codes @10 :Data;          # A byte an event: its place among the shapes, or 255.
  steps @11 :List(UInt16);  # Of each event: its time less that of the one before, or than `from`.
  longSteps @12 :List(UInt32);  # The steps of events that have 65535 in `steps`.
  numbers @13 :Data;        # What else events have, in their order.
  guids @14 :List(Guid);    # Of bulk tokens, each once.
}
# Flags of a shape: 1, the number of the cause is as expected; 2, the serial or the token is.

# Frame type 6, the last of the file.
struct PartitionEnd {
  clients @0 :UInt32;  # Whose stream is complete: the first ones of the partition.
  events @1 :UInt64;
  stretches @2 :List(Stretch);  # Since schema 3: all of the file, in their order.

  struct Stretch {
    offset @0 :UInt64;  # Of its frame in the file.
    firstClient @1 :UInt32;
    clients @2 :UInt32;
    from @3 :UInt32;
    until @4 :UInt32;
    events @5 :UInt32;
  }
}

# ---- clients-NNNNN.states -----------------------------------------------------------------------
#
# What follows from the events, kept so that it need not be found out again. FORMAT.md says how.

# Frame type 9. Where the clients of a batch stood before one of its stretches.
struct ClientStates {
  stretch @0 :UInt64;       # Where the frame of the stretch begins in clients-NNNNN.log.
  firstClient @1 :UInt32;   # These three are the stretch's.
  clients @2 :UInt32;
  from @3 :UInt32;
  timeUnit @4 :UInt32;      # Of ages, in seconds.
  validSeconds @5 :UInt32;  # Of a token that is as expected.
  signer @6 :UInt32;        # Of a token that is as expected.
  shapes @7 :List(UInt64);  # What clients have in common, in bits.
  codes @8 :Data;           # A byte a client: its place among the shapes, or 255.
  ages @9 :List(UInt16);    # Of each token: how long before `from` it begins, or 65535.
  numbers @10 :Data;        # What else there is of clients.
  guids @11 :List(Guid);    # Of bulk tokens, each once.
  goesOn @12 :Bool;         # The first client is as the batch before leaves it, and not told here.
}

# Frame type 10, the last of the file.
struct StatesEnd {
  partition @0 :Data;        # The last digest of clients-NNNNN.log, 32 bytes.
  states @1 :List(Place);    # All of the file, in the order of their stretches.

  struct Place {
    stretch @0 :UInt64;  # Where the frame of the stretch begins in clients-NNNNN.log,
    frame @1 :UInt64;    # and that of the states here.
  }
}
