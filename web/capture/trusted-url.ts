declare global {
  interface Window {
    /**
     * Absent without Trusted Types. A policy's result is accepted in place of a string.
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

/** Returns a worker's address for the page's Trusted Types policy, which allows no other. */
export function toTrustedUrl(policyName: string, workerUrl: string): string {
  const policy = window.trustedTypes?.createPolicy(policyName, {
    createScriptURL: (asked) => {
      if (asked !== workerUrl) throw new TypeError('not the worker of this policy');
      return asked;
    },
  });
  return policy === undefined ? workerUrl : policy.createScriptURL(workerUrl);
}
