/** The command line refers to something that does not exist. The message is for the user at the terminal. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The server does not know the given id. */
export class NothingThere extends UsageError {
  constructor() {
    super('the server has nothing by that id');
  }
}
