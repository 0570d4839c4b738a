import { AsyncLocalStorage } from 'node:async_hooks';
import type { RequestTrace } from './tracing.js';

/** The request that the running code belongs to. */
export interface RequestContext {
  readonly requestId: string;
  /** That the caller is in, shortened; `null`: not known. */
  readonly network: string | null;
  /** `null` where this request is not traced. */
  readonly trace: RequestTrace | null;
}

/** Which request the running code belongs to, however many are under way. */
export interface RequestContexts {
  /** Everything that `work` starts belongs to this request. */
  run<Result>(context: RequestContext, work: () => Result): Result;
  /** `null` outside of requests. */
  current(): RequestContext | null;
}

export function createRequestContexts(): RequestContexts {
  const storage = new AsyncLocalStorage<RequestContext>();
  return {
    run: (context, work) => storage.run(context, work),
    current: () => storage.getStore() ?? null,
  };
}
