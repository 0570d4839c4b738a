/* Runs in the browser, before the page's own scripts. */

/** Reports each violation of the page's content security policy to the test. */
export function watchPage() {
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
    window.reportViolation(`${effectiveDirective} ${blockedURI}`);
  });
}
