import type { IncomingMessage } from 'node:http';
import { FaceError } from '../errors.js';
import type { Arrival, BodyPart, PartLimits } from './budget.js';
import type { Room } from './rooms.js';
import { sourceOf } from './source.js';

/**
 * Lets the work on a request hold bytes in a room, and gives all of them back once it is over, however it ends. Every body is
 * read in here.
 * @param place.strangerBytes - the greatest body until the caller is known
 */
export async function withAllowance<Result>(
  request: IncomingMessage,
  { room, strangerBytes }: { readonly room: Room; readonly strangerBytes: number },
  work: (allowance: Allowance) => Promise<Result>,
): Promise<Result> {
  const allowance = new Allowance(room, sourceOf(request), strangerBytes);
  try {
    return await work(allowance);
  } finally {
    allowance.release();
  }
}

/**
 * What one request may hold, taken as its bytes arrive and not as they are announced: who only announces holds nothing.
 * Starts as a stranger's; `recognise` widens it once the caller is known.
 */
export class Allowance implements Arrival {
  #held = 0;
  #steps = 0;
  #who: string;
  #part: BodyPart;
  #limitBytes: number;
  /** Refuses the body while it is on its way in. */
  #refuse: ((error: FaceError) => void) | null = null;
  #isReleased = false;

  /**
   * @param source - whose it is until the caller is known, as `toSource` tells it
   * @param strangerLimitBytes - the greatest body until then
   */
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

  /** What holds for the part it is in. */
  get limits(): PartLimits {
    return this.#part.limits;
  }

  /** Length of a step, in milliseconds. */
  get stepMs(): number {
    return this.room.stepMs;
  }

  get isOverdue(): boolean {
    const { placeSteps } = this.#part.limits;
    return placeSteps !== null && this.#steps >= placeSteps;
  }

  /**
   * The body is on its way from now on.
   * @param refuse - called where it has to give way to others
   * @throws FaceError `overloaded`: too many of the same sender are
   */
  begin(refuse: (error: FaceError) => void): void {
    if (this.#part.isBusy(this.#who)) throw new FaceError('overloaded', { limit: 'unfinishedBodiesOfOne' });
    this.#part.begin(this.#who, this);
    this.#refuse = refuse;
  }

  /** A step has passed. */
  step(): void {
    this.#steps += 1;
  }

  /** Nothing of the body is on its way any more; what it holds stays. */
  end(): void {
    this.#part.end(this.#who, this);
    this.#refuse = null;
  }

  /** @throws FaceError `body_too_large`, `overloaded`, `request_malformed` for what arrives after `release` */
  take(bytes: number): void {
    // Streams of a refused upload may still deliver: counted now, it would never be given back.
    if (this.#isReleased) throw new FaceError('request_malformed', 'over');
    if (this.#held + bytes > this.#limitBytes) throw new FaceError('body_too_large');
    this.#part.take(this.#who, bytes, this);
    this.#held += bytes;
  }

  /**
   * From now on the caller is known.
   * @param who - tells it from other known callers of the room
   * @throws FaceError `overloaded`
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

  /** Gives everything back, for good; what is still on its way is refused. */
  release(): void {
    this.#endAll('over');
  }

  #endAll(reason: 'over' | { readonly limit: 'bodies' }): void {
    const refuse = this.#refuse;
    this.#isReleased = true;
    this.end();
    this.#part.giveBack(this.#who, this.#held);
    this.#held = 0;
    // Most are over by then, and an error is not made for nothing: it costs as much as the rest of this.
    refuse?.(new FaceError(reason === 'over' ? 'request_malformed' : 'overloaded', reason));
  }
}
