import type { Ports } from '../../../src/core/deps.js';
import type { ScreenAxis } from '../../../src/core/screen-light.js';
import { Credential } from '../../../src/core/secrets.js';
import { newSecret, toStoredDigest } from '../../../src/core/tickets.js';
import { epochMs, toIso } from '../../../src/core/units.js';
import { FaceError } from '../../../src/errors.js';
import {
  type CommittedFrame,
  commitFrameDigest,
  findChallenge,
  measureChallenge,
  movementsOfLooks,
  type NextMovement,
  newChallenge,
  nextOf,
  placesOf,
  toInstructions,
} from '../../../src/step-up/movement-challenge.js';
import type { MovementRecord } from '../../../src/step-up/record.js';
import type { Collection } from './collection.js';
import type { DuePresentation, TesterView } from './page-protocol.js';
import { cellsOf, type Plan } from './plan.js';
import type { AboutPresentation } from './presentation.js';

export interface Tester {
  readonly person: string;
  readonly device: string;
}

/** Progress of a participant on one device. The progress is read from storage once, then counted in memory. */
type TesterProgress = Awaited<ReturnType<typeof readTally>>;

const nothingDone = { captured: 0, no_response: 0, not_done: 0 };

export async function readTally(plan: Plan, { person, device }: Tester, collection: Collection) {
  const counts = new Map<string, typeof nothingDone>();
  const keyOf = (species: string, light: string): string => `${species} ${light}`;
  const doneIn = (species: string, light: string) => counts.get(keyOf(species, light)) ?? nothingDone;
  const count = ({ species, light, outcome }: Pick<AboutPresentation, 'species' | 'light' | 'outcome'>): void => {
    const before = doneIn(species, light);
    counts.set(keyOf(species, light), { ...before, [outcome]: before[outcome] + 1 });
  };
  await collection.forEach(
    async ({ about }) => {
      if (about.device === device) count(about);
    },
    (each) => each.person === person,
  );
  const cells = cellsOf(plan);
  const leftOf = (species: string, light: string): number => {
    const { captured, no_response: noResponse, not_done: skips } = doneIn(species, light);
    return skips > 0 ? 0 : Math.max(0, plan.presentations - captured - noResponse);
  };
  return {
    count,
    cells: (): TesterView['cells'] =>
      cells.map(({ species, light }) => {
        const done = doneIn(species.name, light.name);
        return {
          species: species.title,
          light: light.title,
          wanted: plan.presentations,
          kept: done.captured,
          noResponse: done.no_response,
          isSkipped: done.not_done > 0,
        };
      }),
    due(): DuePresentation | null {
      const cell = cells.find(({ species, light }) => leftOf(species.name, light.name) > 0);
      if (cell === undefined) return null;
      const of = cells.length * plan.presentations;
      const left = cells.reduce((sum, { species, light }) => sum + leftOf(species.name, light.name), 0);
      return { index: of - left, of, ...cell };
    },
  };
}

export interface TesterSession {
  tester: (Tester & { readonly tally: TesterProgress }) | null;
  challenge: MovementRecord | null;
}

export type Visits = ReturnType<typeof createVisits>;

export function createVisits(deps: Ports<'random'>) {
  const tickets = new Set<string>();
  const visits = new Map<string, TesterSession>();
  return {
    newTicket(): Credential {
      const ticket = newSecret(deps);
      tickets.add(toStoredDigest(ticket));
      return ticket;
    },
    /** Opens a link, once. @throws `step_up_unknown` if the link is used or unknown */
    open(ticket: Credential) {
      if (!tickets.delete(toStoredDigest(ticket))) throw new FaceError('step_up_unknown');
      const session = newSecret(deps);
      const visit: TesterSession = { tester: null, challenge: null };
      visits.set(toStoredDigest(session), visit);
      return { session, visit };
    },
    find(session: Credential | null): TesterSession {
      const visit = session === null ? undefined : visits.get(toStoredDigest(session));
      if (visit === undefined) throw new FaceError('caller_untrusted');
      return visit;
    },
  };
}

export function startChallenge(visit: TesterSession, shows: ScreenAxis | null, deps: Ports<'clock' | 'random'>) {
  const nonce = newSecret(deps);
  const movement = newChallenge(nonce, { axis: shows, turns: 2 }, deps);
  visit.challenge = movement;
  return { nonce: nonce.use((text) => text), next: nextOf(movement), expiresAt: toIso(movement.expiresAt) };
}

export function commitFrame(
  visit: TesterSession,
  { nonce, ...frame }: { readonly nonce: string } & CommittedFrame,
  { clock, random }: Ports<'clock' | 'random'>,
): { readonly next: NextMovement | null; readonly opened: readonly number[] } {
  const now = clock.now();
  const movement = commitFrameDigest(findChallenge(visit, new Credential(nonce), now), frame, now, random);
  visit.challenge = movement;
  return { next: nextOf(movement), opened: placesOf(movement) };
}

/**
 * Consumes the challenge of a visit. The frames may arrive after the challenge's time limit, because the digest of each
 * was submitted in time. The pictures of the looks follow those of the frames.
 * @throws `challenge_wrong`
 */
export function takeChallenge(
  visit: TesterSession,
  sent: { readonly nonce: string; readonly digests: readonly string[]; readonly fresh: number },
) {
  const committedAt = visit.challenge?.toldAt ?? epochMs(0);
  const movement = findChallenge(visit, new Credential(sent.nonce), committedAt);
  const looks = movementsOfLooks(movement);
  if (sent.digests.length !== movement.asked.length + looks.length) throw new FaceError('challenge_wrong');
  visit.challenge = null;
  const measured = measureChallenge(movement, sent.digests, sent.fresh);
  return {
    asked: toInstructions(movement),
    looks,
    missed: measured.filter(({ pass }) => !pass).map(({ name }) => name),
  };
}
