/*
 * The camera of the door, in the browser. It sends pictures when something has changed before the camera, at most 900
 * times an hour. The server allows 1200 (`limits.identifications`).
 */
const lookAtMostEveryMs = 4000;
/** Without a change, the page still sends pictures this often, to see people who stand still. */
const lookAtLeastEveryMs = 30_000;
const openForMs = 5000;
/** Mean difference of brightness, out of 255, that counts as a change. It is above the noise of a camera. */
const changedBy = 1;

const video = document.querySelector('video');
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function draw(width, height) {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(video, 0, 0, width, height);
  return { canvas, context };
}

/** Takes three pictures in a row, so that two remain if one is blurred. */
async function takePhotos(form) {
  for (let taken = 0; taken < 3; taken += 1) {
    if (taken > 0) await sleep(200);
    const { canvas } = draw(video.videoWidth, video.videoHeight);
    const photo = await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.92));
    form.append('photo', photo, `${taken}.jpg`);
  }
  return form;
}

/** Sends a request. A reply that is not JSON, such as a proxy's error page, must not stop the page. */
const post = (path, body) =>
  fetch(path, { method: 'POST', body })
    .then((reply) => reply.json())
    .catch(() => ({ problem: 'This computer is offline.' }));

/** Returns a small gray picture, to compare with the previous one. */
function lookRoughly() {
  const { context } = draw(32, 24);
  const { data } = context.getImageData(0, 0, 32, 24);
  return Array.from({ length: 32 * 24 }, (_, at) => (data[4 * at] + data[4 * at + 1] + data[4 * at + 2]) / 3);
}

const difference = (one, other) =>
  one.reduce((sum, value, at) => sum + Math.abs(value - other[at]), 0) / Math.max(1, one.length);

async function watch() {
  const said = document.querySelector('#open');
  let last = { at: -Infinity, picture: null };
  for (;;) {
    await sleep(250);
    const passed = performance.now() - last.at;
    if (passed < lookAtMostEveryMs) continue;
    const picture = lookRoughly();
    const hasChanged = last.picture === null || difference(picture, last.picture) > changedBy;
    if (!hasChanged && passed < lookAtLeastEveryMs) continue;
    last = { at: performance.now(), picture };
    const { openedAt = null, problem = '' } = await post('/look', await takePhotos(new FormData()));
    said.textContent = problem;
    if (openedAt === null) continue;
    const time = Object.assign(document.createElement('time'), { dateTime: openedAt });
    time.textContent = `${openedAt.slice(11, 19)} UTC`;
    said.replaceChildren(Object.assign(document.createElement('b'), { textContent: 'Open' }), time);
    said.dataset.open = '';
    await sleep(openForMs);
    said.replaceChildren();
    delete said.dataset.open;
  }
}

function offerEnrolment() {
  const form = document.querySelector('#enrol');
  const said = form.querySelector('[role="status"]');
  const button = form.querySelector('button');
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    button.disabled = true;
    said.textContent = 'Look into the camera…';
    const { problem } = await post('/roster', await takePhotos(new FormData(form)));
    button.disabled = false;
    if (problem === undefined) location.reload();
    else said.textContent = problem;
  });
  // Enable the button only now: without this script, the browser would submit the form itself, with the name in the
  // URL.
  button.disabled = false;
}

const camera = await navigator.mediaDevices
  .getUserMedia({ video: { width: 1280, facingMode: 'user' } })
  .catch(() => null);
if (camera === null) {
  document.querySelector('[role="status"]').textContent = 'The camera does not start. Allow it in the browser.';
} else {
  video.srcObject = camera;
  await video.play();
  if (document.querySelector('[data-page="door"]') === null) offerEnrolment();
  else await watch();
}
