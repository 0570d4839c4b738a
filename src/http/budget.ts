import { FaceError } from '../errors.js';

export interface Arrival {
  readonly isOverdue: boolean;
  /** Evicts the body and releases its memory at once. */
  giveWay(): void;
}

/** Limits of a memory pool for bodies. Durations are in steps: ticks of the watchdog, one per second. */
export interface PartLimits {
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

export class BodyPart {
  #held = 0;
  readonly #ofOne = new Map<string, { bytes: number; unfinished: number }>();
  readonly #arrivals = new Set<Arrival>();
  constructor(readonly limits: PartLimits) {}

  get heldBytes(): number {
    return this.#held;
  }

  /**
   * Charges memory to a caller. A full pool evicts bodies that have taken longer than `placeSteps`, oldest first, so
   * that slow senders cannot block others.
   * @throws `overloaded` if there is not enough memory
   */
  take(who: string, bytes: number, own: Arrival | null): void {
    const { capacityBytes, shareBytes } = this.limits;
    if (this.#of(who).bytes + bytes > shareBytes) throw new FaceError('overloaded', { limit: 'bodiesOfOne' });
    while (this.#held + bytes > capacityBytes) {
      const [longest] = this.#arrivals;
      if (longest === undefined || longest === own || !longest.isOverdue) {
        throw new FaceError('overloaded', { limit: 'bodies' });
      }
      longest.giveWay();
    }
    this.#change(who, bytes, 0);
  }

  giveBack(who: string, bytes: number): void {
    this.#change(who, -bytes, 0);
  }

  isBusy(who: string): boolean {
    return this.#of(who).unfinished >= this.limits.unfinishedOfOne;
  }

  begin(who: string, arrival: Arrival): void {
    this.#arrivals.add(arrival);
    this.#change(who, 0, 1);
  }

  end(who: string, arrival: Arrival): void {
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
