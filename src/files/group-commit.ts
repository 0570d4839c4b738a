/** Creates a shared sync: all data written before a call is synced when it settles. */
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
