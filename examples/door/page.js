/*
 * In the browser: the camera of the door. It looks where something has changed before it, and not more often than the server takes:
 * 900 times in an hour at most, of the 1200 that `limits.identifications` allows.
 */
const lookAtMostEveryMs = 4000;
/** A hall where nothing moves is looked at so seldom; whoever stands quite still is seen by then. */
const lookAtLeastEveryMs = 30_000;
const openForMs = 5000;
/** Of 255, on average over a small picture: more than the noise of a camera. */
const changedBy = 1;

const video = document.querySelector('video');
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Draws what the camera sees now. */
function draw(width, height) {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(video, 0, 0, width, height);
  return { canvas, context };
}

/** Three pictures, shortly one after the other: one that is blurred leaves two. */
async function takePhotos(form) {
  for (let taken = 0; taken < 3; taken += 1) {
    if (taken > 0) await sleep(200);
    const { canvas } = draw(video.videoWidth, video.videoHeight);
    const photo = await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.92));
    form.append('photo', photo, `${taken}.jpg`);
  }
  return form;
}

/** What is no answer of the door's own, such as a page of a proxy, must not stop it. */
const post = (path, body) =>
  fetch(path, { method: 'POST', body })
    .then((reply) => reply.json())
    .catch(() => ({ problem: 'This computer is offline.' }));

/** A small grey picture, to be compared with another. */
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
  // Not before: the browser would send the form by itself, with the name in the address.
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
