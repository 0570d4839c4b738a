declare global {
  interface Window {
    /**
     * Absent in browsers without Trusted Types. The result of a policy is an object that the browser accepts in place
     * of a string.
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

/** Returns the URL of a worker as a trusted value. The policy that creates it accepts only this URL. */
export function toTrustedUrl(policyName: string, workerUrl: string): string {
  const policy = window.trustedTypes?.createPolicy(policyName, {
    createScriptURL: (asked) => {
      if (asked !== workerUrl) throw new TypeError('not the worker of this policy');
      return asked;
    },
  });
  return policy === undefined ? workerUrl : policy.createScriptURL(workerUrl);
}
