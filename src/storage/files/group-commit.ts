/** Combines concurrent syncs. When a call resolves, all data written before it is on disk. */
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
