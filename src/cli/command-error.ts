import type { Json } from '../base/json.js';

/** Exit code 1. Rendered as `docs/reference/errors.md`. */
export const commandRefusals = {
  backup_invalid: {
    text: 'The backup is not complete, was altered, or is of another version.',
    advice: 'Take another backup. Only “facestep restore” reports this.',
  },
  server_unreachable: {
    text: 'No facestep server answers at this address. FACESTEP_URL or --url names another.',
    advice:
      'Check that the server runs, and that the address in the detail is correct. With --jwks and an address, check that keys are published there.',
  },
  reply_unknown: {
    text: 'The server’s answer is not one that this command knows. Use the command of the version that the server has.',
    advice: 'Compare “facestep --version” here and on the server.',
  },
  server_running: {
    text: 'A server runs on this data folder. Stop it first.',
    advice: 'Stop the server, then run the command again. Only “facestep restore” reports this.',
  },
  nobody_enrolled: {
    text:
      'Nobody is enrolled, and policy.mode is enforce. Enrol people first, set policy.mode to shadow, or give --yes. ' +
      'Nothing was changed.',
    advice:
      'Administrators: list the users who would be denied with “facestep provision --plan”. Only “facestep provision --apply” reports this.',
  },
  sealed_file_invalid: {
    text: 'The file was not sealed by facestep, was altered, or is sealed under another token.',
    advice: 'Use the unaltered file, and the token that it was sealed under. Only “facestep open” reports this.',
  },
  presence_locked: {
    text: 'These presentations do not open: another passphrase, or a file of them was altered.',
    advice: 'Give the passphrase file that the presentations were stored with. Only “facestep measure” reports this.',
  },
  photos_missing: {
    text: 'The six photos of the demonstration could not be fetched. It needs npm and a network once. The server needs none of them.',
    advice: 'Run it once where npm reaches a registry. The detail says what failed. Only “facestep demo” reports this.',
  },
  model_unfit: {
    text: 'This file cannot be used as a recognition model.',
    advice: 'Administrators: the detail says why. Only “facestep models import” reports this.',
  },
} as const;

/** Never one of `FaceErrorCode`. */
export type CommandErrorCode = keyof typeof commandRefusals;

export class CommandError extends Error {
  override readonly name = 'CommandError';
  constructor(
    readonly code: CommandErrorCode,
    readonly detail: Json,
    options?: ErrorOptions,
  ) {
    super(commandRefusals[code].text, options);
  }
}
