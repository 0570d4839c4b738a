import { maxPhotoBytes } from '../core/concealed.js';
import { BodyPart, type PartLimits } from './budget.js';

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

/** Allowance for names, boundaries and text fields in addition to pictures. */
export const formOverheadBytes = 512 * kibibyte;

/** Separate pools for anonymous and known callers. */
export interface Room {
  readonly strangers: BodyPart;
  readonly callers: BodyPart;
  /** In milliseconds. */
  readonly stepMs: number;
}

export interface BodyRooms {
  readonly hooks: Room;
  readonly oidc: Room;
  /** Requests of the capture page, and photos of step-ups. */
  readonly capture: Room;
  readonly clients: Room;
}

/** Refuses senders below 128 kbit/s or silent for five seconds. */
const strangers = { unfinishedOfOne: 128, patienceSteps: 5, leastBytesPerStep: 16 * kibibyte } as const;

/** A phone on a bad network may pause. */
const callers = { unfinishedOfOne: 1024, patienceSteps: 15, leastBytesPerStep: kibibyte } as const;

/** A quarter per source: none can fill it. */
const ofStrangers = (capacityMiB: number, placeSteps: number): PartLimits => ({
  ...strangers,
  capacityBytes: capacityMiB * mebibyte,
  shareBytes: (capacityMiB * mebibyte) / 4,
  placeSteps,
});

/** Accountable: no share per caller, and no eviction. */
const ofCallers = (capacityMiB: number): PartLimits => ({
  ...callers,
  capacityBytes: capacityMiB * mebibyte,
  shareBytes: capacityMiB * mebibyte,
  placeSteps: null,
});

/** The sum, with decoding, fits a container of 1 GiB: docs/operations.md. */
export const roomLimits = {
  // A few hundred bytes in one chunk: a second is long.
  hooks: { strangers: ofStrangers(4, 1), callers: ofCallers(16) },
  oidc: { strangers: ofStrangers(8, 1), callers: ofCallers(0) },
  capture: {
    // A quarter fits the largest body.
    strangers: ofStrangers(44, 5),
    // Anyone can get a session with a user name: one maximum body.
    callers: { ...ofCallers(64), shareBytes: maxPhotoBytes + formOverheadBytes, placeSteps: 5 },
  },
  clients: { strangers: ofStrangers(16, 5), callers: ofCallers(96) },
} as const satisfies Record<keyof BodyRooms, Record<'strangers' | 'callers', PartLimits>>;

/** Creates the empty pools of a process. */
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
