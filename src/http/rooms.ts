import { maxPhotoBytes } from '../core/concealed.js';
import { MemoryPool, type PartLimits } from './request-budget.js';

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

/** Bytes for names, boundaries and text fields in addition to pictures. */
export const formOverheadBytes = 512 * kibibyte;

/** Memory pools for bodies: one for anonymous callers, one for authenticated ones. */
export interface Room {
  readonly strangers: MemoryPool;
  readonly callers: MemoryPool;
  /** Interval at which the pace of an upload is checked (a step), in milliseconds. */
  readonly stepMs: number;
}

export interface BodyRooms {
  readonly hooks: Room;
  readonly oidc: Room;
  /** Requests of the capture page, including the photos of step-ups. */
  readonly capture: Room;
  readonly clients: Room;
}

/** Limits for anonymous callers: uploads slower than 128 kbit/s, or silent for five seconds, are refused. */
const strangers = { unfinishedOfOne: 128, patienceSteps: 5, leastBytesPerStep: 16 * kibibyte } as const;

/** More patience, because a phone in a bad network may pause. */
const callers = { unfinishedOfOne: 1024, patienceSteps: 15, leastBytesPerStep: kibibyte } as const;

/** One source address gets at most a quarter of the pool, so that none can fill it. */
const ofStrangers = (capacityMiB: number, placeSteps: number): PartLimits => ({
  ...strangers,
  capacityBytes: capacityMiB * mebibyte,
  shareBytes: (capacityMiB * mebibyte) / 4,
  placeSteps,
});

/**
 * Returns the limits of a pool for authenticated callers. One caller may use the whole pool and is never evicted,
 * because its identity is known if it misbehaves.
 */
const ofCallers = (capacityMiB: number): PartLimits => ({
  ...callers,
  capacityBytes: capacityMiB * mebibyte,
  shareBytes: capacityMiB * mebibyte,
  placeSteps: null,
});

/**
 * Limits of all pools. Full pools, plus the memory for decoding pictures, fit a container of 1 GiB
 * (docs/operations.md).
 */
export const roomLimits = {
  // The body of a hook call has a few hundred bytes, so it should arrive within a second.
  hooks: { strangers: ofStrangers(4, 1), callers: ofCallers(16) },
  oidc: { strangers: ofStrangers(8, 1), callers: ofCallers(0) },
  capture: {
    // A quarter of this pool, the share of one source, fits the largest body.
    strangers: ofStrangers(44, 5),
    // Anyone who knows a user name can get a session, so one session may use only the memory of one largest body.
    callers: { ...ofCallers(64), shareBytes: maxPhotoBytes + formOverheadBytes, placeSteps: 5 },
  },
  clients: { strangers: ofStrangers(16, 5), callers: ofCallers(96) },
} as const satisfies Record<keyof BodyRooms, Record<'strangers' | 'callers', PartLimits>>;

export function createBodyRooms(
  limits: Record<keyof BodyRooms, Record<'strangers' | 'callers', PartLimits>> = roomLimits,
  stepMs = 1000,
): BodyRooms {
  const toRoom = ({ strangers, callers }: Record<'strangers' | 'callers', PartLimits>): Room => ({
    strangers: new MemoryPool(strangers),
    callers: new MemoryPool(callers),
    stepMs,
  });
  return {
    hooks: toRoom(limits.hooks),
    oidc: toRoom(limits.oidc),
    capture: toRoom(limits.capture),
    clients: toRoom(limits.clients),
  };
}
