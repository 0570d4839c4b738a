/** Work that is begun before anybody asks for what comes of it. */
export interface Ahead<Result> {
  /** Begins it, unless it is under way. */
  begin(): void;
  /** What came of it, begun by now or before. It is the caller's: whoever asks again has it done again. */
  take(): Promise<Result>;
}

export function ahead<Result>(work: () => Promise<Result>): Ahead<Result> {
  let begun: Promise<Result> | null = null;
  return {
    begin() {
      begun ??= work();
      // Whoever takes it hears of it.
      begun.catch(() => {});
    },
    take() {
      const taken = begun ?? work();
      begun = null;
      return taken;
    },
  };
}
