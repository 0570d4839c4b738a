import { FaceError } from '../errors.js';
import type { Arrival, BodyPart, PartLimits } from './budget.js';
import type { Room } from './rooms.js';

/** Memory budget of one request. It is charged when bytes arrive, because announced bytes cost nothing. */
export class Allowance implements Arrival {
  #held = 0;
  #steps = 0;
  #who: string;
  #part: BodyPart;
  #limitBytes: number;
  #refuse: ((error: FaceError) => void) | null = null;
  #isReleased = false;

  constructor(
    private readonly room: Room,
    source: string,
    strangerLimitBytes: number,
  ) {
    this.#who = source;
    this.#part = room.strangers;
    this.#limitBytes = strangerLimitBytes;
  }

  get limitBytes(): number {
    return this.#limitBytes;
  }

  get limits(): PartLimits {
    return this.#part.limits;
  }

  get stepMs(): number {
    return this.room.stepMs;
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
  recognise(who: string, limitBytes: number): void {
    const { callers } = this.room;
    callers.take(who, this.#held, this);
    this.#part.giveBack(this.#who, this.#held);
    if (this.#refuse !== null) {
      this.#part.end(this.#who, this);
      callers.begin(who, this);
    }
    this.#who = who;
    this.#part = callers;
    this.#limitBytes = limitBytes;
  }

  giveWay(): void {
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
