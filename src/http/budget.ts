import { FaceError } from '../errors.js';

const mebibyte = 1024 * 1024;

/** Bytes of request bodies that may be held at once, by all requests together. */
export class ByteBudget {
  #held = 0;
  constructor(readonly capacityBytes: number) {}

  get heldBytes(): number {
    return this.#held;
  }

  /** @throws FaceError `overloaded` where they do not fit */
  take(bytes: number): void {
    if (this.#held + bytes > this.capacityBytes) throw new FaceError('overloaded');
    this.#held += bytes;
  }

  giveBack(bytes: number): void {
    this.#held -= bytes;
  }
}

/** One budget for strangers and one for known callers, so that strangers can never fill the memory of the others. */
export interface BodyBudgets {
  readonly strangers: ByteBudget;
  readonly callers: ByteBudget;
}

export function createBodyBudgets(): BodyBudgets {
  return { strangers: new ByteBudget(32 * mebibyte), callers: new ByteBudget(128 * mebibyte) };
}

/**
 * What one request may hold, taken as its bytes arrive and not as they are announced: who only announces holds nothing.
 * Starts as a stranger's; `recognise` widens it once the caller is known.
 */
export class Allowance {
  #held = 0;
  #budget: ByteBudget;
  #limitBytes: number;
  #isReleased = false;

  constructor(
    private readonly budgets: BodyBudgets,
    strangerLimitBytes: number,
  ) {
    this.#budget = budgets.strangers;
    this.#limitBytes = strangerLimitBytes;
  }

  get limitBytes(): number {
    return this.#limitBytes;
  }

  /** @throws FaceError `body_too_large`, `overloaded`, `request_malformed` for what arrives after `release` */
  take(bytes: number): void {
    // Streams of a refused upload may still deliver: counted now, it would never be given back.
    if (this.#isReleased) throw new FaceError('request_malformed', 'over');
    if (this.#held + bytes > this.#limitBytes) throw new FaceError('body_too_large');
    this.#budget.take(bytes);
    this.#held += bytes;
  }

  /** From now on the caller is known. @throws FaceError `overloaded` */
  recognise(limitBytes: number): void {
    this.budgets.callers.take(this.#held);
    this.#budget.giveBack(this.#held);
    this.#budget = this.budgets.callers;
    this.#limitBytes = limitBytes;
  }

  /** Gives everything back, for good. */
  release(): void {
    this.#isReleased = true;
    this.#budget.giveBack(this.#held);
    this.#held = 0;
  }
}
