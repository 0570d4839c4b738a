/** The command line asks for something that is not there. The message is for the person who typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The server has nothing by the id that was given. */
export class NothingThere extends UsageError {
  constructor() {
    super('the server has nothing by that id');
  }
}
