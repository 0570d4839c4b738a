/**
 * Lets everybody who waits for the disk wait for the same call: what was written before a call is on the disk once it
 * settles. One call runs at a time; all who ask while it runs share the next.
 * @param sync - puts everything written so far on the disk
 */
export function createGroupCommit(sync: () => Promise<void>): () => Promise<void> {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<void> | null = null;
  return () => {
    if (next === null) {
      const asked = running.then(() => {
        next = null;
        return sync();
      });
      next = asked;
      running = asked.catch(() => {});
    }
    return next;
  };
}
