export type Ahead<Result> = ReturnType<typeof ahead<Result>>;

export function ahead<Result>(work: () => Promise<Result>) {
  let begun: Promise<Result> | null = null;
  return {
    begin(): void {
      begun ??= work();
      // The caller of `take` handles the error.
      begun.catch(() => {});
    },
    /**
     * Returns the result of the work, which is started now unless it was begun ahead. A second call does the work again.
     */
    take(): Promise<Result> {
      const taken = begun ?? work();
      begun = null;
      return taken;
    },
    /** Releases the result of work that was begun ahead and not taken. */
    drop(release: (result: Result) => void): void {
      void begun?.then(release, () => {});
      begun = null;
    },
  };
}
