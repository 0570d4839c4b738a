import { type FaceErrorCode, toCode } from '../errors.js';
import type { Metrics } from './metrics.js';
import type { RequestContexts } from './request-context.js';

/** The ports whose calls are observed. */
export type PortName = 'state' | 'keys' | 'signer' | 'verifier' | 'profile' | 'audit' | 'delivery' | 'ledger';

/** Hands back the same port, with the calls observed that go out of this process or take time. */
export type ObservePort = <Port extends object>(name: PortName, port: Port) => Port;

/**
 * Counts and times the calls of ports, and shows them in the trace of the request they are made for. A call is one that
 * returns a promise: what answers at once is passed through. Of a call its name and outcome are known, and no argument.
 */
export function createObservePort(metrics: Metrics, contexts: RequestContexts): ObservePort {
  const observe = async (port: PortName, operation: string, call: Promise<unknown>): Promise<unknown> => {
    const stopTimer = metrics.portDuration.startTimer({ port, operation });
    const endStep = contexts.current()?.trace?.beginStep(`${port}.${operation}`);
    let code: FaceErrorCode | null = null;
    try {
      return await call;
    } catch (error) {
      code = toCode(error);
      throw error;
    } finally {
      stopTimer();
      endStep?.(code);
      metrics.portCalls.inc({ port, operation, outcome: code ?? 'ok' });
    }
  };
  return (name, port) =>
    new Proxy(port, {
      get(target, property) {
        const member: unknown = Reflect.get(target, property);
        if (typeof member !== 'function' || typeof property !== 'string') return member;
        return (...given: unknown[]): unknown => {
          const returned: unknown = Reflect.apply(member, target, given);
          return returned instanceof Promise ? observe(name, property, returned) : returned;
        };
      },
    });
}
