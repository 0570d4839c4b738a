import { AsyncLocalStorage } from 'node:async_hooks';
import type { RequestTrace } from './tracing.js';

export interface RequestContext {
  readonly requestId: string;
  /** Shortened network address of the caller; `null` if unknown. */
  readonly network: string | null;
  /** `null` if the request is not traced. */
  readonly trace: RequestTrace | null;
}

export interface RequestContexts {
  run<Result>(context: RequestContext, work: () => Result): Result;
  current(): RequestContext | null;
}

export function createRequestContexts(): RequestContexts {
  const storage = new AsyncLocalStorage<RequestContext>();
  return {
    run: (context, work) => storage.run(context, work),
    current: () => storage.getStore() ?? null,
  };
}
