/**
 * Returns a placeholder for dependencies that are only passed on.
 * @param given - dependencies that are used
 */
export const standIn = <Value>(given: object = {}): Value =>
  new Proxy(() => {}, {
    get: (_, name) => {
      if (typeof name === 'symbol' || name === 'then') return undefined;
      return Object.hasOwn(given, name) ? Reflect.get(given, name) : standIn();
    },
    apply: () => standIn(),
  }) as unknown as Value;
