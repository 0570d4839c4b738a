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
  /** What follows the calls of one operation; made once. */
  const createObserve = (port: PortName, operation: string): ((call: Promise<unknown>) => Promise<unknown>) => {
    const step = `${port}.${operation}`;
    const duration = metrics.portDuration.labels({ port, operation });
    const succeeded = metrics.portCalls.labels({ port, operation, outcome: 'ok' });
    return (call) => {
      const stopTimer = duration.startTimer();
      const endStep = contexts.current()?.trace?.beginStep(step);
      const end = (code: FaceErrorCode | null): void => {
        stopTimer();
        endStep?.(code);
        if (code === null) succeeded.inc();
        else metrics.portCalls.inc({ port, operation, outcome: code });
      };
      return call.then(
        (result) => {
          end(null);
          return result;
        },
        (error: unknown) => {
          end(toCode(error));
          throw error;
        },
      );
    };
  };
  return (name, port) => {
    const wrapped = new Map<unknown, (...given: unknown[]) => unknown>();
    const wrap = (target: object, member: (...given: never[]) => unknown, operation: string) => {
      const observe = createObserve(name, operation);
      return (...given: unknown[]): unknown => {
        const returned: unknown = Reflect.apply(member, target, given);
        return returned instanceof Promise ? observe(returned) : returned;
      };
    };
    return new Proxy(port, {
      get(target, property) {
        const member: unknown = Reflect.get(target, property);
        if (!isMethod(member) || typeof property !== 'string') return member;
        // By what it is and not by its name: another may be put in its place.
        const known = wrapped.get(member) ?? wrap(target, member, property);
        wrapped.set(member, known);
        return known;
      },
    });
  };
}

const isMethod = (member: unknown): member is (...given: never[]) => unknown => typeof member === 'function';
