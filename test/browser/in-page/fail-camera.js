/* Runs in the browser, before the page's own scripts. */

/**
 * Makes every request for the camera fail.
 *
 * @param {string} name of the error that `getUserMedia` throws
 */
export function failCamera(name) {
  const getUserMedia = async () => {
    throw name === 'TypeError' ? new TypeError('no constraints') : new DOMException('by the test', name);
  };
  if (navigator.mediaDevices !== undefined)
    Object.defineProperty(navigator.mediaDevices, 'getUserMedia', { value: getUserMedia, configurable: true });
}
