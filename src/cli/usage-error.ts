export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** @param fix - what to do; by default, to read the help */
  constructor(
    message: string,
    readonly fix: string | null = null,
  ) {
    super(message);
  }
}

export class NothingThere extends UsageError {
  constructor() {
    super('the server has nothing by that id');
  }
}
