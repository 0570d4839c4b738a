/* Runs inside the page, before the page's own scripts. */

/**
 * Lets every question for the camera fail.
 *
 * @param {string} name of the error, as `getUserMedia` throws it
 */
export function failCamera(name) {
  const getUserMedia = async () => {
    throw name === 'TypeError' ? new TypeError('no constraints') : new DOMException('by the test', name);
  };
  if (navigator.mediaDevices !== undefined)
    Object.defineProperty(navigator.mediaDevices, 'getUserMedia', { value: getUserMedia, configurable: true });
}
