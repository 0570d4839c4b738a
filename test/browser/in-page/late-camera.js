/** Delays the first picture of every camera. Runs in the browser, before the page's own scripts. */
export function delayCamera() {
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = async function () {
    await new Promise((resolve) => setTimeout(resolve, 500));
    return play.call(this);
  };
}
