import { FaceError } from '../errors.js';

/** One body on its way in, as the part that holds it sees it. */
export interface Arrival {
  /** Whether it has had its time: it may be ended where others need the room. */
  readonly isOverdue: boolean;
  /** Ends it: it gives back at once whatever it holds. */
  giveWay(): void;
}

/** What a part may hold, and how. Sizes are in bytes, times in steps of the clock that watches bodies: seconds. */
export interface PartLimits {
  /** Of all bodies together. */
  readonly capacityBytes: number;
  /** Of the bodies of one: of one source, one session. */
  readonly shareBytes: number;
  /** Unfinished bodies of one at a time. */
  readonly unfinishedOfOne: number;
  /** How long a body has its place to itself; after that it gives way where the part is full. `null`: for good. */
  readonly placeSteps: number | null;
  /** How long a sender may be silent, and how long its average is not looked at. */
  readonly patienceSteps: number;
  /** The least average from then on. */
  readonly leastBytesPerStep: number;
}

/** A part of the memory for request bodies, divided among those who send them. */
export class BodyPart {
  #held = 0;
  readonly #ofOne = new Map<string, { bytes: number; unfinished: number }>();
  /** The one that has been arriving for longest is first. */
  readonly #arrivals = new Set<Arrival>();
  constructor(readonly limits: PartLimits) {}

  get heldBytes(): number {
    return this.#held;
  }

  /**
   * Holds more for one. Where the part is full, others that are overdue give way, whoever has been arriving for longest
   * first: who sends slowly keeps out nobody who does not.
   * @param own - never gives way to itself
   * @throws FaceError `overloaded` where it does not fit
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

  /** Whether one has as many unfinished bodies as it may. */
  isBusy(who: string): boolean {
    return this.#of(who).unfinished >= this.limits.unfinishedOfOne;
  }

  /** A body begins to arrive. */
  begin(who: string, arrival: Arrival): void {
    this.#arrivals.add(arrival);
    this.#change(who, 0, 1);
  }

  /** It arrives no more; what it holds stays. Harmless for one that did not. */
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
    // Whoever holds nothing is forgotten: their number is nobody's to choose.
    if (after.bytes === 0 && after.unfinished === 0) this.#ofOne.delete(who);
    else this.#ofOne.set(who, after);
  }
}
