import { z } from 'zod';
import { FaceError } from '../errors.js';
import { connectionIdGuard } from './connection-id.js';

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

const detailGuard = z.object({ problems: z.array(z.object({ path: z.string(), reason: z.string() })) });

/** What is wrong with the configuration, of whatever was thrown. */
export function problemsOf(error: unknown): readonly Problem[] {
  const parsed = detailGuard.safeParse(error instanceof FaceError ? error.detail : null);
  return parsed.data?.problems ?? [];
}

/** `connections.0.policy.accuracy`; the top is called `configuration`. */
export function toDottedPath(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'configuration' : path.map(String).join('.');
}

const withConnectionsGuard = z.object({
  connections: z.array(z.object({ id: connectionIdGuard.catch('') }).catch({ id: '' })),
});

/**
 * `connections.0 (work).policy.accuracy`: who has ten connections counts none.
 * @param file - the configuration as it was read, of which nothing is known yet
 */
export function toPathIn(file: unknown, path: readonly PropertyKey[]): string {
  const [first, at, ...rest] = path;
  const { data } = withConnectionsGuard.safeParse(file);
  const id = first === 'connections' && typeof at === 'number' ? (data?.connections[at]?.id ?? '') : '';
  return id === '' ? toDottedPath(path) : toDottedPath([`connections.${String(at)} (${id})`, ...rest]);
}
