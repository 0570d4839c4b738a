import { maxPhotoBytes } from '../core/concealed.js';
import { BodyPart, type PartLimits } from './budget.js';

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

/** A body of pictures has this much beside them: names, boundaries, text fields. */
export const formOverheadBytes = 512 * kibibyte;

/** The memory for one kind of bodies: a part for strangers and one for known callers, so that neither fills the other's. */
export interface Room {
  readonly strangers: BodyPart;
  readonly callers: BodyPart;
  /** Length of a step of the clock that watches bodies, in milliseconds. */
  readonly stepMs: number;
}

/** A room for each kind of bodies, so that no kind fills another's. */
export interface BodyRooms {
  /** Calls of identity providers. */
  readonly hooks: Room;
  /** What browsers and clients post to the OpenID providers. */
  readonly oidc: Room;
  /** What pages in front of a camera send: sessions, and the photos of step-ups. */
  readonly capture: Room;
  /** The REST API and administration. */
  readonly clients: Room;
}

/** Who is slower than 128 kbit/s, or silent for five seconds, is not waited for. */
const strangers = { unfinishedOfOne: 128, patienceSteps: 5, leastBytesPerStep: 16 * kibibyte } as const;

/** A phone in a bad network may pause, and be as slow as the whole minute a request has allows. */
const callers = { unfinishedOfOne: 1024, patienceSteps: 15, leastBytesPerStep: kibibyte } as const;

/** A quarter for each source: it takes more than one to fill it. */
const ofStrangers = (capacityMiB: number, placeSteps: number): PartLimits => ({
  ...strangers,
  capacityBytes: capacityMiB * mebibyte,
  shareBytes: (capacityMiB * mebibyte) / 4,
  placeSteps,
});

/** Who can be told from others is answerable: no share, and a place for as long as it takes. */
const ofCallers = (capacityMiB: number): PartLimits => ({
  ...callers,
  capacityBytes: capacityMiB * mebibyte,
  shareBytes: capacityMiB * mebibyte,
  placeSteps: null,
});

/** What each part may hold. The sum, and what decoding adds to it, fits a container of 1 GiB: docs/operations.md. */
export const roomLimits = {
  // Those are a few hundred bytes and come in one piece: a second is long.
  hooks: { strangers: ofStrangers(4, 1), callers: ofCallers(16) },
  oidc: { strangers: ofStrangers(8, 1), callers: ofCallers(0) },
  capture: {
    // A quarter holds the largest body there is.
    strangers: ofStrangers(44, 5),
    // A session is had for a user's name: one body of the largest, and no place for good.
    callers: { ...ofCallers(64), shareBytes: maxPhotoBytes + formOverheadBytes, placeSteps: 5 },
  },
  clients: { strangers: ofStrangers(16, 5), callers: ofCallers(96) },
} as const satisfies Record<keyof BodyRooms, Record<'strangers' | 'callers', PartLimits>>;

/**
 * Makes the rooms of one process, empty.
 * @param stepMs - a second unless a test is in a hurry
 */
export function createBodyRooms(
  limits: Record<keyof BodyRooms, Record<'strangers' | 'callers', PartLimits>> = roomLimits,
  stepMs = 1000,
): BodyRooms {
  const toRoom = ({ strangers, callers }: Record<'strangers' | 'callers', PartLimits>): Room => ({
    strangers: new BodyPart(strangers),
    callers: new BodyPart(callers),
    stepMs,
  });
  return {
    hooks: toRoom(limits.hooks),
    oidc: toRoom(limits.oidc),
    capture: toRoom(limits.capture),
    clients: toRoom(limits.clients),
  };
}
