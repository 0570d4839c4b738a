import { listen } from '../../src/http/listen.js';
import type { Cast } from '../../test/browser/cast.js';
import { devices } from '../../test/browser/screens.js';
import { press, see } from '../../test/browser/walk.js';

/** Page with one button that opens the camera. */
const html = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Camera</title><main data-screen="consent"><button>Continue</button></main>
<script type="module">
const main = document.querySelector('main');
document.querySelector('button').onclick = async () => {
  const video = document.createElement('video');
  video.muted = true;
  video.onloadeddata = () => main.setAttribute('data-screen', 'framing');
  video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1280 }, height: { ideal: 720 } } });
  main.replaceChildren(video);
  await video.play();
};
</script></html>`;

export async function openCameraFloor(cast: Cast) {
  const server = await listen((_request, response) => void response.setHeader('Content-Type', 'text/html').end(html), {
    host: '127.0.0.1',
    port: 0,
  });
  return {
    /** @returns milliseconds from opening the page to a running camera */
    async time(): Promise<number> {
      const { page, close } = await cast.sit('ada', { ...devices.phone, isGuided: false });
      const opened = performance.now();
      await page.goto(`http://127.0.0.1:${server.port}/`);
      await press(page, 'Continue');
      await see(page, 'framing');
      const took = performance.now() - opened;
      await close();
      return took;
    },
    close: () => server.stop(),
  };
}
