/** The command line asks for something that is not there. The message is for the person who typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
