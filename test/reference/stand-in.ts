const handler: ProxyHandler<() => void> = {
  get: (_, name) => (typeof name === 'symbol' || name === 'then' ? undefined : standIn()),
  apply: () => standIn(),
};

/** Returns a placeholder for dependencies that are only passed on. */
export const standIn = <Value>(): Value => new Proxy(() => {}, handler) as unknown as Value;
