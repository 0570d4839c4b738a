/* Runs inside the page, before the page's own scripts. */

/** Lets `answerRequest` of the test present documents in place of the browser. It returns `null` for a closed dialog. */
export function presentDocument() {
  Object.assign(globalThis, { DigitalCredential: class {} });
  navigator.credentials.get = async ({ digital }) => {
    const response = await globalThis.answerRequest(digital.requests[0]);
    if (response === null) throw new DOMException('by the test', 'NotAllowedError');
    return { data: { response } };
  };
}
