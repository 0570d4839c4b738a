import { setImmediate as nextTurn } from 'node:timers/promises';

/** Copied in one go: about a millisecond. */
const bytesPerTurn = 1024 * 1024;

/** Shorter ones are put together as they arrive: each takes some hundreds of bytes beside its own. */
const smallBytes = 1024;

/** What they are put together in. */
const blockBytes = 16 * 1024;

/** The pieces of a body, in their order. However small a sender cuts them, they take little more room than what is in them. */
export class Pieces {
  readonly #pieces: Buffer[] = [];
  #block = Buffer.alloc(0);
  /** What of the block was filled since the last piece. */
  #from = 0;
  #to = 0;

  /** Takes a piece; one that is put together with others is overwritten. */
  add(piece: Buffer): void {
    // Most bodies of a few hundred bytes are one piece.
    const isOnly = this.#pieces.length === 0 && this.#to === 0;
    if (isOnly || piece.length >= smallBytes) {
      this.#close();
      this.#pieces.push(piece);
      return;
    }
    if (this.#to + piece.length > this.#block.length) {
      this.#close();
      this.#block = Buffer.allocUnsafeSlow(blockBytes);
      this.#from = 0;
      this.#to = 0;
    }
    this.#block.set(piece, this.#to);
    this.#to += piece.length;
    piece.fill(0);
  }

  /** All that there are. They are not kept any longer. */
  take(): readonly Buffer[] {
    this.#close();
    return this.#pieces.splice(0);
  }

  #close(): void {
    if (this.#to > this.#from) this.#pieces.push(this.#block.subarray(this.#from, this.#to));
    this.#from = this.#to;
  }
}

/**
 * Makes one buffer of the pieces of a body and overwrites the pieces. Joining 14 MB at once would hold the event loop
 * for some ten milliseconds, so other requests get their turn in between.
 */
export async function joinAndWipe(pieces: readonly Buffer[]): Promise<Buffer> {
  const joined = Buffer.allocUnsafe(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let length = 0;
  let copied = 0;
  for (const piece of pieces) {
    if (copied > bytesPerTurn) {
      await nextTurn();
      copied = 0;
    }
    joined.set(piece, length);
    piece.fill(0);
    length += piece.length;
    copied += piece.length;
  }
  return joined;
}
