/** What is drawn of the system at once. */
const poolBytes = 4096;

/** More than that is drawn by itself: it is rare, and may be a key. */
const mostPooledBytes = 32;

/**
 * Hands out small draws from a larger one, as asking the system for each takes longer than all else that a name of a request
 * costs. A byte is handed out once, and is in no pool after that.
 * @param draw - cryptographically strong random bytes
 */
export function createPooledRandom(draw: (bytes: number) => Uint8Array): (bytes: number) => Uint8Array {
  let pool = new Uint8Array(0);
  let at = 0;
  return (bytes) => {
    if (bytes >= mostPooledBytes) return draw(bytes);
    if (at + bytes > pool.length) {
      pool = Uint8Array.from(draw(poolBytes));
      at = 0;
    }
    const drawn = pool.slice(at, at + bytes);
    pool.fill(0, at, at + bytes);
    at += bytes;
    return drawn;
  };
}
