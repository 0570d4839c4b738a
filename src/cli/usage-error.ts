/** The message is for the user at the terminal. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export class NothingThere extends UsageError {
  constructor() {
    super('the server has nothing by that id');
  }
}
