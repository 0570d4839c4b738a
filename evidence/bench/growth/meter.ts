export interface Meter {
  calls: number;
  ledgerCalls: number;
  ms: number;
  /** Number of HMAC calls with the sealing key. */
  macs: number;
}

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
