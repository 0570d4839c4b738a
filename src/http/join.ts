import { setImmediate as nextTurn } from 'node:timers/promises';

/** Number of bytes copied, in about a millisecond, before other requests are served. */
const bytesPerTurn = 1024 * 1024;

/** Shorter chunks are merged, because each chunk has an overhead of some hundreds of bytes. */
const smallBytes = 1024;

const blockBytes = 16 * 1024;

export class Pieces {
  readonly #pieces: Buffer[] = [];
  #block = Buffer.alloc(0);
  /** Start of the data in `#block` that was not added to `#pieces` yet. */
  #from = 0;
  #to = 0;

  /** Adds a chunk. If the chunk is merged, the original is zeroed. */
  add(piece: Buffer): void {
    // Most small bodies consist of a single chunk.
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
 * Concatenates and zeroes the chunks of a body. It yields in between, because joining 14 MB at once would block the
 * event loop for some ten milliseconds.
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
