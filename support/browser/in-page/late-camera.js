/** Runs inside the page, before the page's own scripts: delays the first picture of every camera. */
export function delayCamera() {
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = async function () {
    await new Promise((resolve) => setTimeout(resolve, 500));
    return play.call(this);
  };
}
