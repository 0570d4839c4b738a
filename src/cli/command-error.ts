import type { Json } from '../errors.js';

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

export class NotFoundError extends UsageError {
  constructor() {
    super('the server has nothing by that id or at that path, or the feature is off');
  }
}

/** Errors of commands, with exit code 1. docs/reference/errors.md is generated from them. */
export const commandRefusals = {
  backup_invalid: {
    text: 'The backup is incomplete, was changed, or belongs to another version.',
    advice: 'Take another backup. Only “facestep restore” reports this.',
  },
  server_unreachable: {
    text: 'No facestep server answers at this address.',
    advice: 'Start the server with “facestep serve”, or choose another with “facestep login” or FACESTEP_URL.',
  },
  reply_unknown: {
    text: 'This command cannot read the server’s reply. Use the same version as the server.',
    advice: 'Compare “facestep --version” here and on the server.',
  },
  server_running: {
    text: 'Another process, such as a running server, uses this data folder.',
    advice: 'Stop that process, or choose another folder with dataFolder or FACESTEP_DATA.',
  },
  nobody_enrolled: {
    text:
      'No user is enrolled, and policy.mode is enforce. Enrol users first, set policy.mode to shadow, or pass --yes. ' +
      'Nothing was changed.',
    advice:
      'Administrators: list the users who would be denied with “facestep provision --plan”. Only “facestep provision --apply” reports this.',
  },
  photos_missing: {
    text: 'The six photos of the demonstration could not be downloaded. The first run needs npm and a network. The server does not need the photos.',
    advice:
      'Run it once on a machine where npm can reach a registry. The detail contains the error. Only “facestep demo” reports this.',
  },
  model_unfit: {
    text: 'This file cannot be used as a model.',
    advice: 'Administrators: the detail has the reason. Only “facestep models use” reports this.',
  },
} as const;

/** Code of a command's error. It differs from every `FaceErrorCode`. */
type CommandErrorCode = keyof typeof commandRefusals;

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
