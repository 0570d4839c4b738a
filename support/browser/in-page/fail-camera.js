/* Runs inside the page, before the page's own scripts. */

/**
 * Makes every camera request fail.
 *
 * @param {string} name - name of the error that `getUserMedia` throws
 */
export function failCamera(name) {
  const getUserMedia = async () => {
    throw name === 'TypeError' ? new TypeError('no constraints') : new DOMException('by the test', name);
  };
  if (navigator.mediaDevices !== undefined)
    Object.defineProperty(navigator.mediaDevices, 'getUserMedia', { value: getUserMedia, configurable: true });
}
