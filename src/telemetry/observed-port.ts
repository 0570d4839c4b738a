import { type FaceErrorCode, toCode } from '../errors.js';
import type { RequestContexts } from './log.js';
import type { Metrics } from './metrics.js';

export type PortName = 'state' | 'keys' | 'signer' | 'verifier' | 'profile' | 'audit' | 'delivery' | 'ledger';

/** Wraps a port, whose calls leave the process or take time, to observe it. */
export type ObservePort = <Port extends object>(name: PortName, port: Port) => Port;

/** Creates the wrapper that counts, times and traces calls that return a promise. Arguments are not recorded. */
export function createObservePort(metrics: Metrics, contexts: RequestContexts): ObservePort {
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
        // The member is looked up at each call, because it may be replaced.
        const known = wrapped.get(member) ?? wrap(target, member, property);
        wrapped.set(member, known);
        return known;
      },
    });
  };
}

const isMethod = (member: unknown): member is (...given: never[]) => unknown => typeof member === 'function';
