import { z } from 'zod';
import { FaceError } from '../errors.js';
import { connectionIdGuard } from './connection-id.js';

/** A problem in the configuration: where it is and what was expected, but never the value. */
export interface Problem {
  /** Dotted path in the file, or an environment variable. */
  readonly path: string;
  readonly reason: string;
}

export function toConfigError(problems: readonly Problem[]): FaceError {
  return new FaceError('config_invalid', { problems: problems.map(({ path, reason }) => ({ path, reason })) });
}

const detailGuard = z.union([
  z.object({ problems: z.array(z.object({ path: z.string(), reason: z.string() })) }),
  // Found where the setting is used.
  z
    .object({ connection: z.string(), claim: z.string().default('oidc'), reason: z.string() })
    .transform(({ connection, claim, reason }) => ({
      problems: [{ path: `connections.${connection}.${claim}`, reason }],
    })),
]);

export function problemsOf(error: unknown): readonly Problem[] {
  const parsed = detailGuard.safeParse(error instanceof FaceError ? error.detail : null);
  return parsed.data?.problems ?? [];
}

/** Returns a dotted path such as `connections.0.policy.accuracy`. */
export function toDottedPath(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'configuration' : path.map(String).join('.');
}

const withConnectionsGuard = z.object({
  connections: z.array(z.object({ id: connectionIdGuard.catch('') }).catch({ id: '' })),
});

/**
 * Returns a path with the connection's id, such as `connections.0 (work).policy.accuracy`.
 * @param file - unvalidated
 */
export function toPathIn(file: unknown, path: readonly PropertyKey[]): string {
  const [first, at, ...rest] = path;
  const { data } = withConnectionsGuard.safeParse(file);
  const id = first === 'connections' && typeof at === 'number' ? (data?.connections[at]?.id ?? '') : '';
  return id === '' ? toDottedPath(path) : toDottedPath([`connections.${String(at)} (${id})`, ...rest]);
}
