export interface Ahead<Result> {
  begin(): void;
  /**
   * Returns the result of the work, which is started now unless it was begun ahead. A second call does the work again.
   */
  take(): Promise<Result>;
  /** Releases the result of work that was begun ahead and not taken. */
  drop(release: (result: Result) => void): void;
}

export function ahead<Result>(work: () => Promise<Result>): Ahead<Result> {
  let begun: Promise<Result> | null = null;
  return {
    begin() {
      begun ??= work();
      // The caller of `take` handles the error.
      begun.catch(() => {});
    },
    take() {
      const taken = begun ?? work();
      begun = null;
      return taken;
    },
    drop(release) {
      void begun?.then(release, () => {});
      begun = null;
    },
  };
}
