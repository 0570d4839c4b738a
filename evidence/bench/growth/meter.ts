/** Calls and times that went through the ports so far. */
export interface Meter {
  /** Calls of the state store: a round trip each. */
  calls: number;
  /** Of the ledger: by batches, behind whoever caused them. */
  ledgerCalls: number;
  /** Time in the state store and the audit trail, in milliseconds. */
  ms: number;
  /** Uses of the key that seals tokens: a call each if the keys are in a key service. */
  macs: number;
}

/** Puts a meter in front of a port. @param onCall - receives the method, and how long it took in milliseconds */
export function metered<Port extends object>(port: Port, onCall: (method: string, ms: number) => void): Port {
  return new Proxy(port, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]): unknown => {
        const from = performance.now();
        const note = (): void => onCall(String(name), performance.now() - from);
        const result: unknown = Reflect.apply(value, target, given);
        if (!(result instanceof Promise)) {
          note();
          return result;
        }
        return result.finally(note);
      };
    },
  });
}
