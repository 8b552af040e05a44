/* The transition system that `tokenlife check` explores, written down once more, by hand, from the
 * rules: two clients, answers after one unit of time, contact-every one unit. SPIN explores it with
 * its own engine, and finds as many states and transitions.
 *
 * Parameters: VALIDITY and RENEW in units (90 and 30 for a unit of a day); OUTAGE, BLOCK, ROTATE,
 * CMG_SETTING, REINSTALL: what else may happen; DAYS: when time stands still, if at all.
 *
 * Every option of the loop is one d_step, so that each is one transition of SPIN. A state is the
 * world in the middle of a tick: after answers and expiries, before moves and contacts. */

#define OFFLINE 0
#define INTRANET 1
#define INTERNET 2

#define NOT_INSTALLED 0
#define INSTALLED 1
#define LIVE 2    /* registered or roaming, by where the client was last connected */
#define EXPIRED 3
#define MUST_REGISTER 4

#define N 2

byte state[N];
byte on[N];
byte last[N];       /* connected there; OFFLINE: never */
byte age[N];        /* of the token in units, 0 without one */
bool moved[N];      /* in this tick */

bool mp_down, cmg_down, sts_down;

#ifdef BLOCK
bool blocked[N];
#define IS_BLOCKED(i) blocked[i]
#else
#define IS_BLOCKED(i) false
#endif
#ifdef ROTATE
byte signer[N];     /* of the token: 0 the key that signs now, 1 the one before, 2 a retired one */
bool old_is_trusted;
#define IS_RETIRED(i) (signer[i] == 2)
#define SIGN(i) signer[i] = 0
#else
#define IS_RETIRED(i) false
#define SIGN(i) skip
#endif
#ifdef CMG_SETTING
bool forbidden[N];
#define MAY_ASK(i) (on[i] == INTRANET || (on[i] == INTERNET && !forbidden[i]))
#else
#define MAY_ASK(i) (on[i] != OFFLINE)
#endif
#ifdef REINSTALL
bool ordered[N];
#endif
#ifdef DAYS
byte day;
#endif

#define HAS_TOKEN(i) (state[i] == LIVE || state[i] == EXPIRED)
#define IS_UP(i) ((on[i] == INTRANET && !mp_down) || (on[i] == INTERNET && !cmg_down))

/* What a client has when the clock has moved on: an answer takes one unit. */
inline get_token(i) { state[i] = LIVE; age[i] = 1; SIGN(i) }
inline lose_token(i) { state[i] = MUST_REGISTER; age[i] = 0; SIGN(i) }

/* Time does to a token what it does. */
inline grow_older(i) {
  if
  :: state[i] == LIVE ->
    age[i]++;
    if
    :: age[i] == VALIDITY -> state[i] = EXPIRED
    :: else -> skip
    fi
  :: else -> skip
  fi
}

inline pass_time(i) {
  if
  /* It asks for nothing, or nobody is there to answer. */
  :: state[i] == NOT_INSTALLED || !MAY_ASK(i) || !IS_UP(i) -> grow_older(i)
  :: else ->
    if
    /* Registrations. */
    :: on[i] == INTRANET && state[i] != LIVE ->
      if
      :: !sts_down && !IS_BLOCKED(i) -> get_token(i)
      :: else -> skip
      fi
    /* Renewals. */
    :: state[i] == LIVE && age[i] >= RENEW ->
      if
      :: sts_down -> grow_older(i)
      :: !sts_down && (IS_BLOCKED(i) || IS_RETIRED(i)) -> lose_token(i)
      :: else -> get_token(i)
      fi
    /* Exchanges. */
    :: state[i] == LIVE && age[i] < RENEW ->
      if
      :: IS_BLOCKED(i) || IS_RETIRED(i) -> lose_token(i)
      :: else -> grow_older(i)
      fi
    :: state[i] == EXPIRED && on[i] == INTERNET -> lose_token(i)
    /* Without a token on the internet it waits. */
    :: else -> skip
    fi
  fi;
#ifdef REINSTALL
  if
  :: ordered[i] -> ordered[i] = false; state[i] = INSTALLED; age[i] = 0; SIGN(i)
  :: else -> skip
  fi;
#endif
  moved[i] = false
}

inline install(i, where) { state[i] = INSTALLED; on[i] = where; last[i] = where; moved[i] = true }

#ifdef BLOCK
#define BLOCK_OPTIONS(i) \
  :: d_step { state[i] != NOT_INSTALLED && !blocked[i] -> blocked[i] = true } \
  :: d_step { state[i] != NOT_INSTALLED && blocked[i] -> blocked[i] = false }
#else
#define BLOCK_OPTIONS(i)
#endif
#ifdef CMG_SETTING
#define CMG_SETTING_OPTIONS(i) \
  :: d_step { state[i] != NOT_INSTALLED && !forbidden[i] -> forbidden[i] = true } \
  :: d_step { state[i] != NOT_INSTALLED && forbidden[i] -> forbidden[i] = false }
#else
#define CMG_SETTING_OPTIONS(i)
#endif
#ifdef REINSTALL
#define REINSTALL_OPTIONS(i) \
  :: d_step { state[i] != NOT_INSTALLED && !ordered[i] -> ordered[i] = true }
#else
#define REINSTALL_OPTIONS(i)
#endif

#define MAY_MOVE(i, where) (state[i] != NOT_INSTALLED && !moved[i] && on[i] != where)
#define CLIENT_OPTIONS(i) \
  :: d_step { state[i] == NOT_INSTALLED -> install(i, OFFLINE) } \
  :: d_step { state[i] == NOT_INSTALLED -> install(i, INTRANET) } \
  :: d_step { state[i] == NOT_INSTALLED -> install(i, INTERNET) } \
  :: d_step { MAY_MOVE(i, OFFLINE) -> on[i] = OFFLINE; moved[i] = true } \
  :: d_step { MAY_MOVE(i, INTRANET) -> on[i] = INTRANET; last[i] = INTRANET; moved[i] = true } \
  :: d_step { MAY_MOVE(i, INTERNET) -> on[i] = INTERNET; last[i] = INTERNET; moved[i] = true } \
  BLOCK_OPTIONS(i) CMG_SETTING_OPTIONS(i) REINSTALL_OPTIONS(i)

active proctype world() {
end:
  do
  CLIENT_OPTIONS(0)
  CLIENT_OPTIONS(1)
#ifdef OUTAGE
  :: d_step { !mp_down -> mp_down = true }
  :: d_step { mp_down -> mp_down = false }
  :: d_step { !cmg_down -> cmg_down = true }
  :: d_step { cmg_down -> cmg_down = false }
  :: d_step { !sts_down -> sts_down = true }
  :: d_step { sts_down -> sts_down = false }
#endif
#ifdef ROTATE
  :: d_step {
      !old_is_trusted ->
      old_is_trusted = true;
      signer[0] = (HAS_TOKEN(0) && signer[0] < 2 -> signer[0] + 1 : signer[0]);
      signer[1] = (HAS_TOKEN(1) && signer[1] < 2 -> signer[1] + 1 : signer[1])
    }
  :: d_step {
      old_is_trusted ->
      old_is_trusted = false;
      signer[0] = (signer[0] == 1 -> 2 : signer[0]);
      signer[1] = (signer[1] == 1 -> 2 : signer[1])
    }
#endif
#ifdef DAYS
  :: d_step { day < DAYS -> pass_time(0); pass_time(1); day++ }
#else
  :: d_step { true -> pass_time(0); pass_time(1) }
#endif
  od
}
