import { Credential } from '../../core/concealed.js';
import type { Clock, Random } from '../../core/ports.js';
import type { ScreenAxis } from '../../core/screen-light.js';
import {
  commitTo,
  findChallenge,
  type MovementRecord,
  measureChallenge,
  type NextMovement,
  newChallenge,
  nextOf,
  toAsked,
} from '../../core/step-up/movement-challenge.js';
import { newSecret, toStoredDigest } from '../../core/step-up/ticket.js';
import { epochMs, toIso } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import type { AskedOfFrame } from './presentation.js';
import type { Tally, Tester } from './tally.js';

export interface Visit {
  tester: (Tester & { readonly tally: Tally }) | null;
  movement: MovementRecord | null;
}

export interface TakenChallenge {
  readonly asked: readonly AskedOfFrame[];
  readonly missed: readonly string[];
}

export interface Visits {
  newTicket(): Credential;
  /** Opens a link, once. @throws `step_up_unknown` */
  open(ticket: Credential): { readonly session: Credential; readonly visit: Visit };
  find(session: Credential | null): Visit;
}

export function createVisits(deps: { readonly random: Random }): Visits {
  const tickets = new Set<string>();
  const visits = new Map<string, Visit>();
  return {
    newTicket() {
      const ticket = newSecret(deps);
      tickets.add(toStoredDigest(ticket));
      return ticket;
    },
    open(ticket) {
      if (!tickets.delete(toStoredDigest(ticket))) throw new FaceError('step_up_unknown');
      const session = newSecret(deps);
      const visit: Visit = { tester: null, movement: null };
      visits.set(toStoredDigest(session), visit);
      return { session, visit };
    },
    find(session) {
      const visit = session === null ? undefined : visits.get(toStoredDigest(session));
      if (visit === undefined) throw new FaceError('caller_untrusted');
      return visit;
    },
  };
}

interface ChallengeDeps {
  readonly clock: Clock;
  readonly random: Random;
}

export function startChallenge(visit: Visit, shows: ScreenAxis | null, deps: ChallengeDeps) {
  const nonce = newSecret(deps);
  const movement = newChallenge(nonce, shows, deps);
  visit.movement = movement;
  return { nonce: nonce.use((text) => text), next: nextOf(movement), expiresAt: toIso(movement.expiresAt) };
}

export function commitFrame(
  visit: Visit,
  { nonce, digest }: { readonly nonce: string; readonly digest: string },
  { clock }: Pick<ChallengeDeps, 'clock'>,
): NextMovement | null {
  const now = clock.now();
  const movement = commitTo(findChallenge(visit, new Credential(nonce), now), digest, now);
  visit.movement = movement;
  return nextOf(movement);
}

/**
 * Consumes the challenge of a visit. The frames may arrive after the challenge's time limit, because the digest of each
 * was submitted in time.
 * @throws `challenge_wrong`
 */
export function takeChallenge(
  visit: Visit,
  sent: { readonly nonce: string; readonly digests: readonly string[]; readonly fresh: number },
): TakenChallenge {
  const committedAt = visit.movement?.toldAt ?? epochMs(0);
  const movement = findChallenge(visit, new Credential(sent.nonce), committedAt);
  if (sent.digests.length !== movement.asked.length) throw new FaceError('challenge_wrong');
  visit.movement = null;
  const measured = measureChallenge(movement, sent.digests, sent.fresh);
  return {
    asked: toAsked(movement),
    missed: measured.filter(({ pass }) => !pass).map(({ name }) => name),
  };
}
