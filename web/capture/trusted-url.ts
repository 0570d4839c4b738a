declare global {
  interface Window {
    /**
     * Absent in browsers without Trusted Types. What a policy makes is no string, but goes where one would.
     * @see https://www.w3.org/TR/trusted-types/
     */
    readonly trustedTypes?: {
      createPolicy(
        name: string,
        rules: { createScriptURL(url: string): string },
      ): Pick<typeof rules, 'createScriptURL'>;
    };
  }
}

/** The page demands Trusted Types for scripts: this passes the one address of a worker of ours, and no other. */
export function toTrustedUrl(policyName: string, workerUrl: string): string {
  const policy = window.trustedTypes?.createPolicy(policyName, {
    createScriptURL: (asked) => {
      if (asked !== workerUrl) throw new TypeError('not the worker of this policy');
      return asked;
    },
  });
  return policy === undefined ? workerUrl : policy.createScriptURL(workerUrl);
}
