import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { noteRoute } from './access-log.js';

/** What is answered without the router. */
export interface DirectRoute {
  /** As Express writes a path: `/hooks/:connection/:hook`. */
  readonly path: string;
  /** @param parameters - of the path, in their order, decoded */
  answer(request: IncomingMessage, response: ServerResponse, parameters: readonly string[]): Promise<void>;
}

/** Answers a request with what was thrown at it. */
export type Refuse = (thrown: unknown, request: IncomingMessage, response: ServerResponse) => void;

/**
 * Answers what is asked most by itself, and hands on everything else. Express took more than half of the time of a bare answer, and
 * up to a quarter of a hook's (docs/performance.md).
 */
export function answerDirectly(
  routes: readonly DirectRoute[],
  { refuse, otherwise }: { readonly refuse: Refuse; readonly otherwise: RequestListener },
): RequestListener {
  const patterns = routes.map((route) => ({ ...route, pattern: toPattern(route.path) }));
  return (request, response) => {
    for (const { path, pattern, answer } of patterns) {
      const found = pattern.exec(request.url ?? '');
      if (found === null) continue;
      noteRoute(response, path);
      const [, ...parameters] = found;
      // In the chain, so that an address with broken percent signs is refused as any other.
      Promise.resolve()
        .then(() => answer(request, response, parameters.map(decodeURIComponent)))
        .catch((error: unknown) => refuse(error, request, response));
      return;
    }
    otherwise(request, response);
  };
}

/** As Express reads an address: whole forms of it, a slash at the end and a query change nothing. */
const toPattern = (path: string): RegExp =>
  new RegExp(`^(?:https?://[^/?#]*)?${path.replaceAll(/:\w+/g, '([^/?#]+)')}/?(?:[?#]|$)`);
