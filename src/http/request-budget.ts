import { maxPhotoBytes } from '../core/secrets.js';
import { FaceError } from '../errors.js';

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

/** Bytes for names, boundaries and text fields in addition to pictures. */
export const formOverheadBytes = 512 * kibibyte;

/** Memory pools for bodies: one for anonymous callers, one for authenticated ones. */
export interface CallerPools {
  readonly anonymous: MemoryPool;
  readonly authenticated: MemoryPool;
  /** Interval at which the pace of an upload is checked (a step), in milliseconds. */
  readonly stepMs: number;
}

export interface BodyPools {
  readonly hooks: CallerPools;
  readonly oidc: CallerPools;
  /** Requests of the capture page, including the photos of step-ups. */
  readonly capture: CallerPools;
  readonly clients: CallerPools;
}

/** Limits for anonymous callers: uploads slower than 128 kbit/s, or silent for five seconds, are refused. */
const anonymous = { unfinishedOfOne: 128, patienceSteps: 5, leastBytesPerStep: 16 * kibibyte } as const;

/** More patience, because a phone in a bad network may pause. */
const authenticated = { unfinishedOfOne: 1024, patienceSteps: 15, leastBytesPerStep: kibibyte } as const;

/** One source address gets at most a quarter of the pool, so that none can fill it. */
const ofAnonymous = (capacityMiB: number, placeSteps: number): PoolLimits => ({
  ...anonymous,
  capacityBytes: capacityMiB * mebibyte,
  shareBytes: (capacityMiB * mebibyte) / 4,
  placeSteps,
});

/**
 * Returns the limits of a pool for authenticated callers. One caller may use the whole pool and is never evicted,
 * because its identity is known if it misbehaves.
 */
const ofAuthenticated = (capacityMiB: number): PoolLimits => ({
  ...authenticated,
  capacityBytes: capacityMiB * mebibyte,
  shareBytes: capacityMiB * mebibyte,
  placeSteps: null,
});

/**
 * Limits of all pools. Full pools, plus the memory for decoding pictures, fit a container of 1 GiB
 * (docs/operations.md).
 */
export const poolLimits = {
  // The body of a hook call has a few hundred bytes, so it should arrive within a second.
  hooks: { anonymous: ofAnonymous(4, 1), authenticated: ofAuthenticated(16) },
  oidc: { anonymous: ofAnonymous(8, 1), authenticated: ofAuthenticated(0) },
  capture: {
    // A quarter of this pool, the share of one source, fits the largest body.
    anonymous: ofAnonymous(44, 5),
    // Anyone who knows a user name can get a session, so one session may use only the memory of one largest body.
    authenticated: { ...ofAuthenticated(64), shareBytes: maxPhotoBytes + formOverheadBytes, placeSteps: 5 },
  },
  clients: { anonymous: ofAnonymous(16, 5), authenticated: ofAuthenticated(96) },
} as const satisfies Record<keyof BodyPools, Record<'anonymous' | 'authenticated', PoolLimits>>;

export function createBodyPools(
  limits: Record<keyof BodyPools, Record<'anonymous' | 'authenticated', PoolLimits>> = poolLimits,
  stepMs = 1000,
): BodyPools {
  const toCallerPools = ({
    anonymous,
    authenticated,
  }: Record<'anonymous' | 'authenticated', PoolLimits>): CallerPools => ({
    anonymous: new MemoryPool(anonymous),
    authenticated: new MemoryPool(authenticated),
    stepMs,
  });
  return {
    hooks: toCallerPools(limits.hooks),
    oidc: toCallerPools(limits.oidc),
    capture: toCallerPools(limits.capture),
    clients: toCallerPools(limits.clients),
  };
}

export interface EvictableBody {
  readonly isOverdue: boolean;
  /** Evicts the body and releases its memory at once. */
  evict(): void;
}

/** Limits of a memory pool for bodies. Durations are in steps: ticks of the watchdog, one per second. */
export interface PoolLimits {
  readonly capacityBytes: number;
  /** Maximum memory of one source address or session. */
  readonly shareBytes: number;
  /** Maximum unfinished bodies of one caller. */
  readonly unfinishedOfOne: number;
  /** Steps after which a body may be evicted from a full pool; `null` if bodies are never evicted. */
  readonly placeSteps: number | null;
  /** Maximum steps without data. The minimum rate applies only after this number of steps. */
  readonly patienceSteps: number;
  /** Minimum average rate of an upload. */
  readonly leastBytesPerStep: number;
}

export class MemoryPool {
  #held = 0;
  readonly #ofOne = new Map<string, { bytes: number; unfinished: number }>();
  readonly #arrivals = new Set<EvictableBody>();
  constructor(readonly limits: PoolLimits) {}

  get heldBytes(): number {
    return this.#held;
  }

  /**
   * Charges memory to a caller. A full pool evicts bodies that have taken longer than `placeSteps`, oldest first, so
   * that slow senders cannot block others.
   * @throws `overloaded` if there is not enough memory
   */
  take(who: string, bytes: number, own: EvictableBody | null): void {
    const { capacityBytes, shareBytes } = this.limits;
    if (this.#of(who).bytes + bytes > shareBytes) throw new FaceError('overloaded', { limit: 'bodiesOfOne' });
    while (this.#held + bytes > capacityBytes) {
      const [longest] = this.#arrivals;
      if (longest === undefined || longest === own || !longest.isOverdue) {
        throw new FaceError('overloaded', { limit: 'bodies' });
      }
      longest.evict();
    }
    this.#change(who, bytes, 0);
  }

  giveBack(who: string, bytes: number): void {
    this.#change(who, -bytes, 0);
  }

  isBusy(who: string): boolean {
    return this.#of(who).unfinished >= this.limits.unfinishedOfOne;
  }

  begin(who: string, arrival: EvictableBody): void {
    this.#arrivals.add(arrival);
    this.#change(who, 0, 1);
  }

  end(who: string, arrival: EvictableBody): void {
    if (this.#arrivals.delete(arrival)) this.#change(who, 0, -1);
  }

  #of(who: string): { bytes: number; unfinished: number } {
    return this.#ofOne.get(who) ?? { bytes: 0, unfinished: 0 };
  }

  #change(who: string, bytes: number, unfinished: number): void {
    const before = this.#of(who);
    const after = { bytes: before.bytes + bytes, unfinished: before.unfinished + unfinished };
    this.#held += bytes;
    // Callers without memory are removed, to bound their number.
    if (after.bytes === 0 && after.unfinished === 0) this.#ofOne.delete(who);
    else this.#ofOne.set(who, after);
  }
}

/** Memory budget of one request. It is charged when bytes arrive, because announced bytes cost nothing. */
export class RequestBudget implements EvictableBody {
  #held = 0;
  #steps = 0;
  #who: string;
  #part: MemoryPool;
  #limitBytes: number;
  #refuse: ((error: FaceError) => void) | null = null;
  #isReleased = false;

  constructor(
    private readonly pools: CallerPools,
    source: string,
    anonymousLimitBytes: number,
  ) {
    this.#who = source;
    this.#part = pools.anonymous;
    this.#limitBytes = anonymousLimitBytes;
  }

  get limitBytes(): number {
    return this.#limitBytes;
  }

  get limits(): PoolLimits {
    return this.#part.limits;
  }

  get stepMs(): number {
    return this.pools.stepMs;
  }

  get isOverdue(): boolean {
    const { placeSteps } = this.#part.limits;
    return placeSteps !== null && this.#steps >= placeSteps;
  }

  /**
   * @param refuse - called if the body is evicted from a full pool
   * @throws `overloaded` if the caller has too many unfinished bodies
   */
  begin(refuse: (error: FaceError) => void): void {
    if (this.#part.isBusy(this.#who)) throw new FaceError('overloaded', { limit: 'unfinishedBodiesOfOne' });
    this.#part.begin(this.#who, this);
    this.#refuse = refuse;
  }

  step(): void {
    this.#steps += 1;
  }

  /** Marks the end of the body, whose memory remains charged. */
  end(): void {
    this.#part.end(this.#who, this);
    this.#refuse = null;
  }

  /** @throws `body_too_large`, `overloaded`; `request_malformed` for bytes after `release` */
  take(bytes: number): void {
    // A refused upload may still deliver bytes. Charging them after `release` would never be undone.
    if (this.#isReleased) throw new FaceError('request_malformed', 'over');
    if (this.#held + bytes > this.#limitBytes) throw new FaceError('body_too_large');
    this.#part.take(this.#who, bytes, this);
    this.#held += bytes;
  }

  /**
   * Moves the charged memory from the anonymous pool to an authenticated caller.
   * @param who - unique name of the caller
   */
  promoteToAuthenticated(who: string, limitBytes: number): void {
    const { authenticated } = this.pools;
    authenticated.take(who, this.#held, this);
    this.#part.giveBack(this.#who, this.#held);
    if (this.#refuse !== null) {
      this.#part.end(this.#who, this);
      authenticated.begin(who, this);
    }
    this.#who = who;
    this.#part = authenticated;
    this.#limitBytes = limitBytes;
  }

  evict(): void {
    this.#endAll({ limit: 'bodies' });
  }

  /** Releases all memory. Further bytes are refused. */
  release(): void {
    this.#endAll('over');
  }

  #endAll(reason: 'over' | { readonly limit: 'bodies' }): void {
    const refuse = this.#refuse;
    this.#isReleased = true;
    this.end();
    this.#part.giveBack(this.#who, this.#held);
    this.#held = 0;
    refuse?.(new FaceError(reason === 'over' ? 'request_malformed' : 'overloaded', reason));
  }
}
