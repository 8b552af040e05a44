/* The transition system that `tokenlife check` explores, written down once more, by hand, from the
 * rules: two clients, answers after one unit of time, contact-every one unit. SPIN explores it with
 * its own engine, and finds as many states and transitions.
 *
 * Parameters: VALIDITY, RENEW, BULK_LIFE and CERTIFICATE_LIFE in units (90, 30, 3 and 60 for a unit
 * of a day); OUTAGE, LOSE_ANSWERS, BLOCK, CMG_SETTING, CMG_NEWS, BULK, ROTATE, REINSTALL, RESTART,
 * UPGRADE, PKI, PKI_EXPIRY: what else may happen; HTTPS or NO_INTERNAL_REGISTRATION: who may register
 * at the MP; DAYS: when time stands still, if at all.
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
#if defined(CMG_SETTING) || defined(CMG_NEWS)
bool forbidden[N];
#define MAY_ASK(i) (on[i] == INTRANET || (on[i] == INTERNET && !forbidden[i]))
#else
#define MAY_ASK(i) (on[i] != OFFLINE)
#endif
#ifdef CMG_NEWS
bool to_switch[N];  /* what `forbidden` says, once it hears of it */
#define HEAR(i) forbidden[i] = (forbidden[i] != to_switch[i]); to_switch[i] = false
/* One that has got its token in this tick has heard what there was. */
#define MAY_CHANGE(i) (age[i] != 1)
#define IS_TO_SWITCH(i) to_switch[i]
#define WITHDRAW(i) to_switch[i] = false
#else
#define HEAR(i) skip
#define MAY_CHANGE(i) true
#define IS_TO_SWITCH(i) false
#define WITHDRAW(i) skip
#endif
#ifdef BULK
bool holds_bulk[N];
bool bulk_is_issued, bulk_is_blocked;
byte bulk_age;      /* in units; what is expired does not age */
#define HOLDS_BULK(i) holds_bulk[i]
#ifdef ROTATE
byte bulk_signer;   /* as `signer` */
#define BULK_IS_SIGNED (bulk_signer < 2)
#else
#define BULK_IS_SIGNED true
#endif
#define BULK_IS_GOOD \
  (bulk_is_issued && BULK_IS_SIGNED && !bulk_is_blocked && bulk_age < BULK_LIFE)
#define TAKE_BULK(i) holds_bulk[i] = false
#else
#define HOLDS_BULK(i) false
#define BULK_IS_GOOD false
#define TAKE_BULK(i) skip
#endif
#ifdef PKI
bool has_pki[N];
#ifdef PKI_EXPIRY
byte certificate_age[N];    /* in units, until it has ended */
bool certificate_ended[N];  /* and was not renewed */
#define HAS_PKI(i) (has_pki[i] && !certificate_ended[i])
#else
#define HAS_PKI(i) has_pki[i]
#endif
#else
#define HAS_PKI(i) false
#endif
#ifdef UPGRADE
bool outdated[N];
#define IS_OUTDATED(i) outdated[i]
#else
#define IS_OUTDATED(i) false
#endif
#ifdef RESTART
bool started[N];    /* in this tick; it renews then only */
#define MAY_RENEW(i) started[i]
#define START(i, now) started[i] = now
#else
#define MAY_RENEW(i) true
#define START(i, now) skip
#endif
#ifdef REINSTALL
byte ordered[N];    /* 1: without, 2: with the bulk token; 3, 4: and with a new identity */
#define IS_ORDERED(i) (ordered[i] > 0)
#else
#define IS_ORDERED(i) false
#endif
#ifdef LOSE_ANSWERS
bool mp_loses, cmg_loses;   /* what it answers in this tick */
#else
#define mp_loses false
#define cmg_loses false
#endif
#ifdef DAYS
byte day;
#endif

#define HAS_TOKEN(i) (state[i] == LIVE || state[i] == EXPIRED)
/* Whether an answer comes. One that is lost changes as little as none. */
#define ANSWERS(i) ((on[i] == INTRANET && !mp_down && !mp_loses) || \
                    (on[i] == INTERNET && !cmg_down && !cmg_loses))
#ifdef HTTPS
#define ASKS_FOR_BULK(i) true
#else
#define ASKS_FOR_BULK(i) (on[i] == INTERNET)
#endif
#define SHOWS_BULK(i) (state[i] == INSTALLED && ASKS_FOR_BULK(i) && HOLDS_BULK(i) && !HAS_PKI(i))
#if defined(HTTPS) || defined(NO_INTERNAL_REGISTRATION)
#define IS_ENOUGH(i) (HAS_PKI(i) || (SHOWS_BULK(i) && BULK_IS_GOOD))
#else
#define IS_ENOUGH(i) (!SHOWS_BULK(i) || BULK_IS_GOOD)
#endif
#define MAY_REGISTER(i) (on[i] == INTRANET || HAS_PKI(i) || SHOWS_BULK(i))
#define WANTS_TO_RENEW(i) (age[i] >= RENEW && MAY_RENEW(i))

/* What a client has when the clock has moved on: an answer takes one unit. */
inline get_token(i) {
  state[i] = LIVE; age[i] = 1; SIGN(i);
  if
  :: !IS_ORDERED(i) -> HEAR(i)
  :: else -> skip   /* a reinstallation comes before the answer */
  fi
}
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
#ifdef PKI_EXPIRY
  if
  :: certificate_age[i] == CERTIFICATE_LIFE && on[i] == INTRANET ->
    certificate_age[i] = 0;
    certificate_ended[i] = false
  :: certificate_age[i] == CERTIFICATE_LIFE && on[i] != INTRANET -> certificate_ended[i] = true
  :: else -> skip
  fi;
#endif
  if
  /* It asks for nothing, or nobody is there to answer. */
  :: state[i] == NOT_INSTALLED || !MAY_ASK(i) || !ANSWERS(i) -> grow_older(i)
  :: else ->
    if
    /* Registrations. The bulk token is gone with the first, and when it was shown and refused. */
    :: state[i] != LIVE && MAY_REGISTER(i) ->
      if
      :: sts_down -> skip
      :: !sts_down && !IS_BLOCKED(i) && !IS_OUTDATED(i) && IS_ENOUGH(i) ->
        get_token(i);
        TAKE_BULK(i)
      :: else ->
        if
        :: SHOWS_BULK(i) -> TAKE_BULK(i)
        :: else -> skip
        fi
      fi
    /* Renewals. */
    :: state[i] == LIVE && WANTS_TO_RENEW(i) ->
      if
      :: sts_down -> grow_older(i)
      :: !sts_down && IS_BLOCKED(i) -> lose_token(i)
      :: !sts_down && !IS_BLOCKED(i) && IS_OUTDATED(i) -> grow_older(i)
      :: !sts_down && !IS_BLOCKED(i) && !IS_OUTDATED(i) && IS_RETIRED(i) -> lose_token(i)
      :: else -> get_token(i)
      fi
    /* Exchanges. */
    :: state[i] == LIVE && !WANTS_TO_RENEW(i) ->
      if
      :: IS_BLOCKED(i) || IS_RETIRED(i) -> lose_token(i)
      :: else -> grow_older(i); HEAR(i)
      fi
    :: state[i] == EXPIRED && !MAY_REGISTER(i) -> lose_token(i)
    /* Without a token on the internet it waits. */
    :: else -> skip
    fi
  fi;
#ifdef PKI_EXPIRY
  if
  :: has_pki[i] && certificate_age[i] < CERTIFICATE_LIFE -> certificate_age[i]++
  :: else -> skip
  fi;
#endif
  START(i, false);
#ifdef REINSTALL
  if
  :: ordered[i] > 0 ->
    state[i] = INSTALLED; age[i] = 0; SIGN(i); START(i, true);
#ifdef BULK
    holds_bulk[i] = (ordered[i] == 2 || ordered[i] == 4);
#endif
#ifdef BLOCK
    blocked[i] = (blocked[i] && ordered[i] < 3);
#endif
    ordered[i] = 0
  :: else -> skip
  fi;
#endif
  moved[i] = false
}

inline time_passes() {
  pass_time(0);
  pass_time(1)
#ifdef BULK
  ;
  if
  :: bulk_is_issued && bulk_age < BULK_LIFE -> bulk_age++
  :: else -> skip
  fi
#endif
#ifdef LOSE_ANSWERS
  ;
  mp_loses = false;
  cmg_loses = false
#endif
}

/* A client can be installed in as many ways as its features are. */
#ifdef BULK
#define MAY_GIVE(bulk) (!bulk || bulk_is_issued)
#define GIVE(i, bulk) holds_bulk[i] = bulk
#define EACH_BULK(i, where) EACH_PKI(i, where, false) EACH_PKI(i, where, true)
#else
#define MAY_GIVE(bulk) true
#define GIVE(i, bulk) skip
#define EACH_BULK(i, where) EACH_PKI(i, where, false)
#endif
#ifdef PKI
#define ENROL(i, pki) has_pki[i] = pki
#define EACH_PKI(i, where, bulk) \
  EACH_VERSION(i, where, bulk, false) EACH_VERSION(i, where, bulk, true)
#else
#define ENROL(i, pki) skip
#define EACH_PKI(i, where, bulk) EACH_VERSION(i, where, bulk, false)
#endif
#ifdef UPGRADE
#define SHIP(i, old) outdated[i] = old
#define EACH_VERSION(i, where, bulk, pki) \
  INSTALL(i, where, bulk, pki, false) INSTALL(i, where, bulk, pki, true)
#else
#define SHIP(i, old) skip
#define EACH_VERSION(i, where, bulk, pki) INSTALL(i, where, bulk, pki, false)
#endif
#define INSTALL(i, where, bulk, pki, old) \
  :: d_step { \
       state[i] == NOT_INSTALLED && MAY_GIVE(bulk) -> \
       state[i] = INSTALLED; on[i] = where; last[i] = where; moved[i] = true; \
       GIVE(i, bulk); ENROL(i, pki); SHIP(i, old); START(i, true) \
     }

#ifdef BLOCK
#define BLOCK_OPTIONS(i) \
  :: d_step { state[i] != NOT_INSTALLED && !blocked[i] -> blocked[i] = true } \
  :: d_step { state[i] != NOT_INSTALLED && blocked[i] -> blocked[i] = false }
#else
#define BLOCK_OPTIONS(i)
#endif
#ifdef CMG_SETTING
#define CMG_SETTING_OPTIONS(i) \
  SET_OPTION(i, true) SET_OPTION(i, false)
#define SET_OPTION(i, to) \
  :: d_step { \
       state[i] != NOT_INSTALLED && MAY_CHANGE(i) && (forbidden[i] != to || IS_TO_SWITCH(i)) -> \
       forbidden[i] = to; WITHDRAW(i) \
     }
#else
#define CMG_SETTING_OPTIONS(i)
#endif
#ifdef CMG_NEWS
#define CMG_NEWS_OPTION(i) \
  :: d_step { state[i] != NOT_INSTALLED && MAY_CHANGE(i) && !moved[i] -> to_switch[i] = !to_switch[i] }
#else
#define CMG_NEWS_OPTION(i)
#endif
#ifdef REINSTALL
#define REINSTALL_OPTION(i, what) \
  :: d_step { state[i] != NOT_INSTALLED && ordered[i] == 0 -> ordered[i] = what }
#ifdef BLOCK
#define NEW_IDENTITY_OPTION(i, what) \
  :: d_step { blocked[i] && ordered[i] == 0 -> ordered[i] = what }
#else
#define NEW_IDENTITY_OPTION(i, what)
#endif
#ifdef BULK
#define REINSTALL_OPTIONS(i) \
  REINSTALL_OPTION(i, 1) REINSTALL_OPTION(i, 2) \
  NEW_IDENTITY_OPTION(i, 3) NEW_IDENTITY_OPTION(i, 4)
#else
#define REINSTALL_OPTIONS(i) REINSTALL_OPTION(i, 1) NEW_IDENTITY_OPTION(i, 3)
#endif
#else
#define REINSTALL_OPTIONS(i)
#endif
#ifdef RESTART
#define RESTART_OPTIONS(i) \
  :: d_step { state[i] != NOT_INSTALLED && !started[i] -> started[i] = true }
#else
#define RESTART_OPTIONS(i)
#endif
#ifdef UPGRADE
#define UPGRADE_OPTIONS(i) :: d_step { outdated[i] -> outdated[i] = false }
#else
#define UPGRADE_OPTIONS(i)
#endif

#define MAY_MOVE(i, where) (state[i] != NOT_INSTALLED && !moved[i] && on[i] != where)
#define CLIENT_OPTIONS(i) \
  EACH_BULK(i, OFFLINE) EACH_BULK(i, INTRANET) EACH_BULK(i, INTERNET) \
  :: d_step { MAY_MOVE(i, OFFLINE) -> on[i] = OFFLINE; moved[i] = true } \
  :: d_step { MAY_MOVE(i, INTRANET) -> on[i] = INTRANET; last[i] = INTRANET; moved[i] = true } \
  :: d_step { MAY_MOVE(i, INTERNET) -> on[i] = INTERNET; last[i] = INTERNET; moved[i] = true } \
  BLOCK_OPTIONS(i) CMG_SETTING_OPTIONS(i) CMG_NEWS_OPTION(i) REINSTALL_OPTIONS(i) \
  RESTART_OPTIONS(i) UPGRADE_OPTIONS(i)

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
#ifdef LOSE_ANSWERS
  :: d_step { !mp_loses -> mp_loses = true }
  :: d_step { !cmg_loses -> cmg_loses = true }
#endif
#ifdef BULK
  :: d_step { !bulk_is_issued -> bulk_is_issued = true }
  :: d_step { bulk_is_issued && !bulk_is_blocked -> bulk_is_blocked = true }
  :: d_step { bulk_is_issued && bulk_is_blocked -> bulk_is_blocked = false }
#endif
#ifdef ROTATE
  :: d_step {
      !old_is_trusted ->
      old_is_trusted = true;
#ifdef BULK
      bulk_signer = (bulk_is_issued && bulk_signer < 2 -> bulk_signer + 1 : bulk_signer);
#endif
      signer[0] = (HAS_TOKEN(0) && signer[0] < 2 -> signer[0] + 1 : signer[0]);
      signer[1] = (HAS_TOKEN(1) && signer[1] < 2 -> signer[1] + 1 : signer[1])
    }
  :: d_step {
      old_is_trusted ->
      old_is_trusted = false;
#ifdef BULK
      bulk_signer = (bulk_signer == 1 -> 2 : bulk_signer);
#endif
      signer[0] = (signer[0] == 1 -> 2 : signer[0]);
      signer[1] = (signer[1] == 1 -> 2 : signer[1])
    }
#endif
#ifdef DAYS
  :: d_step { day < DAYS -> time_passes(); day++ }
#else
  :: d_step { true -> time_passes() }
#endif
  od
}
