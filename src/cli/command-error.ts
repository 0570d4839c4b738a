import type { Json } from '../base/json.js';

/**
 * What only a command says, and no server ever answers: the texts of its codes. Each ends the command with 1. Documented in
 * `docs/errors.md`.
 */
export const commandRefusals = {
  backup_invalid: 'The backup is not complete, was altered, or is of another version.',
  server_unreachable: 'No facestep server answers at this address. FACESTEP_URL or --url names another.',
  reply_unknown:
    'The server’s answer is not one that this command knows. Use the command of the version that the server has.',
  server_running: 'A server runs on this data folder. Stop it first.',
  nobody_enrolled:
    'Nobody is enrolled, and policy.mode is enforce. Enrol people first, set policy.mode to shadow, or give --yes. ' +
    'Nothing was changed.',
  sealed_file_invalid: 'The file was not sealed by facestep, was altered, or is sealed under another token.',
  presence_locked: 'These presentations do not open: another passphrase, or a file of them was altered.',
  photos_missing:
    'The six photos of the demonstration could not be fetched. It needs npm and a network once. The server needs none of them.',
  model_unfit: 'This file cannot be used as a recognition model.',
} as const;

/** The stable name of what a command could not do. Never one of `FaceErrorCode`. */
export type CommandErrorCode = keyof typeof commandRefusals;

/** A command cannot go on, for a reason of its own. `detail` is for the person at the terminal. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  constructor(
    readonly code: CommandErrorCode,
    readonly detail: Json,
    options?: ErrorOptions,
  ) {
    super(commandRefusals[code], options);
  }
}
