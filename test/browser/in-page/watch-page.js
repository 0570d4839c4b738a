/* Runs inside the page, before the page's own scripts. */

/** Reports each breach of the page's content security policy to the test. */
export function watchPage() {
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
    window.reportViolation(`${effectiveDirective} ${blockedURI}`);
  });
}
