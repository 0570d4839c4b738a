export interface Ahead<Result> {
  begin(): void;
  /** Starts the work if necessary. The next call starts it again. */
  take(): Promise<Result>;
}

export function ahead<Result>(work: () => Promise<Result>): Ahead<Result> {
  let begun: Promise<Result> | null = null;
  return {
    begin() {
      begun ??= work();
      // Handled by the caller of `take`.
      begun.catch(() => {});
    },
    take() {
      const taken = begun ?? work();
      begun = null;
      return taken;
    },
  };
}
