import { FaceError } from '../errors.js';

/** One thing wrong with the configuration: where, and what was expected there. Never what was found there. */
export interface Problem {
  /** A dotted path into the file, or the name of an environment variable. */
  readonly path: string;
  readonly reason: string;
}

/** Wraps problems into the one error type. */
export function toConfigError(problems: readonly Problem[]): FaceError {
  return new FaceError('config_invalid', { problems: problems.map(({ path, reason }) => ({ path, reason })) });
}

/** `connections.0.policy.accuracy`; the top is called `configuration`. */
export function toDottedPath(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'configuration' : path.map(String).join('.');
}
