import { useEffect } from 'react';
import { type Loaded, useLoaded } from './acting.js';
import type { ServerRequest } from './call.js';

const everyMs = 1000;

/** Asks for what goes on in the server, again every second until it has ended. */
export function usePolled<Reply>(
  request: ServerRequest<Reply>,
  isUnderWay: (reply: Reply) => boolean,
): Loaded<Reply> & { readonly reload: () => void } {
  const loaded = useLoaded(request);
  const reply = loaded.state === 'loaded' ? loaded.value : null;
  useEffect(() => {
    if (reply === null || !isUnderWay(reply)) return;
    const timer = setTimeout(loaded.reload, everyMs);
    return () => clearTimeout(timer);
  }, [reply, loaded.reload]);
  return loaded;
}
