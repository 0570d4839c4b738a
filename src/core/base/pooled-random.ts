const poolBytes = 4096;

/** Larger requests bypass the pool, because they are rare and may be keys. */
const mostPooledBytes = 32;

/**
 * Creates a buffered random source, because a system call for each request id would be slow. Each byte is used once and
 * then wiped from the pool.
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
